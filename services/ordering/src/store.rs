//! Keeps what ordering knows. The only place that knows its tables.

mod due;
mod entity;
mod migration;
mod offer;
mod order;
mod pair_epoch;
mod read;
mod subscription;
mod transfer;

use std::time::Duration;

pub(crate) use due::DuePlace;
pub use migration::Migrator;
pub(crate) use offer::OFFERS;
pub(crate) use order::ORDERS;
pub(crate) use pair_epoch::PairEpoch;
use storage::Database;
pub(crate) use subscription::SUBSCRIPTIONS;
pub(crate) use transfer::TRANSFERS;
use types::{ResourceVersion, Stopwatch};

/// The database of ordering.
#[derive(Debug, Clone)]
pub(crate) struct Store {
    database: Database,
}

impl Store {
    pub(crate) fn new(database: Database) -> Self {
        Self { database }
    }

    /// For the answers to requests that came before.
    pub(crate) fn database(&self) -> &Database {
        &self.database
    }
}

/// How long a decision may still be acted on.
#[derive(Debug)]
pub(crate) struct DecisionValidity {
    /// Started before the decision was asked for.
    pub since_asked: Stopwatch,
    /// How long it is valid from then.
    pub valid_for: Duration,
    /// The epochs of its chain as they were then.
    pub epochs: Vec<PairEpoch>,
}

impl DecisionValidity {
    fn holds(&self) -> bool {
        self.since_asked.elapsed() < self.valid_for
    }
}

/// The revision that a write must find; none for a new resource.
fn before(resource_version: ResourceVersion) -> Option<i64> {
    (resource_version.revision > 1).then_some(resource_version.revision - 1)
}

#[cfg(test)]
mod tests;
