//! Reads and writes the tables of onboarding. No other module accesses them.

mod entity;
mod migration;
mod organization;
mod partner;
mod partner_id;
mod standings;

pub use migration::Migrator;
pub(crate) use organization::ORGANIZATIONS;
pub(crate) use partner::PARTNERS;
use storage::Database;

#[derive(Debug, Clone)]
pub(crate) struct Store {
    database: Database,
}

impl Store {
    pub(crate) fn new(database: Database) -> Self {
        Self { database }
    }

    pub(crate) fn database(&self) -> &Database {
        &self.database
    }
}

#[cfg(test)]
mod tests;
