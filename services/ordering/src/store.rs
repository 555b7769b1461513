//! Storage of ordering. No other module accesses its tables.

mod decided;
mod due;
mod entity;
mod migration;
mod offer;
mod order;
mod pair_epoch;
mod read;
mod subscription;
mod transfer;

pub(crate) use decided::{Decided, DecisionValidity};
pub(crate) use due::DueCursor;
pub use migration::Migrator;
pub(crate) use offer::OFFERS;
pub(crate) use order::ORDERS;
pub(crate) use pair_epoch::PairEpoch;
use storage::Database;
pub(crate) use subscription::SUBSCRIPTIONS;
pub(crate) use transfer::TRANSFERS;
use types::ResourceVersion;

/// The database of ordering.
#[derive(Debug, Clone)]
pub(crate) struct Store {
    database: Database,
}

impl Store {
    pub(crate) fn new(database: Database) -> Self {
        Self { database }
    }

    /// For idempotency and etags.
    pub(crate) fn database(&self) -> &Database {
        &self.database
    }
}

/// The revision that a write must find; `None` for a new resource.
fn previous_revision(resource_version: ResourceVersion) -> Option<i64> {
    (resource_version.revision > 1).then_some(resource_version.revision - 1)
}

#[cfg(test)]
mod tests;
