//! The remaining steps that onboarding reports, checked by taking them.

use rules::{
    Denial, EnrollmentStep,
    Role::{self, DirectBill, IndirectReseller},
};
use types::Timestamp;
use uuid::Uuid;

use super::world::{acceptance, accepted, at, email, enrolled, enrollment, location, partner};
use crate::domain::{
    AgreementKind, Enrollment,
    EnrollmentState::{self, Active, Draft, Restricted, Revoked, Suspended},
    Evidence, LocationFacts, NewAgreement, Partner, Requirement, SuspensionCause, VettingCheck,
    VettingResult,
};

/// 2026-03-02T09:00:00Z. Every requirement is in force.
const NOW: i64 = 1_772_442_000;

fn kind(role: Role) -> AgreementKind {
    match role {
        Role::IndirectProvider => AgreementKind::IndirectProvider,
        IndirectReseller => AgreementKind::IndirectReseller,
        DirectBill => AgreementKind::DirectBill,
    }
}

/// Evidence that meets every requirement of a role.
fn evidence(role: Role) -> Vec<Evidence> {
    let required = Requirement::ALL.iter().filter(|it| it.applies_to(role));
    let evidence = |requirement: &Requirement| Evidence {
        requirement: *requirement,
        figure: match requirement {
            Requirement::Revenue => 100_000_000,
            Requirement::ResellerMonths => 12,
            _ => 1,
        },
        observed_time: at(NOW),
        attested_by: "Ada Lovelace".to_owned(),
        reference: "report 7".to_owned(),
    };
    required.map(evidence).collect()
}

/// Makes the calls of a step, with the best outcome of each.
fn take(
    partner: Partner,
    role: Role,
    step: EnrollmentStep,
    now: Timestamp,
) -> Result<Partner, Denial> {
    let after = match step {
        EnrollmentStep::EnrollOtherTenant => return Ok(partner),
        EnrollmentStep::Enroll | EnrollmentStep::EnrollAgain => {
            partner.enroll(role, email("ada@contoso.com"), now)?
        }
        EnrollmentStep::RecordEvidence => partner.record_evidence(role, evidence(role), now)?,
        EnrollmentStep::Submit => partner.submit(role, now)?,
        EnrollmentStep::Resubmit => partner.resubmit(role, None, now)?,
        EnrollmentStep::Review => partner.review(role, now)?,
        EnrollmentStep::Reinstate => partner.reinstate(role, now)?,
        EnrollmentStep::RecordVetting => {
            let open = partner.enrollment(role)?.open_check;
            let left = VettingCheck::ALL.iter().filter(|it| Some(**it) >= open);
            return left.copied().try_fold(partner, |partner, check| {
                let passed = partner.record_vetting(role, check, VettingResult::Authorized, now);
                passed.map(|it| it.into_after())
            });
        }
        EnrollmentStep::AssociateLocation => {
            partner.associate_location(location("1001", "FR"), &LocationFacts::default(), now)?
        }
        EnrollmentStep::AcceptAgreement => {
            let new = NewAgreement { accept_time: now, ..acceptance(kind(role)) };
            partner.accept_agreement(new, Uuid::from_u128(7), now)?
        }
    };
    Ok(after.into_after())
}

/// Partners in one role, in every state, with and without every other condition.
fn partners() -> Vec<(Role, Partner)> {
    let mut all = Vec::new();
    for (role, state) in
        Role::ALL.iter().flat_map(|role| EnrollmentState::ALL.iter().map(move |it| (*role, *it)))
    {
        if state == Restricted && role != DirectBill {
            continue;
        }
        for bits in 0..64_u8 {
            let is = |bit: u8| bits & (1 << bit) != 0;
            let mut it = enrollment_with_review(role, state, [is(0), is(1)]);
            it.evidence = if is(2) { evidence(role) } else { Vec::new() };
            let mut partner = Partner { enrollments: vec![it], ..partner() };
            partner.location = is(3).then(|| location("1001", "FR"));
            if is(4) && state != Draft {
                partner.agreements = vec![accepted(kind(role))];
            }
            if is(5) {
                let direct = enrolled(&[(DirectBill, Active)]).enrollments;
                partner.enrollments.extend(direct.into_iter().filter(|_| role == IndirectReseller));
            }
            partner.activate(at(NOW));
            all.push((role, partner.effective_at(at(NOW))));
        }
    }
    all
}

/// An enrollment in a state, optionally with a yearly review that is due or was failed.
fn enrollment_with_review(
    role: Role,
    state: EnrollmentState,
    [due, failed]: [bool; 2],
) -> Enrollment {
    let it = enrollment(role, state);
    let reviewed = !matches!(state, Draft | Revoked) && role != Role::IndirectProvider;
    let failed = reviewed && role == DirectBill && (failed || state == Restricted);
    let since = at(NOW - 1000);
    Enrollment {
        state_time: since,
        reapply_time: (state == Revoked).then_some(since),
        review_time: reviewed.then(|| if due || failed { since } else { at(NOW + 1000) }),
        shortfall_time: failed.then_some(since),
        suspension_cause: (state == Suspended).then_some(match failed && due {
            true => SuspensionCause::EligibilityNotMet,
            false => SuspensionCause::Abuse,
        }),
        open_check: match state {
            Suspended if due && !failed => Some(VettingCheck::Employment),
            _ => it.open_check,
        },
        ..it
    }
}

fn sells(partner: &Partner, role: Role) -> bool {
    let it = partner.enrollment(role).unwrap();
    it.state == Active && it.block_time().is_none_or(|block| block > at(NOW))
}

#[test]
fn a_partner_that_takes_the_remaining_steps_can_sell() {
    let mut taken = Vec::new();
    for (role, before) in partners() {
        let steps = before.steps(before.enrollment(role).unwrap(), at(NOW));
        assert_eq!(steps.is_empty(), sells(&before, role), "{before:?}");
        let mut after = before.clone();
        for step in &steps {
            after = take(after, role, *step, at(NOW)).unwrap_or_else(|denial| {
                unreachable!("{step:?} of {steps:?}: {denial:?}, {before:?}")
            });
            taken.push(*step);
        }
        assert!(sells(&after, role), "{steps:?} leads {before:?} to {after:?}");
    }
    for step in [
        EnrollmentStep::EnrollAgain,
        EnrollmentStep::RecordEvidence,
        EnrollmentStep::Submit,
        EnrollmentStep::Resubmit,
        EnrollmentStep::Review,
        EnrollmentStep::Reinstate,
        EnrollmentStep::RecordVetting,
        EnrollmentStep::AssociateLocation,
        EnrollmentStep::AcceptAgreement,
    ] {
        assert!(taken.contains(&step), "{step:?}");
    }
}

#[test]
fn every_step_is_necessary() {
    for (role, before) in partners() {
        let steps = before.steps(before.enrollment(role).unwrap(), at(NOW));
        for left_out in 0..steps.len() {
            let mut others = steps.iter().enumerate().filter(|(at, _)| *at != left_out);
            let after =
                others.try_fold(before.clone(), |it, (_, step)| take(it, role, *step, at(NOW)));
            let sells = after.is_ok_and(|after| sells(&after, role));
            assert!(!sells, "{:?} of {steps:?} is not needed: {before:?}", steps[left_out]);
        }
    }
}

#[test]
fn a_tenant_excluded_from_a_role_is_directed_to_another_tenant() {
    for state in [Draft, Revoked] {
        let partner = enrolled(&[(DirectBill, state), (IndirectReseller, Active)]);
        let steps = partner.steps(partner.enrollment(DirectBill).unwrap(), at(NOW));
        assert_eq!(steps, [EnrollmentStep::EnrollOtherTenant]);
    }
}
