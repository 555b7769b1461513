//! Moves of enrollments between states.

use rules::{Denial, Role};
use types::{ResourceVersion, alternatives};

use super::world::{
    COMPANY, OTHER, PARTNER, REVISION, accepted, assert_violation, at, changed, email, enrolled,
    enrollment, partner, rules_and_reasons, violations,
};
use crate::domain::{
    AgreementKind, AgreementName, Approved, Enrollment, EnrollmentName, EnrollmentState,
    NewPartner, Partner, SuspensionCause, VettingCheck, VettingResult, lifecycle::LIFECYCLE,
};

type Decide = fn(Partner, Role) -> Result<Approved<Partner>, Denial>;

const STEPS: [(&str, &str, Decide); 9] = [
    ("enroll", "PartnerEnrolled", |it, role| it.enroll(role, email("new@contoso.com"), at(9))),
    ("submit", "EnrollmentSubmitted", |it, role| it.submit(role, at(9))),
    ("authorize", "VettingResultRecorded", |it, role| {
        it.record_vetting(role, VettingCheck::Business, VettingResult::Authorized, at(9))
    }),
    ("reject", "VettingResultRecorded", |it, role| {
        it.record_vetting(role, VettingCheck::Business, rejected(), at(9))
    }),
    ("resubmit", "EnrollmentResubmitted", |it, role| it.resubmit(role, None, at(9))),
    ("suspend", "EnrollmentSuspended", |it, role| {
        it.suspend(role, SuspensionCause::InvoiceOverdue, "why".to_owned(), at(9))
    }),
    ("reinstate", "EnrollmentReinstated", |it, role| it.reinstate(role, at(9))),
    ("review", "EnrollmentReviewed", |it, role| it.review(role, at(9))),
    ("revoke", "EnrollmentRevoked", |it, role| it.revoke(role, "why".to_owned(), at(9))),
];

const TABLE: &str = "
state            enroll   submit   authorize  reject    resubmit  suspend    reinstate  review     revoke
none             draft    missing  missing    missing   missing   missing    missing    missing    missing
draft            exists   vetting  refused    refused   refused   refused    refused    refused    refused
vetting          exists   refused  qualified  rejected  refused   refused    refused    refused    refused
vetting, MPA     exists   refused  active     rejected  refused   refused    refused    refused    refused
rejected         exists   refused  refused    refused   vetting   refused    refused    refused    refused
qualified        exists   refused  refused    refused   refused   suspended  refused    refused    refused
active, MPA      exists   refused  refused    refused   refused   suspended  refused    active     refused
restricted, MPA  exists   refused  refused    refused   refused   suspended  refused    active     refused
suspended        exists   refused  refused    refused   refused   refused    qualified  suspended  revoked
suspended, MPA   exists   refused  refused    refused   refused   refused    active     suspended  revoked
revoked          draft    refused  refused    refused   refused   refused    refused    refused    refused
";

fn rejected() -> VettingResult {
    VettingResult::Rejected("why".to_owned())
}

fn step(name: &str) -> (&'static str, Decide) {
    let (_, event, decide) = STEPS.into_iter().find(|it| it.0 == name).unwrap();
    (event, decide)
}

/// The kind of MPA for a role.
fn mpa(role: Role) -> AgreementKind {
    match role {
        Role::IndirectProvider => AgreementKind::IndirectProvider,
        Role::IndirectReseller => AgreementKind::IndirectReseller,
        Role::DirectBill => AgreementKind::DirectBill,
    }
}

/// A partner with the enrollment that the first column of the table describes.
fn partner_of_row(row: &str, role: Role) -> Partner {
    let (state, mpa_accepted) = match row.split_once(", ") {
        Some((state, _)) => (state, true),
        None => (row, false),
    };
    let mut partner = match state {
        "none" => enrolled(&[]),
        state => enrolled(&[(role, state.parse().unwrap())]),
    };
    partner.agreements = mpa_accepted.then(|| accepted(mpa(role))).into_iter().collect();
    partner
}

#[test]
fn the_state_decides_which_moves_are_allowed() {
    for role in [Role::DirectBill, Role::IndirectReseller] {
        for row in TABLE.lines().skip(2) {
            let state = row[..16].trim_end();
            let cells =
                STEPS.map(|(_, _, decide)| match decide(partner_of_row(state, role), role) {
                    Ok(approved) => approved.after().enrollment(role).unwrap().state.as_str(),
                    Err(Denial::Missing(_)) => "missing",
                    Err(Denial::Exists(_)) => "exists",
                    Err(Denial::Refused(_) | Denial::Invalid(_)) => "refused",
                });
            let expected: Vec<_> = row[16..].split_whitespace().collect();
            assert_eq!(cells.as_slice(), expected, "{state}, {role}");
        }
    }
}

#[test]
fn a_move_changes_one_enrollment_under_the_next_revision() {
    let other = enrollment(Role::DirectBill, EnrollmentState::Qualified);
    let role = Role::IndirectReseller;
    for (row, name, reason) in [
        ("none", "enroll", ""),
        ("draft", "submit", ""),
        ("vetting", "authorize", ""),
        ("vetting", "reject", "why"),
        ("rejected", "resubmit", ""),
        ("qualified", "suspend", "why"),
        ("suspended", "reinstate", ""),
        ("suspended", "revoke", "why"),
        ("revoked", "enroll", ""),
    ] {
        let mut before = partner_of_row(row, role);
        before.enrollments.insert(0, other.clone());
        let (event, decide) = step(name);
        let approved = decide(before.clone(), role).unwrap();
        assert_eq!((approved.event(), approved.decided_on()), (event, Some(REVISION)), "{name}");
        let after = approved.into_after();
        let moved = after.enrollment(role).unwrap().clone();
        let create_time = if row == "none" { at(9) } else { at(1) };
        let contact = if name == "enroll" { "new@contoso.com" } else { "ada@contoso.com" };
        let expected = Enrollment {
            role,
            state_time: at(9),
            state_reason: reason.to_owned(),
            suspension_cause: (name == "suspend").then_some(SuspensionCause::InvoiceOverdue),
            reapply_time: (name == "revoke").then(|| "1971-01-01T00:00:09Z".parse().unwrap()),
            contact_email: email(contact),
            resource_version: ResourceVersion { create_time, ..changed() },
            ..moved
        };
        assert_eq!(after.enrollment(role), Ok(&expected), "{name} of {row}");
        let enrollments = vec![other.clone(), expected];
        assert_eq!(
            after,
            Partner { enrollments, resource_version: changed(), ..before },
            "{name} of {row}"
        );
    }
}

#[test]
fn vetting_checks_pass_in_order() {
    let role = Role::IndirectReseller;
    let mut partner = enrolled(&[(role, EnrollmentState::Draft)]).submit(role, at(2)).unwrap();
    for (nth, open) in VettingCheck::ALL.iter().enumerate() {
        for check in VettingCheck::ALL.iter().filter(|it| *it != open) {
            for result in [VettingResult::Authorized, rejected()] {
                let early = partner.after().clone().record_vetting(role, *check, result, at(3));
                let found = violations(early);
                assert_eq!(rules_and_reasons(&found), ["STATE VETTING_CHECK_NOT_OPEN"], "{check}");
                let name = EnrollmentName { partner: PARTNER, role }.to_string();
                assert_violation(
                    &found[0],
                    &name,
                    &[("openCheck", open.as_str()), ("check", check.as_str())],
                );
            }
        }
        let failed = partner.after().clone().record_vetting(role, *open, rejected(), at(3));
        let failed = failed.unwrap().into_after();
        let it = failed.enrollment(role).unwrap();
        assert_eq!((it.state, it.open_check), (EnrollmentState::Rejected, Some(*open)));
        let again = failed.resubmit(role, Some(email("new@contoso.com")), at(4)).unwrap();
        let it = again.after().enrollment(role).unwrap();
        assert_eq!(it.open_check, Some(VettingCheck::EmailOwnership), "all checks run again");
        assert_eq!(it.contact_email, email("new@contoso.com"));

        let passed = partner.into_after();
        partner = passed.record_vetting(role, *open, VettingResult::Authorized, at(3)).unwrap();
        let it = partner.after().enrollment(role).unwrap();
        assert_eq!(it.open_check, VettingCheck::ALL.get(nth + 1).copied());
        let since = if nth < 2 { at(2) } else { at(3) };
        assert_eq!(it.state_time, since, "only the last check changes the state");
    }
    let state = partner.after().enrollment(role).unwrap().state;
    assert_eq!(state, EnrollmentState::Qualified);
}

#[test]
fn a_rejected_enrollment_is_suspended_after_thirty_days() {
    const DAYS: i64 = 30 * 24 * 3600;
    let role = Role::IndirectProvider;
    let stored = || enrolled(&[(role, EnrollmentState::Rejected)]);
    let before = stored().effective_at(at(DAYS));
    assert_eq!(before, stored());
    assert!(before.resubmit(role, None, at(DAYS)).is_ok());

    let over = at(1 + DAYS);
    let it = stored().effective_at(over).enrollment(role).unwrap().clone();
    let cause = Some(SuspensionCause::ProfileRejected);
    let expected = (EnrollmentState::Suspended, over, cause);
    assert_eq!((it.state, it.state_time, it.suspension_cause), expected);
    assert_eq!(it.state_reason, "rejected for 30 days: of old");
    let late = at(2 + DAYS);
    assert_eq!(
        stored().effective_at(late),
        stored().effective_at(over),
        "the suspension dates from the time limit"
    );
    let refused = violations(stored().resubmit(role, None, late));
    assert_eq!(rules_and_reasons(&refused), ["STATE ENROLLMENT_STATE_CONFLICT"]);
    let reinstated = stored().reinstate(role, late).unwrap().into_after();
    let it = reinstated.enrollment(role).unwrap();
    let first = Some(VettingCheck::EmailOwnership);
    assert_eq!((it.state, it.open_check), (EnrollmentState::Vetting, first));
    assert_eq!(
        reinstated.resource_version,
        before_at(late),
        "one revision for the move and the changes by time"
    );
}

fn before_at(second: types::Timestamp) -> ResourceVersion {
    super::world::before().next(second)
}

#[test]
fn changes_by_time_are_written_with_the_next_change() {
    let (rejected, other) = (Role::IndirectProvider, Role::DirectBill);
    let stored = enrolled(&[(rejected, EnrollmentState::Rejected)]);
    let late = at(40 * 24 * 3600);
    let after = stored.enroll(other, email("ada@contoso.com"), late).unwrap().into_after();
    let it = after.enrollment(rejected).unwrap();
    assert_eq!(
        (it.state, it.resource_version.revision),
        (EnrollmentState::Suspended, REVISION + 1)
    );
    let roles: Vec<_> = after.enrollments.iter().map(|it| it.role).collect();
    assert_eq!(roles, [other, rejected], "sorted by role");
}

#[test]
fn a_revoked_partner_can_apply_again_after_exactly_twelve_months() {
    let role = Role::DirectBill;
    let revoked = enrolled(&[(role, EnrollmentState::Suspended)]);
    let revoked = revoked.revoke(role, "why".to_owned(), at(9)).unwrap().into_after();
    let again = |second: i64| revoked.clone().enroll(role, email("ada@contoso.com"), at(second));
    const YEAR: i64 = 365 * 24 * 3600;
    let refused = violations(again(8 + YEAR));
    assert_eq!(rules_and_reasons(&refused), ["STATE REAPPLIED_TOO_EARLY"]);
    let name = EnrollmentName { partner: PARTNER, role }.to_string();
    let time = "1971-01-01T00:00:09Z";
    assert_violation(&refused[0], &name, &[("state", "revoked"), ("reapplyTime", time)]);
    assert!(refused[0].explanation.contains(time));
    let draft = again(9 + YEAR).unwrap().into_after();
    let it = draft.enrollment(role).unwrap();
    assert_eq!((it.state, it.reapply_time, it.vetted()), (EnrollmentState::Draft, None, false));
    assert_eq!(it.resource_version.create_time, at(1));
}

#[test]
fn a_changed_legal_profile_restarts_vetting_that_had_started() {
    use EnrollmentState::{
        Active, Draft, Qualified, Rejected, Restricted, Revoked, Suspended, Vetting,
    };
    let role = Role::IndirectReseller;
    let first = Some(VettingCheck::EmailOwnership);
    for (state, expected) in [
        (Vetting, Some((Vetting, first))),
        (Qualified, Some((Vetting, first))),
        (Active, Some((Vetting, first))),
        (Restricted, Some((Vetting, first))),
        (Suspended, Some((Suspended, first))),
        (Draft, None),
        (Rejected, None),
        (Revoked, None),
    ] {
        let mut partner = enrolled(&[(role, state)]);
        partner.agreements.push(accepted(mpa(role)));
        let approved = partner.restart_vetting(at(9)).unwrap();
        let it = approved.as_ref().map(|it| it.after().enrollment(role).unwrap());
        assert_eq!(it.map(|it| (it.state, it.open_check)), expected, "{state}");
        assert!(approved.is_none_or(|it| it.event() == "VettingRestarted"));
    }
}

#[test]
fn a_refused_move_reports_the_state_and_the_legal_moves() {
    use EnrollmentState::{Active, Draft, Qualified, Rejected, Revoked, Suspended, Vetting};
    let role = Role::IndirectProvider;
    let name = EnrollmentName { partner: PARTNER, role }.to_string();
    for (state, wrong, called, legal) in [
        (Draft, "suspend", "SuspendEnrollment", "SubmitEnrollment"),
        (Vetting, "suspend", "SuspendEnrollment", "RecordVettingResult, UpdateOrganization"),
        (Rejected, "authorize", "RecordVettingResult", "ResubmitEnrollment"),
        (
            Qualified,
            "reject",
            "RecordVettingResult",
            "AssociateLocation, AcceptAgreement, RecordEvidence, UpdateOrganization, \
             SuspendEnrollment",
        ),
        (
            Active,
            "reinstate",
            "ReinstateEnrollment",
            "ReviewEnrollment, UpdateOrganization, SuspendEnrollment",
        ),
        (
            Suspended,
            "suspend",
            "SuspendEnrollment",
            "ReviewEnrollment, ReinstateEnrollment, RevokeEnrollment",
        ),
        (Revoked, "reinstate", "ReinstateEnrollment", "EnrollPartner"),
    ] {
        let partner = enrolled(&[(role, state)]);
        let since = partner.enrollment(role).unwrap().state_time.to_string();
        let violations = violations(step(wrong).1(partner, role));
        assert_eq!(rules_and_reasons(&violations), ["STATE ENROLLMENT_STATE_CONFLICT"]);
        let inputs = [("state", state.as_str()), ("stateTime", &since), ("legalMoves", legal)];
        assert_violation(&violations[0], &name, &inputs);
        let reached = matches!((state, wrong), (Active, "reinstate") | (Suspended, "suspend"));
        let (out, next_step) = match reached {
            true => (String::new(), "nothing to do".to_owned()),
            false => {
                let next_step = format!("possible now: {}", alternatives(legal.split(", ")));
                (format!(", which rules out {called}"), next_step)
            }
        };
        let expected = format!("the enrollment has been {state} since {since}{out}");
        assert_eq!([&violations[0].explanation, &violations[0].next_step], [&expected, &next_step]);
    }
}

#[test]
fn every_state_can_be_reached_and_left() {
    for state in EnrollmentState::ALL {
        assert!(LIFECYCLE.moves.iter().any(|it| it.from.contains(state)), "{state} cannot be left");
        assert!(
            LIFECYCLE.moves.iter().any(|it| it.to.contains(state)),
            "{state} cannot be reached"
        );
    }
}

#[test]
fn missing_and_existing_enrollments_are_named() {
    let role = Role::IndirectReseller;
    let name = EnrollmentName { partner: PARTNER, role }.to_string();
    let missing = partner().revoke(role, "why".to_owned(), at(9)).unwrap_err();
    assert_eq!(missing, Denial::Missing(name.clone()));
    let vetting = enrolled(&[(role, EnrollmentState::Vetting)]);
    let exists = vetting.enroll(role, email("ada@contoso.com"), at(9)).unwrap_err();
    assert_eq!(exists, Denial::Exists(name));
}

#[test]
fn a_tenant_can_join_only_once() {
    let new = || NewPartner {
        name: PARTNER,
        organization: partner().organization,
        country: partner().country,
    };
    let denied = Partner::create(new(), true, 0, at(9)).unwrap_err();
    assert_eq!(denied, Denial::Exists(PARTNER.to_string()));
    let full = violations(Partner::create(new(), false, 250, at(9)));
    assert_eq!(rules_and_reasons(&full), ["STATE COLLECTION_FULL"]);
    assert_violation(
        &full[0],
        &COMPANY.to_string(),
        &[("collection", "partners"), ("limit", "250")],
    );
    let approved = Partner::create(new(), false, 249, at(9)).unwrap();
    assert_eq!((approved.event(), approved.decided_on()), ("PartnerCreated", None));
    assert_eq!(
        approved.into_after(),
        Partner { resource_version: ResourceVersion::first(at(9)), ..partner() }
    );
}

#[test]
fn names_of_enrollments_and_agreements_round_trip() {
    for role in Role::ALL {
        let name = EnrollmentName { partner: OTHER, role: *role };
        assert_eq!(name.to_string().parse(), Ok(name));
    }
    let name = AgreementName { partner: OTHER, uid: PARTNER.id() };
    assert_eq!(name.to_string().parse(), Ok(name));
    for text in [
        PARTNER.to_string(),
        format!("{PARTNER}/enrollments/advisor"),
        format!("customers/{}/enrollments/direct-bill", PARTNER.id()),
        format!("{PARTNER}/agreements/1"),
        format!("{PARTNER}/enrollments/"),
    ] {
        assert!(text.parse::<EnrollmentName>().is_err(), "{text}");
        assert!(text.parse::<AgreementName>().is_err(), "{text}");
    }
}
