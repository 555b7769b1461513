//! Test fixtures.

use rules::{Denial, Responsible, Role, Violation};
use types::{OrganizationName, PartnerName, ResourceVersion, Timestamp, WorkEmail};
use uuid::Uuid;

use crate::domain::{
    Agreement, AgreementKind, AgreementVersion, Enrollment, EnrollmentState, Location,
    NewAgreement, Owner, Partner, Signatory, SignatoryRole, SuspensionCause, VettingCheck,
};

pub(super) const PARTNER: PartnerName = PartnerName::new(Uuid::from_u128(0x1));
pub(super) const OTHER: PartnerName = PartnerName::new(Uuid::from_u128(0x2));
pub(super) const COMPANY: OrganizationName = OrganizationName::new(Uuid::from_u128(0xa));

/// Revision of the fixtures.
pub(super) const REVISION: i64 = 5;

/// A time in seconds since the epoch. Fixtures date from second 1.
pub(super) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

pub(super) fn before() -> ResourceVersion {
    ResourceVersion { revision: REVISION, create_time: at(1), update_time: at(1) }
}

/// The resource version after [`before`] and one change at second 9.
pub(super) fn changed() -> ResourceVersion {
    before().next(at(9))
}

pub(super) fn email(text: &str) -> WorkEmail {
    text.parse().unwrap()
}

pub(super) fn location(account: &str, country: &str) -> Location {
    Location { account: account.parse().unwrap(), country: country.parse().unwrap() }
}

/// A partner without enrollments and location.
pub(super) fn partner() -> Partner {
    Partner {
        name: PARTNER,
        organization: COMPANY,
        country: "FR".parse().unwrap(),
        location: None,
        enrollments: Vec::new(),
        agreements: Vec::new(),
        resource_version: before(),
    }
}

/// A partner with a location and these enrollments.
pub(super) fn enrolled(roles: &[(Role, EnrollmentState)]) -> Partner {
    let enrollments = roles.iter().map(|(role, state)| enrollment(*role, *state)).collect();
    Partner { location: Some(location("1001", "FR")), enrollments, ..partner() }
}

/// An enrollment of second 1. If vetting has started, the last check is open; if it was active, a
/// review is due at second 9.
pub(super) fn enrollment(role: Role, state: EnrollmentState) -> Enrollment {
    use EnrollmentState::{Draft, Qualified, Rejected, Restricted, Revoked, Suspended, Vetting};
    let open_check = match state {
        Draft => Some(VettingCheck::EmailOwnership),
        Vetting | Rejected => Some(VettingCheck::Business),
        _ => None,
    };
    Enrollment {
        role,
        application: 1,
        state,
        state_time: at(1),
        state_reason: "of old".to_owned(),
        suspension_cause: (state == Suspended).then_some(SuspensionCause::Abuse),
        open_check,
        reapply_time: (state == Revoked).then(|| at(9)),
        review_time: (role != Role::IndirectProvider && open_check.is_none() && state != Qualified)
            .then(|| at(9)),
        shortfall_time: (state == Restricted).then(|| at(1)),
        evidence: Vec::new(),
        contact_email: email("ada@contoso.com"),
        resource_version: before(),
    }
}

/// An acceptance to record, accepted at second 8.
pub(super) fn acceptance(kind: AgreementKind) -> NewAgreement {
    NewAgreement {
        kind,
        version: AgreementVersion::September2019,
        signatory: signatory(),
        accept_time: at(8),
    }
}

pub(super) fn signatory() -> Signatory {
    Signatory {
        first_name: "Ada".to_owned(),
        last_name: "Lovelace".to_owned(),
        email: email("ada@contoso.com"),
        role: SignatoryRole::GlobalAdmin,
    }
}

/// An owner with a share in basis points from a time on.
pub(super) fn owner(organization: OrganizationName, share: i32, from_time: Timestamp) -> Owner {
    let (share_basis_points, management_control) = (share, false);
    Owner { organization, share_basis_points, management_control, from_time, end: None }
}

/// An acceptance of second 1.
pub(super) fn accepted(kind: AgreementKind) -> Agreement {
    Agreement {
        uid: Uuid::from_u128(0xe),
        kind,
        version: AgreementVersion::September2019,
        signatory: signatory(),
        accept_time: at(1),
        location_account: "1001".parse().unwrap(),
        application: 1,
        resource_version: before(),
    }
}

/// The violations of a decision; empty if it was approved.
pub(super) fn violations<T>(decided: Result<T, Denial>) -> Vec<Violation> {
    match decided {
        Ok(_) => Vec::new(),
        Err(Denial::Refused(violations)) => violations,
        Err(denial) => unreachable!("{denial:?}"),
    }
}

/// Rule and reason of each violation.
pub(super) fn rules_and_reasons(violations: &[Violation]) -> Vec<String> {
    violations.iter().map(|it| format!("{} {}", it.rule, it.reason)).collect()
}

/// Checks what every violation must contain.
pub(super) fn assert_violation(violation: &Violation, subject: &str, inputs: &[(&str, &str)]) {
    assert_eq!(violation.subject, subject);
    let actual = violation.inputs.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    assert_eq!(actual.collect::<Vec<_>>(), inputs);
    let by = if violation.reason == "ENROLLMENT_STATE_CONFLICT" {
        Responsible::Caller
    } else {
        Responsible::Partner
    };
    assert_eq!(violation.responsible, by);
    for text in [&violation.explanation, &violation.next_step, &violation.source] {
        assert!(!text.is_empty() && !text.ends_with('.'), "{violation:?}");
    }
}
