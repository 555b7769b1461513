//! Reads and writes the tables of relationship. No other module accesses them.

mod customer;
mod customer_agreement;
mod customer_relationship;
mod entity;
mod facts;
mod migration;
mod partnership;
mod save;

pub(crate) use customer::CUSTOMERS;
pub(crate) use customer_relationship::RELATIONSHIPS;
pub(crate) use facts::{CustomerContext, Scope, SellingPartners};
pub use migration::Migrator;
pub(crate) use partnership::PARTNERSHIPS;
pub(crate) use save::Persisted;
use storage::Database;

#[derive(Debug, Clone)]
pub(crate) struct Store {
    database: Database,
}

impl Store {
    pub(crate) fn new(database: Database) -> Self {
        Self { database }
    }

    /// For idempotent calls and etag checks.
    pub(crate) fn database(&self) -> &Database {
        &self.database
    }
}

#[cfg(test)]
mod tests;
