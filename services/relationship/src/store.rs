//! Keeps what relationship knows. The only place that knows its tables.

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
pub(crate) use facts::{CustomerContext, SalesChain, Scope};
pub use migration::Migrator;
pub(crate) use partnership::PARTNERSHIPS;
pub(crate) use save::Persisted;
use storage::Database;

/// The database of relationship.
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

#[cfg(test)]
mod tests;
