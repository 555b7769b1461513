//! Reads and writes the tables of relationship. No other module accesses them.

use std::sync::Arc;

mod context;
mod customer;
mod customer_agreement;
mod customer_relationship;
mod entity;
mod facts;
mod migration;
mod partnership;
mod save;

pub(crate) use context::{CustomerContext, Scope, SellingPartners, partnerships_of};
pub(crate) use customer::{CUSTOMERS, SALES_PATHS};
pub(crate) use customer_relationship::RELATIONSHIPS;
pub(crate) use facts::Tables;
pub use migration::Migrator;
pub(crate) use partnership::PARTNERSHIPS;
pub(crate) use save::Persisted;
use storage::{Database, Facts};

#[derive(Debug, Clone)]
pub(crate) struct Store {
    database: Database,
    facts: Arc<Facts<facts::Tables>>,
}

impl Store {
    pub(crate) fn new(database: Database) -> Self {
        let facts = Arc::new(database.facts(facts::Tables(database.clone())));
        Self { database, facts }
    }

    /// For idempotent calls and etag checks.
    pub(crate) fn database(&self) -> &Database {
        &self.database
    }
}

#[cfg(test)]
mod tests;
