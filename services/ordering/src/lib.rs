//! Knows what was bought: offers, orders, subscriptions. Accepts an order only on a fresh
//! decision of relationship, and keeps that decision with it.

mod config;
mod domain;
mod evidence;
mod peers;
mod store;
mod transport;

use contracts::ordering::ordering_service_server::{OrderingServiceServer, SERVICE_NAME};
use kernel::Clock;
use runtime::{
    config::Reader,
    process::{Common, Service},
    server::{self, Parts, Running},
};
use storage::Database;
use tonic::service::Routes;

pub use config::Settings;

/// Longest request in bytes.
const MAX_REQUEST: usize = 256 * 1024;

/// The service.
#[derive(Debug)]
pub struct Ordering;

impl Service for Ordering {
    const NAME: &'static str = "ordering";
    const DEFAULTS: &'static str = include_str!("../config.toml");
    type Settings = Settings;

    fn read(reader: &mut Reader) -> Option<Settings> {
        Settings::read(reader)
    }

    fn common(settings: &Settings) -> &Common {
        &settings.common
    }

    async fn migrate(settings: Settings) -> Result<Vec<String>, String> {
        Database::open(&settings.database).await?.migrate::<store::Migrator>().await
    }

    async fn start(settings: Settings, clock: Clock) -> Result<Running, String> {
        let database = Database::open(&settings.database).await?;
        database.require_schema::<store::Migrator>(Self::NAME).await?;
        let transport = transport::Transport::new(
            store::Store::new(database.clone()),
            peers::Relationship::new(settings.relationship)?,
            clock,
        );
        let service = OrderingServiceServer::new(transport).max_decoding_message_size(MAX_REQUEST);
        let parts = Parts {
            name: Self::NAME,
            service: SERVICE_NAME,
            descriptors: contracts::DESCRIPTORS,
            routes: Routes::new(service),
        };
        server::start(settings.common.listen, parts, move || {
            let database = database.clone();
            async move { database.ping().await.is_ok() }
        })
        .await
    }
}
