//! Which changes are acknowledged only when no decision on the earlier facts can be acted on.

use rules::{
    Denial,
    Role::{DirectBill, IndirectProvider, IndirectReseller},
};
use types::{OrganizationName, Timestamp};
use uuid::Uuid;

use super::world::{
    COMPANY, acceptance, accepted, at, email, enrolled, enrollment, location, owner, partner,
};
use crate::domain::{
    AgreementKind, Approved, End,
    EnrollmentState::{self, Active, Draft, Qualified, Rejected, Restricted, Suspended, Vetting},
    Identity, LocationFacts, NewOrganization, NewProfile, Organization, Partner, SuspensionCause,
    VettingCheck, VettingResult,
};

/// A time at which the requirements of a direct-bill partner are in force.
const IN_FORCE: i64 = 1_772_442_000;

type Call = fn(Partner, Timestamp) -> Result<Approved<Partner>, Denial>;

#[test]
fn changes_that_take_nothing_away_are_acknowledged_at_once() {
    let reseller = |state| enrolled(&[(IndirectReseller, state)]);
    let accepts = |state| Partner {
        agreements: vec![accepted(AgreementKind::IndirectReseller)],
        ..reseller(state)
    };
    let now = at(8);
    let rows: [(&str, Partner, Call, bool); 18] = [
        (
            "enroll",
            partner(),
            |it, now| it.enroll(IndirectReseller, email("ada@contoso.com"), now),
            false,
        ),
        // Its tenant becomes a CSP tenant, which may not be a customer.
        ("submit the first", reseller(Draft), |it, now| it.submit(IndirectReseller, now), true),
        (
            "submit the second",
            enrolled(&[(IndirectProvider, Qualified), (IndirectReseller, Draft)]),
            |it, now| it.submit(IndirectReseller, now),
            false,
        ),
        (
            "pass the last check",
            reseller(Vetting),
            |it, now| {
                it.record_vetting(
                    IndirectReseller,
                    VettingCheck::Business,
                    VettingResult::Authorized,
                    now,
                )
            },
            false,
        ),
        (
            "fail a check",
            reseller(Vetting),
            |it, now| {
                let rejected = VettingResult::Rejected("closed".to_owned());
                it.record_vetting(IndirectReseller, VettingCheck::Business, rejected, now)
            },
            true,
        ),
        ("resubmit", reseller(Rejected), |it, now| it.resubmit(IndirectReseller, None, now), false),
        (
            "accept the MPA",
            reseller(Qualified),
            |it, now| {
                it.accept_agreement(acceptance(AgreementKind::IndirectReseller), Uuid::nil(), now)
            },
            false,
        ),
        (
            "locate",
            Partner { location: None, ..accepts(Qualified) },
            |it, now| it.associate_location(location("1001", "FR"), &LocationFacts::default(), now),
            false,
        ),
        (
            "suspend",
            accepts(Active),
            |it, now| it.suspend(IndirectReseller, SuspensionCause::Abuse, "why".to_owned(), now),
            true,
        ),
        ("reinstate", accepts(Suspended), |it, now| it.reinstate(IndirectReseller, now), false),
        (
            "reinstate without the MPA",
            reseller(Suspended),
            |it, now| it.reinstate(IndirectReseller, now),
            false,
        ),
        // It could manage, and its subscriptions renewed.
        (
            "revoke",
            accepts(Suspended),
            |it, now| it.revoke(IndirectReseller, "why".to_owned(), now),
            true,
        ),
        ("vet again", accepts(Active), |it, now| it.restart_vetting(now).map(Option::unwrap), true),
        (
            "record nothing",
            accepts(Active),
            |it, now| it.record_evidence(IndirectReseller, Vec::new(), now),
            false,
        ),
        (
            "record the lapse of an MPA that nothing covers",
            Partner {
                agreements: vec![accepted(AgreementKind::DirectBill)],
                ..enrolled(&[(DirectBill, Suspended), (IndirectReseller, Active)])
            },
            |it, now| it.record_evidence(IndirectReseller, Vec::new(), now),
            true,
        ),
        ("fail a review", failing(Active), |it, _| it.review(DirectBill, at(IN_FORCE)), true),
        (
            "end a restriction",
            failing(Restricted),
            |it, now| it.suspend(DirectBill, SuspensionCause::Abuse, "why".to_owned(), now),
            true,
        ),
        ("pass a review", accepts(Active), |it, _| it.review(IndirectReseller, at(9)), false),
    ];
    for (what, before, call, may_revoke) in rows {
        let approved = call(before, now).unwrap_or_else(|denial| panic!("{what}: {denial:?}"));
        assert_eq!(approved.may_revoke(), may_revoke, "{what}: {:?}", approved.after());
    }
}

/// A direct-bill partner without evidence, whose review is due at second 9.
fn failing(state: EnrollmentState) -> Partner {
    Partner {
        agreements: vec![accepted(AgreementKind::DirectBill)],
        ..enrolled(&[(DirectBill, state)])
    }
}

#[test]
fn only_a_new_owner_of_a_company_takes_permissions_away() {
    let new = NewOrganization {
        display_name: "Contoso".to_owned(),
        country: "FR".parse().unwrap(),
        global_account: None,
        owners: Vec::new(),
    };
    let identity = Identity { name: COMPANY, now: at(2) };
    let created = Organization::create(new, None, identity).unwrap();
    assert!(!created.may_revoke());
    let company = created.into_after();
    let by = OrganizationName::new(Uuid::from_u128(0xb));
    let owned = company.clone().record_ownership(owner(by, 10_000, at(3)), at(4)).unwrap();
    assert!(owned.may_revoke());
    let end = End { time: at(5), reason: "sold".to_owned() };
    assert!(!owned.into_after().end_ownership(by, end, at(6)).unwrap().may_revoke());
    let profile = |name: &str| NewProfile { display_name: Some(name.to_owned()), country: None };
    assert!(!company.clone().update(profile("Litware"), at(4)).may_revoke());
    // Another call may have changed the profile, and restarted vetting, a moment ago.
    assert!(company.update(profile("Contoso"), at(4)).may_revoke());
}

#[test]
fn a_partner_that_loses_anything_does_not_keep_its_permissions() {
    let before = Partner {
        agreements: vec![accepted(AgreementKind::IndirectReseller)],
        ..enrolled(&[(IndirectReseller, Active)])
    };
    assert!(before.keeps_permissions(&before));
    let rows: [(&str, fn(&mut Partner)); 8] = [
        ("its location", |it| it.location = None),
        ("its place", |it| it.location = Some(location("1002", "FR"))),
        ("its country", |it| it.country = "DE".parse().unwrap()),
        ("its company", |it| it.organization = OrganizationName::new(Uuid::from_u128(0xb))),
        ("an acceptance", |it| it.agreements.clear()),
        ("an enrollment", |it| it.enrollments.clear()),
        ("time until its review", |it| it.enrollments[0].review_time = Some(at(8))),
        ("its application", |it| it.enrollments[0].application = 2),
    ];
    for (what, change) in rows {
        let mut after = before.clone();
        change(&mut after);
        assert!(!after.keeps_permissions(&before), "{what}");
    }
    let mut after = before.clone();
    after.enrollments.push(enrollment(IndirectProvider, Vetting));
    assert!(!after.keeps_permissions(&before), "a role in a state that was not judged");
}
