//! Knows who is tied to whom: provider–reseller partnerships, customers, customer relationships,
//! customer agreements. Decides whether a transaction may happen, and tells why (not).

mod config;
mod domain;
mod peers;
mod store;
mod transport;

use contracts::relationship::relationship_service_server::{
    RelationshipServiceServer, SERVICE_NAME,
};
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
pub struct Relationship;

impl Service for Relationship {
    const NAME: &'static str = "relationship";
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
            peers::Onboarding::new(settings.onboarding)?,
            clock,
            settings.valid_for,
        );
        let service =
            RelationshipServiceServer::new(transport).max_decoding_message_size(MAX_REQUEST);
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
