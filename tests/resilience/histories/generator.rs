//! Chooses the calls of a history.

use super::{
    model::{Enrollment, Facts},
    random::Random,
};

/// A step of a sequence of mutations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Accepts the MPA, suspends or reinstates the reseller.
    Enrollment,
    /// Revokes the reseller's enrollment, which cannot be undone.
    Revocation,
    /// Begins or ends the ownership of the customer's organization by the reseller's.
    Ownership,
    /// Renames the customer's organization, which no rule uses.
    Rename,
    /// Ends the partnership, or establishes a new one.
    Partnership,
    /// Removes the relationship of customer and reseller, or establishes a new one.
    Relationship,
    /// Begins a review of the customer's account, or verifies it.
    AccountReview,
}

const FACTS: [Step; 5] =
    [Step::Enrollment, Step::Ownership, Step::Partnership, Step::Relationship, Step::AccountReview];

/// The calls of a history. All sequences run concurrently, no two of them change the same fact.
#[derive(Debug)]
pub struct Plan {
    pub mutations: Vec<Vec<Step>>,
    /// The number of checks of each sequence.
    pub checks: Vec<usize>,
}

impl Plan {
    /// A plan for a world with these facts; the last one of a world revokes the enrollment.
    pub fn new(random: &mut Random, facts: Facts, is_last: bool) -> Self {
        let (mut allowing, mut blocking): (Vec<_>, Vec<_>) =
            FACTS.into_iter().partition(|step| allows(facts, *step));
        let mut mutations = Vec::new();
        if random.percent(75) {
            // If the fact that allows begins to block before the other one ceases to, the sale is never
            // allowed, but the earlier value of the first and the later value of the second allow it.
            let pair = [random.take(&mut allowing), random.take(&mut blocking)];
            let mut pair: Vec<_> = pair.into_iter().flatten().collect();
            if random.percent(25) {
                pair.reverse();
            }
            mutations.push(pair);
        }
        if mutations.is_empty() || !blocking.is_empty() || random.percent(40) {
            let from = if blocking.is_empty() { &mut allowing } else { &mut blocking };
            let step = random.take(from).map(|step| match step {
                Step::Ownership if allows(facts, step) && random.percent(50) => Step::Rename,
                step => step,
            });
            mutations.push(step.into_iter().collect());
        }
        if is_last {
            revoke(&mut mutations);
        }
        let checks = (0..2).map(|_| 1 + random.below(2)).collect();
        Self { mutations, checks }
    }
}

fn allows(facts: Facts, step: Step) -> bool {
    match step {
        Step::Enrollment | Step::Revocation => facts.enrollment == Enrollment::Active,
        Step::Ownership | Step::Rename => !facts.affiliated,
        Step::Partnership => facts.partnered,
        Step::Relationship => facts.related,
        Step::AccountReview => facts.verified,
    }
}

fn revoke(mutations: &mut Vec<Vec<Step>>) {
    match mutations.iter_mut().flatten().find(|step| **step == Step::Enrollment) {
        Some(step) => *step = Step::Revocation,
        None => mutations.push(vec![Step::Revocation]),
    }
}
