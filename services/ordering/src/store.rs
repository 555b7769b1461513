//! Storage of ordering. No other module accesses its tables.

use std::sync::Arc;

mod commit;
mod conditions;
mod decided;
mod due;
mod entity;
mod event;
mod group_commit;
mod migration;
mod offer;
mod order;
mod pair_epoch;
mod read;
mod subscription;
mod transfer;

pub(crate) use decided::{Decided, DecisionValidity};
pub(crate) use due::DueCursor;
use errors::Failure;
use group_commit::GroupCommit;
pub use migration::Migrator;
pub(crate) use offer::OFFERS;
pub(crate) use order::ORDERS;
pub(crate) use pair_epoch::PairEpoch;
use storage::{Database, RowCache, ServerClock, sealed::is_recorded};
pub(crate) use subscription::SUBSCRIPTIONS;
pub(crate) use transfer::TRANSFERS;
use types::{Clock, CustomerName, PartnerName, ResourceVersion};

use crate::domain::{Offer, OfferName};

/// The database of ordering.
#[derive(Debug, Clone)]
pub(crate) struct Store {
    database: Database,
    group_commit: GroupCommit,
    offers: Arc<RowCache<OfferName, Arc<Offer>>>,
    epochs: Arc<RowCache<(CustomerName, PartnerName), i64>>,
    server_clock: Option<ServerClock>,
}

impl Store {
    /// Must be called inside a runtime. With a manual clock, the server does not check the age of decisions,
    /// because its own clock moves on.
    pub(crate) fn new(database: Database, clock: &Clock) -> Self {
        let server_clock = if clock.is_manual() { None } else { database.server_clock() };
        Self {
            server_clock,
            group_commit: GroupCommit::start(database.clone()),
            offers: Arc::new(database.row_cache()),
            epochs: Arc::new(database.row_cache()),
            database,
        }
    }

    /// For idempotency and etags.
    pub(crate) fn database(&self) -> &Database {
        &self.database
    }

    /// Whether a stored resource is the one in the content of an event.
    pub(crate) async fn is_recorded(&self, resource: &str, content: &str) -> Result<bool, Failure> {
        match resource.split('/').next().unwrap_or_default() {
            "offers" => {
                is_recorded(resource, content, async |it| {
                    Ok(self.offers_named([&it].into_iter()).await?.remove(&it))
                })
                .await
            }
            "orders" => is_recorded(resource, content, async |it| self.order(it).await).await,
            "subscriptions" => {
                is_recorded(resource, content, async |it| self.subscription(it).await).await
            }
            "transfers" => is_recorded(resource, content, async |it| self.transfer(it).await).await,
            _ => Ok(false),
        }
    }
}

/// The revision that a write must find; `None` for a new resource.
fn previous_revision(resource_version: ResourceVersion) -> Option<i64> {
    (resource_version.revision > 1).then_some(resource_version.revision - 1)
}

#[cfg(test)]
mod tests;
