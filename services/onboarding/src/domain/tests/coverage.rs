//! Which acceptance of the MPA covers which role, and when.

use rules::Role::{self, DirectBill, IndirectProvider, IndirectReseller};
use types::Timestamp;
use uuid::Uuid;

use super::world::{
    PARTNER, acceptance, accepted, assert_violation, at, email, enrolled, location, partner,
    rules_and_reasons, violations,
};
use crate::domain::{
    AgreementKind,
    EnrollmentState::{
        self, Active, Draft, Qualified, Rejected, Restricted, Revoked, Suspended, Vetting,
    },
    LocationFacts, NewAgreement, Partner, SuspensionCause, VettingCheck, VettingResult,
};

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn state(partner: &Partner, role: Role) -> EnrollmentState {
    partner.enrollment(role).unwrap().state
}

/// A partner with a location that enrolls in a role and passes vetting.
fn vetted(partner: Partner, role: Role, now: Timestamp) -> Partner {
    let mut partner = partner.enroll(role, email("ada@contoso.com"), now).unwrap().into_after();
    partner = partner.submit(role, now).unwrap().into_after();
    for check in VettingCheck::ALL {
        let passed = partner.record_vetting(role, *check, VettingResult::Authorized, now);
        partner = passed.unwrap().into_after();
    }
    partner
}

fn accepts(partner: Partner, kind: AgreementKind, accept_time: &str, now: Timestamp) -> Partner {
    let new = NewAgreement { accept_time: time(accept_time), ..acceptance(kind) };
    let uid = Uuid::from_u128(partner.agreements.len() as u128);
    partner.accept_agreement(new, uid, now).unwrap().into_after()
}

fn suspended(partner: Partner, role: Role, now: Timestamp) -> Partner {
    partner.suspend(role, SuspensionCause::Abuse, "why".to_owned(), now).unwrap().into_after()
}

fn revoked(partner: Partner, role: Role, now: Timestamp) -> Partner {
    suspended(partner, role, now).revoke(role, "why".to_owned(), now).unwrap().into_after()
}

fn located(now: Timestamp) -> Partner {
    let facts = LocationFacts::default();
    partner().associate_location(location("1001", "FR"), &facts, now).unwrap().into_after()
}

/// No requirements are in force for either role at this time.
const START: &str = "2020-01-01T00:00:00Z";
const A_YEAR_LATER: &str = "2021-01-01T00:00:00Z";

#[test]
fn a_revoked_reseller_that_enrolls_again_must_accept_again() {
    let (role, kind) = (IndirectReseller, AgreementKind::IndirectReseller);
    let (start, later) = (time(START), time(A_YEAR_LATER));
    let first = accepts(vetted(located(start), role, start), kind, "2019-12-01T00:00:00Z", start);
    assert_eq!(state(&first, role), Active);
    let again = vetted(revoked(first, role, start), role, later);
    assert_eq!(state(&again, role), Qualified, "the first acceptance does not count");
    assert!(!again.covered(role, later));
    // The accept time may precede the new enrollment, and even the revocation of the old one.
    let again = accepts(again, kind, "2019-12-02T00:00:00Z", later);
    assert_eq!(state(&again, role), Active);
    let covered: Vec<_> =
        again.agreements.iter().map(|it| again.covered_roles(it).collect::<Vec<_>>()).collect();
    assert_eq!(covered, [vec![], vec![role]]);
}

#[test]
fn a_direct_bill_partner_that_enrolls_as_reseller_must_accept_the_reseller_mpa() {
    let start = time(START);
    let direct = accepts(
        vetted(located(start), DirectBill, start),
        AgreementKind::DirectBill,
        "2019-12-01T00:00:00Z",
        start,
    );
    assert_eq!(state(&direct, DirectBill), Active);
    let reseller = vetted(revoked(direct, DirectBill, start), IndirectReseller, start);
    assert_eq!(state(&reseller, IndirectReseller), Qualified);
    let kind = AgreementKind::IndirectReseller;
    let reseller = accepts(reseller, kind, "2019-12-02T00:00:00Z", start);
    assert_eq!(state(&reseller, IndirectReseller), Active);
}

#[test]
fn acceptances_cover_their_role_and_active_direct_bill_covers_the_reseller_role() {
    for state in [Draft, Vetting, Rejected, Qualified, Active, Suspended, Restricted, Revoked] {
        let mut partner = enrolled(&[(DirectBill, state), (IndirectReseller, Qualified)]);
        partner.agreements.push(accepted(AgreementKind::DirectBill));
        let expected: &[_] = match state {
            Revoked => &[],
            Active => &[IndirectReseller, DirectBill],
            Draft | Vetting | Rejected | Qualified | Suspended | Restricted => &[DirectBill],
        };
        let covered: Vec<_> = partner.covered_roles(&partner.agreements[0]).collect();
        assert_eq!(covered, expected, "{state}");
    }
    for (kind, role) in [
        (AgreementKind::IndirectProvider, IndirectProvider),
        (AgreementKind::IndirectReseller, IndirectReseller),
    ] {
        let mut partner = enrolled(&Role::ALL.iter().map(|it| (*it, Active)).collect::<Vec<_>>());
        partner.agreements.push(accepted(kind));
        let covered: Vec<_> = partner.covered_roles(&partner.agreements[0]).collect();
        assert_eq!(covered, [role], "{kind}");
    }
}

#[test]
fn a_reseller_role_covered_by_direct_bill_is_active_only_while_direct_bill_is() {
    let (start, later) = (time(START), time("2020-02-01T00:00:00Z"));
    let kind = AgreementKind::DirectBill;
    let direct =
        accepts(vetted(located(start), DirectBill, start), kind, "2019-12-01T00:00:00Z", start);
    let both = vetted(direct, IndirectReseller, start);
    assert_eq!(state(&both, IndirectReseller), Active);
    let without = suspended(both.clone(), DirectBill, later);
    assert_eq!(state(&without, IndirectReseller), Qualified);
    assert_eq!(without.enrollment(IndirectReseller).unwrap().state_time, later);
    let back = without.clone().reinstate(DirectBill, later).unwrap().into_after();
    assert_eq!((state(&back, DirectBill), state(&back, IndirectReseller)), (Active, Active));
    let own = AgreementKind::IndirectReseller;
    let own = accepts(without, own, "2020-01-15T00:00:00Z", later);
    assert_eq!((state(&own, DirectBill), state(&own, IndirectReseller)), (Suspended, Active));
}

#[test]
fn a_tenant_enrolled_as_reseller_cannot_enroll_as_direct_bill() {
    let contact = || email("ada@contoso.com");
    for state in EnrollmentState::ALL.iter().filter(|it| **it != Restricted) {
        let allowed = matches!(state, Draft | Revoked);
        let reseller = enrolled(&[(IndirectReseller, *state)]);
        let found = violations(reseller.enroll(DirectBill, contact(), at(9)));
        let expected: &[&str] = if allowed { &[] } else { &["ON-5 TENANT_IS_RESELLER"] };
        assert_eq!(rules_and_reasons(&found), expected, "{state}");
        // The direct-bill draft existed before the tenant enrolled as reseller.
        let both = enrolled(&[(DirectBill, Draft), (IndirectReseller, *state)]);
        assert_eq!(
            rules_and_reasons(&violations(both.submit(DirectBill, at(9)))),
            expected,
            "{state}"
        );
        if let [violation] = &found[..] {
            let name = format!("{PARTNER}/enrollments/direct-bill");
            assert_violation(violation, &name, &[("resellerState", state.as_str())]);
            assert!(violation.next_step.starts_with("create a partner for another CSP tenant"));
        }
        let direct = enrolled(&[(DirectBill, *state)]);
        assert!(direct.enroll(IndirectReseller, contact(), at(9)).is_ok(), "the reverse");
    }
}
