//! What the calls of a history change, and what its checks return.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    time::Duration,
};

/// State of the reseller's enrollment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Enrollment {
    Qualified,
    Active,
    Suspended,
    Revoked,
}

/// The facts that calls change. Everything else stays as it was when the world was created.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Facts {
    /// In onboarding.
    pub enrollment: Enrollment,
    /// In onboarding: whether the reseller's organization owns the customer's.
    pub affiliated: bool,
    /// In relationship: whether the partnership is active.
    pub partnered: bool,
    /// In relationship: whether the relationship of customer and reseller is active.
    pub related: bool,
    /// In relationship: whether the customer's account is verified, not under review.
    pub verified: bool,
}

/// The value of one fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fact {
    Enrollment(Enrollment),
    Affiliated(bool),
    Partnered(bool),
    Related(bool),
    Verified(bool),
}

/// The facts, and the revision of each resource that a decision uses, by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    pub facts: Facts,
    pub revisions: BTreeMap<String, i64>,
}

/// What a mutation changes.
#[derive(Debug, Clone)]
pub struct Change {
    pub fact: Fact,
    pub resource: String,
    /// `None` if a decision no longer uses the resource.
    pub revision: Option<i64>,
}

/// What a check returns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Rules that failed, each with its reason; empty if the transaction is allowed.
    pub violations: BTreeSet<String>,
    pub revisions: BTreeMap<String, i64>,
}

/// When a call began and ended, since the start of its history.
#[derive(Debug, Clone, Copy)]
pub struct Interval {
    pub start: Duration,
    pub end: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Applied,
    Refused,
    /// The call failed in a way that leaves open whether it was applied.
    Unknown,
}

#[derive(Debug, Clone)]
pub struct Mutation {
    pub call: &'static str,
    pub replica: usize,
    pub interval: Interval,
    pub change: Change,
    pub outcome: Outcome,
}

#[derive(Debug, Clone)]
pub struct Check {
    pub replica: usize,
    pub interval: Interval,
    /// `None` if the check failed without a decision.
    pub seen: Option<Seen>,
}

/// Concurrent calls in one world.
#[derive(Debug, Clone)]
pub struct History {
    pub before: State,
    pub mutations: Vec<Mutation>,
    pub checks: Vec<Check>,
}

impl Facts {
    #[must_use]
    pub fn with(mut self, fact: Fact) -> Self {
        match fact {
            Fact::Enrollment(state) => self.enrollment = state,
            Fact::Affiliated(is) => self.affiliated = is,
            Fact::Partnered(is) => self.partnered = is,
            Fact::Related(is) => self.related = is,
            Fact::Verified(is) => self.verified = is,
        }
        self
    }
}

impl State {
    #[must_use]
    pub fn after(&self, change: &Change) -> Self {
        let mut revisions = self.revisions.clone();
        match change.revision {
            Some(revision) => revisions.insert(change.resource.clone(), revision),
            None => revisions.remove(&change.resource),
        };
        Self { facts: self.facts.with(change.fact), revisions }
    }
}

impl fmt::Display for Facts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let enrollment = match self.enrollment {
            Enrollment::Qualified => "qualified",
            Enrollment::Active => "active",
            Enrollment::Suspended => "suspended",
            Enrollment::Revoked => "revoked",
        };
        let not = |is| if is { "" } else { "not " };
        write!(
            f,
            "reseller {enrollment}, {}affiliated, {}partnered, {}related, {}verified",
            not(self.affiliated),
            not(self.partnered),
            not(self.related),
            not(self.verified)
        )
    }
}

impl Interval {
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        self.start <= other.end && other.start <= self.end
    }
}
