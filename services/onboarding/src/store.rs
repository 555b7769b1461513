//! Reads and writes the tables of onboarding. No other module accesses them.

use std::sync::Arc;

mod entity;
mod facts;
mod migration;
mod organization;
mod partner;
mod partner_id;
mod standings;

pub use migration::Migrator;
pub(crate) use organization::ORGANIZATIONS;
pub(crate) use partner::PARTNERS;
pub(crate) use standings::Wanted;
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

    pub(crate) fn database(&self) -> &Database {
        &self.database
    }
}

#[cfg(test)]
mod tests;
