//! A model of onboarding: next steps per role, and calls that it accepts.

use rules::{
    EnrollmentStep::{self, *},
    Role,
};
use types::Timestamp;

use super::world::{LOCATIONS, accepted, enrollment, location};
use crate::domain::{
    Facts, RoleStanding,
    RoleState::{
        self, Active, Draft, Qualified, Rejected, Restricted, Revoked, Suspended, Vetting,
    },
    Standing,
};

/// Adds the next steps of each role to the facts.
pub(super) fn with_next_steps(mut facts: Facts) -> Facts {
    let now = facts.time;
    let chain = [Some(&mut facts.seller), facts.reseller.as_mut()].into_iter().flatten();
    for standing in chain.chain(facts.additional.iter_mut().map(|it| &mut it.standing)) {
        let steps: Vec<_> =
            standing.roles.iter().map(|it| remaining_steps(standing, it, now)).collect();
        standing.roles.iter_mut().zip(steps).for_each(|(role, steps)| role.next_steps = steps);
    }
    facts
}

fn remaining_steps(standing: &Standing, it: &RoleStanding, now: Timestamp) -> Vec<EnrollmentStep> {
    let reseller = standing.state(Role::IndirectReseller);
    let reseller = reseller.is_some_and(|it| !matches!(it, Draft | Revoked));
    let due = it.block_time.is_some_and(|block| block <= now);
    let review = due.then_some(Review);
    let mut steps = match it.state {
        RoleState::Unknown => return Vec::new(),
        Draft | Revoked if reseller && it.role == Role::DirectBill => {
            return vec![EnrollOtherTenant];
        }
        Draft => vec![Submit, RecordVetting],
        Revoked => vec![EnrollAgain, Submit, RecordVetting],
        Rejected => vec![Resubmit, RecordVetting],
        Vetting => vec![RecordVetting],
        Suspended => review.into_iter().chain([Reinstate]).collect(),
        Restricted => vec![Review],
        Active => review.into_iter().collect(),
        Qualified => Vec::new(),
    };
    if it.state != Active && standing.location.is_none() {
        steps.push(AssociateLocation);
    }
    let covered = standing.agreement(it.role, now).is_some_and(|it| it.is_valid_at(now));
    // Onboarding activates a qualified enrollment that lacks nothing, so this one lacks the MPA.
    let ready = it.state == Qualified && steps.is_empty();
    if !covered || it.state == Revoked || ready {
        steps.push(AcceptAgreement);
    }
    if matches!(it.state, Draft | Vetting | Rejected | Qualified) {
        steps.extend(review);
    }
    if it.role == Role::DirectBill && (steps.contains(&Submit) || steps.contains(&Review)) {
        steps.insert(usize::from(it.state == Revoked), RecordEvidence);
    }
    steps
}

/// Takes a step. Panics if onboarding would refuse the call.
pub(super) fn take(standing: &mut Standing, role: Role, step: EnrollmentStep, now: Timestamp) {
    if step == Enroll {
        assert!(standing.role(role).is_none());
        standing.roles.push(enrollment(role, Draft));
        return;
    }
    let state = standing.state(role);
    let moved = match step {
        Enroll | EnrollOtherTenant | RecordEvidence => None,
        EnrollAgain => Some((vec![Revoked], Draft)),
        Submit => Some((vec![Draft], Vetting)),
        Resubmit => Some((vec![Rejected], Vetting)),
        RecordVetting => Some((vec![Vetting], Qualified)),
        Reinstate => Some((vec![Suspended], Qualified)),
        Review if state == Some(Restricted) => Some((vec![Restricted], Qualified)),
        Review if state == Some(Suspended) => Some((vec![Suspended], Suspended)),
        Review => Some((vec![Active], Active)),
        AssociateLocation => {
            assert!(standing.location.is_none());
            standing.location = Some(location(LOCATIONS[2], standing.country.code()));
            None
        }
        AcceptAgreement => {
            assert!(matches!(state, Some(Qualified | Active | Suspended | Restricted)));
            standing.agreements.push(accepted(&[role]));
            None
        }
    };
    let covered = standing.agreement(role, now).is_some_and(|it| it.is_valid_at(now));
    let located = standing.location.is_some();
    let Some(it) = standing.roles.iter_mut().find(|it| it.role == role) else { return };
    if let Some((from, to)) = moved {
        assert!(from.contains(&it.state), "{step:?} from {}", it.state);
        it.state = to;
    }
    if matches!(step, EnrollAgain | Review) {
        it.block_time = None;
    }
    it.application += i32::from(step == EnrollAgain);
    if it.state == Qualified && covered && located {
        it.state = Active;
    }
    if step == EnrollAgain {
        standing.agreements.iter_mut().for_each(|it| it.covers.retain(|covered| *covered != role));
    }
}
