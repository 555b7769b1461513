//! Enrollments, from state to state.

use kernel::Stamp;

use super::world::{
    OTHER, PARTNER, REVISION, accepted, at, changed, email, enrolled, enrollment, named, partner,
    tells, violations,
};
use crate::domain::{
    AgreementKind, AgreementName, Approved, Denial, Enrollment, EnrollmentName, EnrollmentState,
    NewPartner, Partner, Role, VettingResult,
};

type Move = fn(Partner, Role) -> Result<Approved<Partner>, Denial>;

const MOVES: [(&str, &str, Move); 5] = [
    ("enroll", "PartnerEnrolled", |it, role| it.enroll(role, email("new@contoso.com"), at(9))),
    ("authorize", "VettingResultRecorded", |it, role| {
        it.record_vetting(role, VettingResult::Authorized, String::new(), at(9))
    }),
    ("reject", "VettingResultRecorded", |it, role| {
        it.record_vetting(role, VettingResult::Rejected, "why".to_owned(), at(9))
    }),
    ("suspend", "EnrollmentSuspended", |it, role| it.suspend(role, "why".to_owned(), at(9))),
    ("reinstate", "EnrollmentReinstated", |it, role| it.reinstate(role, at(9))),
];

const TABLE: &str = "
state            enroll    authorize  reject    suspend    reinstate
none             vetting   missing    missing   missing    missing
vetting          exists    qualified  rejected  conflict   conflict
vetting, MPA     exists    active     rejected  conflict   conflict
rejected         vetting   conflict   conflict  conflict   conflict
qualified        exists    conflict   conflict  suspended  conflict
active, MPA      exists    conflict   conflict  suspended  conflict
suspended        exists    conflict   conflict  conflict   qualified
suspended, MPA   exists    conflict   conflict  conflict   active
";

/// The text of the MPA that is written for a role.
fn mpa(role: Role) -> AgreementKind {
    match role {
        Role::IndirectProvider => AgreementKind::IndirectProvider,
        Role::IndirectReseller => AgreementKind::IndirectReseller,
        Role::DirectBill => AgreementKind::DirectBill,
    }
}

/// A partner whose enrollment is as the first column of the table says.
fn standing(row: &str, role: Role) -> Partner {
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
fn an_enrollment_moves_as_its_states_allow() {
    for role in Role::ALL {
        for row in TABLE.lines().skip(2) {
            let state = row[..16].trim_end();
            let cells = MOVES.map(|(_, _, step)| match step(standing(state, *role), *role) {
                Ok(approved) => approved.after().enrollment(*role).unwrap().state.as_str(),
                Err(Denial::Missing(_)) => "missing",
                Err(Denial::Exists(_)) => "exists",
                Err(Denial::Refused(_)) => "conflict",
            });
            let expected: Vec<_> = row[16..].split_whitespace().collect();
            assert_eq!(cells.as_slice(), expected, "{state}, {role}");
        }
    }
}

#[test]
fn a_move_changes_the_partner_and_the_one_enrollment_under_the_next_revision() {
    let bystander = enrollment(Role::DirectBill, EnrollmentState::Qualified);
    let role = Role::IndirectReseller;
    for (row, name, reason) in [
        ("none", "enroll", ""),
        ("rejected", "enroll", ""),
        ("vetting", "authorize", ""),
        ("vetting", "reject", "why"),
        ("qualified", "suspend", "why"),
        ("suspended", "reinstate", ""),
    ] {
        let mut before = standing(row, role);
        before.enrollments.insert(0, bystander.clone());
        let (_, event, step) = MOVES.iter().find(|it| it.0 == name).unwrap();
        let approved = step(before.clone(), role).unwrap();
        assert_eq!((approved.event(), approved.decided_on()), (*event, Some(REVISION)), "{name}");
        let after = approved.into_after();
        let moved = after.enrollment(role).unwrap().clone();
        let create_time = if row == "none" { at(9) } else { at(1) };
        let contact = if name == "enroll" { "new@contoso.com" } else { "ada@contoso.com" };
        let expected = Enrollment {
            role,
            state: moved.state,
            state_reason: reason.to_owned(),
            contact_email: email(contact),
            stamp: Stamp { create_time, ..changed() },
        };
        assert_eq!(moved, expected, "{name} of {row}");
        let enrollments = vec![bystander.clone(), expected];
        assert_eq!(after, Partner { enrollments, stamp: changed(), ..before }, "{name} of {row}");
    }
}

#[test]
fn a_conflict_tells_the_state_and_the_way_on() {
    use EnrollmentState::{Active, Qualified, Rejected, Suspended, Vetting};
    let role = Role::IndirectProvider;
    let name = EnrollmentName { partner: PARTNER, role }.to_string();
    for (state, step, needed, next_step) in [
        (Vetting, "suspend", "qualified or active", "record the vetting result"),
        (Rejected, "authorize", "vetting", "enroll again with a corrected profile"),
        (Qualified, "reject", "vetting", "associate the location, accept the MPA, or suspend"),
        (Active, "reinstate", "suspended", "nothing is open; it may be suspended"),
        (Suspended, "suspend", "qualified or active", "reinstate the enrollment"),
    ] {
        let (_, _, decide) = MOVES.iter().find(|it| it.0 == step).unwrap();
        let violations = violations(decide(enrolled(&[(role, state)]), role));
        assert_eq!(named(&violations), ["STATE ENROLLMENT_STATE_CONFLICT"]);
        tells(&violations[0], &name, &[("state", state.as_str()), ("neededState", needed)]);
        assert_eq!(violations[0].next_step, next_step);
        let expected = format!("the enrollment is {state}; this move needs {needed}");
        assert_eq!(violations[0].explanation, expected);
    }
}

#[test]
fn what_is_missing_or_exists_is_named() {
    let role = Role::IndirectReseller;
    let name = EnrollmentName { partner: PARTNER, role }.to_string();
    let missing = partner().suspend(role, "why".to_owned(), at(9)).unwrap_err();
    assert_eq!(missing, Denial::Missing(name.clone()));
    let vetting = enrolled(&[(role, EnrollmentState::Vetting)]);
    let exists = vetting.enroll(role, email("ada@contoso.com"), at(9)).unwrap_err();
    assert_eq!(exists, Denial::Exists(name));
}

#[test]
fn a_tenant_joins_once() {
    let new = || NewPartner {
        name: PARTNER,
        organization: partner().organization,
        country: partner().country,
    };
    let denied = Partner::create(new(), true, at(9)).unwrap_err();
    assert_eq!(denied, Denial::Exists(PARTNER.to_string()));
    let approved = Partner::create(new(), false, at(9)).unwrap();
    assert_eq!((approved.event(), approved.decided_on()), ("PartnerCreated", None));
    assert_eq!(approved.into_after(), Partner { stamp: Stamp::first(at(9)), ..partner() });
}

#[test]
fn names_of_enrollments_and_agreements_read_back() {
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
