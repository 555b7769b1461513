//! A decision of relationship is valid for a short time. The answer and the changes based on it carry
//! that validity until the commit, so an order cannot be committed without it.

use std::time::Duration;

use types::Stopwatch;

use super::PairEpoch;
use crate::domain::{Answer, Approved, Changes};

/// How long a decision may be acted on.
#[derive(Debug, Clone)]
pub(crate) struct DecisionValidity {
    /// Started before relationship was asked.
    pub age: Stopwatch,
    /// How long the decision is valid from then.
    pub valid_for: Duration,
    /// The epochs of seller and reseller with the customer at that time.
    pub epochs: Vec<PairEpoch>,
}

impl DecisionValidity {
    pub(super) fn is_valid(&self) -> bool {
        !self.left().is_zero()
    }

    /// For how long it is still valid.
    pub(super) fn left(&self) -> Duration {
        self.valid_for.saturating_sub(self.age.elapsed())
    }
}

/// A value that is based on decisions of relationship, with their validity.
#[derive(Debug, Default)]
pub(crate) struct Decided<T> {
    value: T,
    pub(super) decisions: Vec<DecisionValidity>,
}

impl Decided<Answer> {
    pub(crate) fn new(answer: Answer, validity: DecisionValidity) -> Self {
        Self { value: answer, decisions: vec![validity] }
    }

    pub(crate) fn answer(&self) -> &Answer {
        &self.value
    }

    /// Adds a decision that the same changes are based on.
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.decisions.extend(other.decisions);
        self
    }

    pub(crate) fn map<T>(self, decide: impl FnOnce(Answer) -> T) -> Decided<T> {
        Decided { value: decide(self.value), decisions: self.decisions }
    }

    pub(crate) fn try_map<T, E>(
        self,
        decide: impl FnOnce(Answer) -> Result<T, E>,
    ) -> Result<Decided<T>, E> {
        Ok(Decided { value: decide(self.value)?, decisions: self.decisions })
    }
}

impl<T> Decided<(T, Changes)> {
    pub(crate) fn split(self) -> (T, Decided<Changes>) {
        let (value, changes) = self.value;
        (value, Decided { value: changes, decisions: self.decisions })
    }
}

impl Decided<Changes> {
    pub(crate) fn append(&mut self, next: Self) {
        self.value.append(next.value);
        self.decisions.extend(next.decisions);
    }

    pub(crate) fn changes(&self) -> &Changes {
        &self.value
    }

    pub(crate) fn into_changes(self) -> Changes {
        self.value
    }
}

/// Lapsed subscriptions and ended transfers need no decision. An order does, so it does not convert.
impl<T> From<Approved<T>> for Decided<Changes>
where
    Changes: From<Approved<T>>,
{
    fn from(approved: Approved<T>) -> Self {
        Self { value: approved.into(), decisions: Vec::new() }
    }
}
