//! Partners to begin a test with.

use types::{OrganizationName, PartnerName, ResourceVersion, Timestamp, Violation, WorkEmail};
use uuid::Uuid;

use crate::domain::{
    Agreement, AgreementKind, AgreementVersion, Denial, Enrollment, EnrollmentState, Location,
    NewAgreement, Owner, Partner, Role, Signatory, SignatoryRole, SuspensionCause, VettingCheck,
};

pub(super) const PARTNER: PartnerName = PartnerName::new(Uuid::from_u128(0x1));
pub(super) const OTHER: PartnerName = PartnerName::new(Uuid::from_u128(0x2));
pub(super) const COMPANY: OrganizationName = OrganizationName::new(Uuid::from_u128(0xa));

/// The revision of the partners here.
pub(super) const REVISION: i64 = 5;

/// A time, in seconds. Whatever a test begins with is of time 1.
pub(super) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

pub(super) fn before() -> ResourceVersion {
    ResourceVersion { revision: REVISION, create_time: at(1), update_time: at(1) }
}

/// The resource_version of what [`before`] stood on once it is changed at time 9.
pub(super) fn changed() -> ResourceVersion {
    before().next(at(9))
}

pub(super) fn email(text: &str) -> WorkEmail {
    text.parse().unwrap()
}

pub(super) fn location(account: &str, country: &str) -> Location {
    Location { account: account.parse().unwrap(), country: country.parse().unwrap() }
}

/// A partner that has joined, in no role and without a location.
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

/// A partner with a location, in these roles.
pub(super) fn enrolled(roles: &[(Role, EnrollmentState)]) -> Partner {
    let enrollments = roles.iter().map(|(role, state)| enrollment(*role, *state)).collect();
    Partner { location: Some(location("1001", "FR")), enrollments, ..partner() }
}

/// An enrollment of time 1, with the last check open where vetting has begun, and a review due
/// at time 9 where it was active.
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

/// An acceptance that is still to be recorded.
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

/// A share in basis points that an owner holds from a time on.
pub(super) fn owner(organization: OrganizationName, share: i32, from_time: Timestamp) -> Owner {
    let (share_basis_points, management_control) = (share, false);
    Owner { organization, share_basis_points, management_control, from_time, end: None }
}

/// An acceptance of time 1.
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

/// What stands against a change.
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

/// Holds what every violation must tell its reader.
pub(super) fn assert_violation(violation: &Violation, subject: &str, inputs: &[(&str, &str)]) {
    assert_eq!(violation.subject, subject);
    let told = violation.inputs.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    assert_eq!(told.collect::<Vec<_>>(), inputs);
    assert_eq!(violation.responsible, types::Responsible::Partner);
    for text in [&violation.explanation, &violation.next_step, &violation.source] {
        assert!(!text.is_empty() && !text.ends_with('.'), "{violation:?}");
    }
}
