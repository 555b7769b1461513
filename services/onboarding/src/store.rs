//! Keeps what onboarding knows. The only place that knows its tables.

mod entity;
mod migration;
mod organization;
mod partner;
mod partner_id;

pub use migration::Migrator;
use storage::Database;

/// The database of onboarding.
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
