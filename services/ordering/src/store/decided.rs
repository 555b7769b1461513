//! A decision of relationship is valid for a short time. What follows from it carries that validity
//! along until it is committed, so an order cannot be committed without it.

use std::time::Duration;

use types::Stopwatch;

use super::PairEpoch;
use crate::domain::{Answer, Approved, Changes};

/// How long a decision may be acted on.
#[derive(Debug)]
pub(crate) struct DecisionValidity {
    /// Started before the decision was requested.
    pub since_asked: Stopwatch,
    /// How long the decision is valid from then.
    pub valid_for: Duration,
    /// The epochs of seller and reseller with the customer at that time.
    pub epochs: Vec<PairEpoch>,
}

impl DecisionValidity {
    pub(super) fn is_valid(&self) -> bool {
        self.since_asked.elapsed() < self.valid_for
    }
}

/// A value that follows from decisions of relationship, with their validity.
#[derive(Debug, Default)]
pub(crate) struct Decided<T> {
    value: T,
    decisions: Vec<DecisionValidity>,
}

impl Decided<Answer> {
    pub(crate) fn new(answer: Answer, validity: DecisionValidity) -> Self {
        Self { value: answer, decisions: vec![validity] }
    }

    pub(crate) fn answer(&self) -> &Answer {
        &self.value
    }

    /// Adds another decision that the same changes follow from.
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

    pub(super) fn decisions(&self) -> &[DecisionValidity] {
        &self.decisions
    }
}

/// Changes that need no decision. An order always needs one: it does not convert into `Changes`.
impl<T> From<Approved<T>> for Decided<Changes>
where
    Changes: From<Approved<T>>,
{
    fn from(approved: Approved<T>) -> Self {
        Self { value: approved.into(), decisions: Vec::new() }
    }
}
