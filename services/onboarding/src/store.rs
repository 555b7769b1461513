//! Reads and writes the tables of onboarding. No other module accesses them.

use std::sync::Arc;

mod entity;
mod facts;
mod migration;
mod organization;
mod partner;
mod partner_id;
mod standings;

use errors::Failure;
pub use migration::Migrator;
pub(crate) use organization::ORGANIZATIONS;
pub(crate) use partner::PARTNERS;
pub(crate) use standings::Wanted;
use storage::{Database, Facts, sealed::is_recorded};

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

    /// Whether a stored resource is the one in the content of an event.
    pub(crate) async fn is_recorded(&self, resource: &str, content: &str) -> Result<bool, Failure> {
        match resource.split('/').next().unwrap_or_default() {
            "organizations" => {
                is_recorded(resource, content, async |it| self.organization(it).await).await
            }
            "partners" => is_recorded(resource, content, async |it| self.partner(it).await).await,
            _ => Ok(false),
        }
    }
}

#[cfg(test)]
mod tests;
