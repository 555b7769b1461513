//! Requirements of direct-bill partners and resellers, and the yearly review.

use rules::{
    Denial,
    Role::{self, DirectBill, IndirectProvider, IndirectReseller},
};
use types::Timestamp;
use uuid::Uuid;

use super::world::{
    acceptance, accepted, assert_violation, at, enrolled, enrollment, partner, rules_and_reasons,
    violations,
};
use crate::domain::{
    AgreementKind, AgreementVersion, Approved, Enrollment, EnrollmentName,
    EnrollmentState::{self, Active, Draft, Qualified, Restricted, Revoked, Suspended, Vetting},
    Evidence, NewAgreement, Partner,
    Requirement::{self, *},
    SuspensionCause, VettingCheck, VettingResult,
};

/// Every requirement of a direct-bill partner with the lowest figure that meets it.
const ALL: [(Requirement, i64); 11] = [
    (Revenue, 100_000_000),
    (ResellerMonths, 12),
    (SolutionsPartner, 1),
    (CreditCheck, 1),
    (SupportPlan, 1),
    (ApiIntegration, 1),
    (BillingAndSupport, 1),
    (ManagedServices, 1),
    (Mfa, 1),
    (SecurityContact, 1),
    (AlertHours, 24),
];
const UNMET: &str = "REQ-1 REQUIREMENT_NOT_MET";

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn start() -> Timestamp {
    time("2026-03-02T09:00:00Z")
}

fn evidence_of(requirement: Requirement, figure: i64, observed_time: Timestamp) -> Evidence {
    let (attested_by, reference) = ("Ada Byron".to_owned(), "report 7".to_owned());
    Evidence { requirement, figure, observed_time, attested_by, reference }
}

fn evidence(of: &[(Requirement, i64)], observed_time: Timestamp) -> Vec<Evidence> {
    of.iter()
        .map(|(requirement, figure)| evidence_of(*requirement, *figure, observed_time))
        .collect()
}

fn with(role: Role, state: EnrollmentState, evidence: Vec<Evidence>) -> Partner {
    enrolled(&[(role, state)]).record_evidence(role, evidence, at(2)).unwrap().into_after()
}

fn it(partner: &Partner, role: Role) -> &Enrollment {
    partner.enrollment(role).unwrap()
}

/// Unmet requirements, in their order.
fn unmet(enrollment: &Enrollment, now: Timestamp) -> Vec<Requirement> {
    let all = enrollment.assess(now).into_iter();
    all.filter(|each| !each.met).map(|each| each.requirement).collect()
}

/// A partner whose role became active at [`start`], with all requirements met.
fn active(role: Role) -> Partner {
    let mut partner = enrolled(&[(role, Vetting)]);
    let kind = match role {
        DirectBill => AgreementKind::DirectBill,
        _ => AgreementKind::IndirectReseller,
    };
    partner.country = "BE".parse().unwrap();
    partner.agreements = vec![accepted(kind)];
    let partner = partner.record_evidence(role, evidence(&ALL, start()), start()).unwrap();
    let (check, passed) = (VettingCheck::Business, VettingResult::Authorized);
    partner.into_after().record_vetting(role, check, passed, start()).unwrap().into_after()
}

fn refused(decided: Result<Approved<Partner>, Denial>) -> Vec<String> {
    rules_and_reasons(&violations(decided))
}

#[test]
fn requirements_of_a_direct_bill_partner_depend_on_the_day() {
    let role = DirectBill;
    let nothing = with(role, Draft, Vec::new());
    for (day, count) in [
        ("2020-09-30T23:59:59Z", 0),
        ("2020-10-01T00:00:00Z", 7),
        ("2025-09-30T23:59:59Z", 7),
        ("2025-10-01T00:00:00Z", 11),
    ] {
        assert_eq!(unmet(it(&nothing, role), time(day)).len(), count, "{day}");
    }
    for (day, cents, met) in [
        ("2025-09-30T23:59:59Z", 29_999_999, false),
        ("2025-09-30T23:59:59Z", 30_000_000, true),
        ("2025-10-01T00:00:00Z", 99_999_999, false),
        ("2025-10-01T00:00:00Z", 100_000_000, true),
    ] {
        let day = time(day);
        let partner = with(role, Draft, vec![evidence_of(Revenue, cents, day)]);
        assert_eq!(!unmet(it(&partner, role), day).contains(&Revenue), met, "{cents} at {day}");
    }
}

#[test]
fn each_figure_is_checked_exactly() {
    let role = DirectBill;
    let all = with(role, Draft, evidence(&ALL, start()));
    assert_eq!(unmet(it(&all, role), start()), []);
    for (requirement, figure) in ALL {
        let short = if requirement == AlertHours { figure + 1 } else { figure - 1 };
        let short = vec![evidence_of(requirement, short, start())];
        let short = all.clone().record_evidence(role, short, start()).unwrap().into_after();
        let expected: &[_] = match requirement {
            CreditCheck => &[CreditCheck, SupportPlan],
            _ => &[requirement],
        };
        assert_eq!(unmet(it(&short, role), start()), expected, "{requirement}");
    }
}

#[test]
fn yearly_evidence_counts_for_twelve_months_and_one_time_evidence_does_not_expire() {
    let role = DirectBill;
    let all = with(role, Draft, evidence(&ALL, start()));
    assert_eq!(unmet(it(&all, role), time("2027-03-02T08:59:59Z")), []);
    let stale = unmet(it(&all, role), time("2027-03-02T09:00:00Z"));
    assert_eq!(stale.len(), ALL.len() - 2);
    assert!(!stale.contains(&ResellerMonths) && !stale.contains(&CreditCheck));
}

#[test]
fn a_support_plan_bought_before_the_credit_check_passed_does_not_count() {
    let role = DirectBill;
    for (bought, counts) in [("08:59:59", false), ("09:00:00", true), ("09:00:01", true)] {
        let mut all = evidence(&ALL, start());
        all.retain(|each| each.requirement != SupportPlan);
        all.push(evidence_of(SupportPlan, 1, time(&format!("2026-03-02T{bought}Z"))));
        let unmet = unmet(it(&with(role, Draft, all), role), start());
        assert_eq!(unmet, if counts { &[][..] } else { &[SupportPlan] }, "{bought}");
    }
}

#[test]
fn a_direct_bill_partner_must_meet_the_application_requirements() {
    let role = DirectBill;
    let nothing = with(role, Draft, Vec::new());
    let found = violations(nothing.submit(role, start()));
    assert_eq!(rules_and_reasons(&found), [UNMET; 3]);
    let name = EnrollmentName { partner: partner().name, role }.to_string();
    let inputs = [
        ("requirement", "revenue"),
        ("wantedFigure", "100000000"),
        ("knownFigure", "none"),
        ("inForceTime", "2025-10-01T00:00:00Z"),
    ];
    assert_violation(&found[0], &name, &inputs);
    let eligible = evidence(&ALL[..3], start());
    let submitted = with(role, Draft, eligible).submit(role, start()).unwrap().into_after();
    assert_eq!(it(&submitted, role).state, Vetting);
    for role in [IndirectReseller, IndirectProvider] {
        assert!(enrolled(&[(role, Draft)]).submit(role, start()).is_ok(), "{role}");
    }
}

#[test]
fn a_direct_bill_partner_becomes_active_when_it_meets_all_requirements() {
    let role = DirectBill;
    let mut partner = with(role, Qualified, evidence(&ALL[..10], start()));
    partner.agreements = vec![accepted(AgreementKind::DirectBill)];
    let last = vec![evidence_of(AlertHours, 25, start())];
    let short = partner.clone().record_evidence(role, last, start()).unwrap().into_after();
    assert_eq!(it(&short, role).state, Qualified);
    let last = vec![evidence_of(AlertHours, 24, start())];
    let after = short.record_evidence(role, last, start()).unwrap().into_after();
    assert_eq!(it(&after, role).state, Active);
    assert_eq!(it(&after, role).review_time, Some(time("2027-03-02T09:00:00Z")));
}

#[test]
fn the_yearly_review_counts_from_the_last_condition_met() {
    let (recorded, due) = (time("2026-11-20T09:00:00Z"), "2027-01-17T09:00:00Z");
    let accept = |partner: Partner, kind| {
        let accept_time = time("2026-01-17T09:00:00Z");
        let new = NewAgreement { accept_time, ..acceptance(kind) };
        partner.accept_agreement(new, Uuid::nil(), recorded).unwrap().into_after()
    };
    let review_time = |partner: &Partner, role| it(partner, role).review_time.unwrap().to_string();

    let (role, kind) = (IndirectReseller, AgreementKind::IndirectReseller);
    let reseller = accept(with(role, Qualified, Vec::new()), kind);
    assert_eq!(review_time(&reseller, role), due, "the acceptance");
    let suspended = accept(with(role, Suspended, Vec::new()), kind);
    let suspended = Partner {
        enrollments: vec![Enrollment { review_time: None, ..it(&suspended, role).clone() }],
        ..suspended
    };
    let later = time("2026-11-25T09:00:00Z");
    let back = suspended.reinstate(role, later).unwrap().into_after();
    assert_eq!(review_time(&back, role), "2027-11-25T09:00:00Z", "the end of a suspension");

    let (role, kind) = (DirectBill, AgreementKind::DirectBill);
    for (observed, due) in
        [("2026-01-10T09:00:00Z", due), ("2026-02-10T09:00:00Z", "2027-02-10T09:00:00Z")]
    {
        let new = || evidence(&ALL, time(observed));
        let before = accept(with(role, Qualified, new()), kind);
        assert_eq!(review_time(&before, role), due, "accepted with evidence of {observed}");
        let without = accept(with(role, Qualified, Vec::new()), kind);
        assert_eq!(it(&without, role).review_time, None);
        let after = without.record_evidence(role, new(), later).unwrap().into_after();
        assert_eq!(review_time(&after, role), due, "evidence of {observed} after it");
    }

    let mut both = with(DirectBill, Active, Vec::new());
    both.agreements = vec![accepted(kind)];
    both.put(enrollment(IndirectReseller, Vetting));
    let (check, passed) = (VettingCheck::Business, VettingResult::Authorized);
    let both = both.record_vetting(IndirectReseller, check, passed, recorded).unwrap();
    let due = "2027-11-20T09:00:00Z";
    assert_eq!(review_time(both.after(), IndirectReseller), due, "the direct-bill acceptance");
}

#[test]
fn a_review_opens_ninety_days_before_it_is_due() {
    let open = time("2026-12-02T09:00:00Z");
    for role in [DirectBill, IndirectReseller] {
        let partner = active(role);
        let early = partner.clone().review(role, time("2026-12-02T08:59:59Z"));
        assert_eq!(refused(early), ["STATE REVIEW_NOT_OPEN"], "{role}");
        let passed = partner.review(role, open).unwrap();
        assert_eq!(passed.event(), "EnrollmentReviewed");
        let next = Some(time("2028-03-02T09:00:00Z"));
        assert_eq!(it(passed.after(), role).review_time, next, "{role}");
        let twice = passed.into_after().review(role, open);
        assert_eq!(refused(twice), ["STATE REVIEW_NOT_OPEN"], "{role}");
    }
    let provider = enrolled(&[(IndirectProvider, Active)]).review(IndirectProvider, start());
    assert_eq!(refused(provider), ["STATE REVIEW_NOT_OPEN"]);
}

#[test]
fn a_reseller_passes_the_review_only_with_current_figures() {
    let role = IndirectReseller;
    let due = time("2027-03-02T09:00:00Z");
    let without = active(role);
    assert_eq!(
        refused(without.clone().review(role, due)),
        [UNMET; 3],
        "evidence expires after a year"
    );
    for (cents, count) in [(99_999, 1), (100_000, 0)] {
        let new = evidence(&[(Revenue, cents), (Mfa, 1), (SecurityContact, 1)], due);
        let partner = without.clone().record_evidence(role, new, due).unwrap().into_after();
        assert_eq!(refused(partner.review(role, due)).len(), count, "{cents}");
    }
    assert_eq!(it(&without.effective_at(time("2030-01-01T00:00:00Z")), role).state, Active);
}

#[test]
fn a_direct_bill_partner_below_the_requirements_is_restricted_then_suspended_then_revoked() {
    let role = DirectBill;
    let partner = active(role);
    let early = partner.clone().review(role, time("2027-03-02T08:59:59Z"));
    assert!(early.is_ok(), "its evidence still counts");
    let due = time("2027-03-02T09:00:00Z");
    let restricted = partner.review(role, due).unwrap().into_after();
    assert_eq!((it(&restricted, role).state, it(&restricted, role).state_time), (Restricted, due));
    for (now, state) in [
        ("2027-04-01T08:59:59Z", Restricted),
        ("2027-04-01T09:00:00Z", Suspended),
        ("2027-05-01T08:59:59Z", Suspended),
        ("2027-05-01T09:00:00Z", Revoked),
        ("2029-01-01T00:00:00Z", Revoked),
    ] {
        let later = restricted.clone().effective_at(time(now));
        assert_eq!(it(&later, role).state, state, "{now}");
    }
    let end = restricted.clone().effective_at(time("2029-01-01T00:00:00Z"));
    assert_eq!(it(&end, role).reapply_time, Some(time("2028-05-01T09:00:00Z")));
    let again = restricted.review(role, due);
    assert_eq!(refused(again).len(), ALL.len() - 2, "still below");
}

#[test]
fn a_direct_bill_partner_that_meets_the_requirements_again_is_active_again() {
    let role = DirectBill;
    let due = time("2027-03-02T09:00:00Z");
    let restricted = active(role).review(role, due).unwrap().into_after();
    for (now, before) in [("2027-03-20T00:00:00Z", Restricted), ("2027-04-20T00:00:00Z", Suspended)]
    {
        let now = time(now);
        let late = restricted.clone().effective_at(now);
        assert_eq!(it(&late, role).state, before);
        if before == Suspended {
            let early = restricted.clone().reinstate(role, now);
            assert_eq!(refused(early), ["REQ-1 REVIEW_NOT_PASSED"]);
        }
        let recorded = restricted.clone().record_evidence(role, evidence(&ALL, now), now).unwrap();
        let passed = recorded.into_after().review(role, now).unwrap().into_after();
        let it = it(&passed, role);
        assert_eq!((it.state, it.shortfall_time), (Active, None), "{now}");
        assert_eq!(it.review_time, Some(time("2028-03-02T09:00:00Z")), "{now}");
    }
}

#[test]
fn a_passed_review_does_not_end_a_suspension_for_another_cause() {
    let role = DirectBill;
    let due = time("2027-03-02T09:00:00Z");
    let restricted = active(role).review(role, due).unwrap().into_after();
    let abuse = restricted.suspend(role, SuspensionCause::Abuse, "why".to_owned(), due).unwrap();
    let recorded = abuse.into_after().record_evidence(role, evidence(&ALL, due), due).unwrap();
    let passed = recorded.into_after().review(role, due).unwrap().into_after();
    assert_eq!((it(&passed, role).state, it(&passed, role).shortfall_time), (Suspended, None));
    let reinstated = passed.reinstate(role, due).unwrap().into_after();
    assert_eq!(it(&reinstated, role).state, Active);
}

#[test]
fn a_partner_vetted_again_after_a_failed_review_is_still_restricted() {
    let role = DirectBill;
    let due = time("2027-03-02T09:00:00Z");
    let mut partner = active(role).review(role, due).unwrap().into_after();
    partner = partner.restart_vetting(due).unwrap().unwrap().into_after();
    for check in VettingCheck::ALL {
        let passed = partner.record_vetting(role, *check, VettingResult::Authorized, due);
        partner = passed.unwrap().into_after();
    }
    assert_eq!(it(&partner, role).state, Restricted);
    assert_eq!(partner.agreements[0].version, AgreementVersion::September2019);
}
