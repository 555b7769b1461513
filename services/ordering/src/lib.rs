//! Offers, orders, subscriptions and transfers. Accepts an order only on a valid decision of
//! relationship, and stores that decision with the order.

mod config;
mod domain;
mod job;
mod peers;
mod store;
mod transport;

use contracts::ordering::ordering_service_server::{OrderingServiceServer, SERVICE_NAME};
use runtime::{
    config::Reader,
    process::{Common, Service},
};
use storage::{Database, sealed::Comparison};
use tonic::service::Routes;
use types::Clock;

pub use config::Settings;
pub use job::{Job, run};

/// The service.
#[derive(Debug)]
pub struct Ordering;

impl Service for Ordering {
    const NAME: &'static str = "ordering";
    const GRPC_NAME: &'static str = SERVICE_NAME;
    const DEFAULTS: &'static str = include_str!("../config.toml");
    type Settings = Settings;
    type Migrator = store::Migrator;
    const RESOURCES: &'static [&'static str] = &["offers", "orders", "subscriptions", "transfers"];

    fn read(reader: &mut Reader) -> Option<Settings> {
        Settings::read(reader)
    }

    fn common(settings: &Settings) -> &Common {
        &settings.common
    }

    fn routes(settings: Settings, database: Database, clock: Clock) -> Result<Routes, String> {
        let keys = settings.common.history.public_keys()?;
        let store = store::Store::new(database, &clock);
        let credentials = settings.common.access.credentials(clock.clone())?;
        let relationship = rpc_client::Settings { credentials, ..settings.relationship };
        let relationship = peers::Relationship::new(relationship);
        let transport = transport::Transport::new(store, relationship, clock, keys);
        Ok(Routes::new(OrderingServiceServer::new(transport)))
    }

    fn comparison(database: Database) -> Comparison {
        let store = store::Store::new(database, &Clock::system());
        Box::new(move |resource, content| {
            let store = store.clone();
            Box::pin(async move { store.is_recorded(&resource, &content).await })
        })
    }
}
