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
use errors::Failure;
pub(crate) use facts::Tables;
pub use migration::Migrator;
pub(crate) use partnership::PARTNERSHIPS;
pub(crate) use save::Persisted;
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

    /// For idempotent calls and etag checks.
    pub(crate) fn database(&self) -> &Database {
        &self.database
    }

    /// Whether a stored resource is the one in the content of an event.
    pub(crate) async fn is_recorded(&self, resource: &str, content: &str) -> Result<bool, Failure> {
        match resource.split('/').collect::<Vec<_>>().as_slice() {
            ["customers", _] => {
                let read = async |it| {
                    Ok(self.visible_customers(&[it], &authority::Scope::All).await?.pop())
                };
                is_recorded(resource, content, read).await
            }
            ["customers", ..] => {
                is_recorded(resource, content, async |it| self.relationship(it).await).await
            }
            ["partnerships", ..] => {
                is_recorded(resource, content, async |it| self.partnership(it).await).await
            }
            _ => Ok(false),
        }
    }
}

#[cfg(test)]
mod tests;
