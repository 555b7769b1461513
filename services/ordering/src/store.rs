//! Keeps what ordering knows. The only place that knows its tables.

mod due;
mod entity;
mod migration;
mod offer;
mod order;
mod read;
mod subscription;
mod tie;
mod transfer;

use std::time::Duration;

pub(crate) use due::DuePlace;
use kernel::{Stamp, Stopwatch};
pub use migration::Migrator;
pub(crate) use offer::OFFERS;
pub(crate) use order::ORDERS;
use storage::Database;
pub(crate) use subscription::SUBSCRIPTIONS;
pub(crate) use tie::Tie;
pub(crate) use transfer::TRANSFERS;

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
pub(crate) struct Freshness {
    /// Started before the decision was asked for.
    pub since_asked: Stopwatch,
    /// How long it is valid from then.
    pub valid_for: Duration,
    /// The ties of its chain as they were then.
    pub ties: Vec<Tie>,
}

impl Freshness {
    fn holds(&self) -> bool {
        self.since_asked.elapsed() < self.valid_for
    }
}

/// The revision that a write must find; none for a new resource.
fn before(stamp: Stamp) -> Option<i64> {
    (stamp.revision > 1).then_some(stamp.revision - 1)
}

#[cfg(test)]
mod tests;
