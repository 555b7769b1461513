//! Stores partnerships between providers and resellers, customers, customer relationships and
//! customer agreements. Decides whether a transaction may happen, with the reasons.

mod config;
mod domain;
mod peers;
mod store;
mod transport;

use contracts::relationship::relationship_service_server::{
    RelationshipServiceServer, SERVICE_NAME,
};
use runtime::{
    config::Reader,
    process::{Common, Service},
};
use storage::{Database, sealed::Comparison};
use tonic::service::Routes;
use types::Clock;

pub use config::Settings;

/// The relationship service, for [`runtime::process::run`].
#[derive(Debug)]
pub struct Relationship;

impl Service for Relationship {
    const NAME: &'static str = "relationship";
    const GRPC_NAME: &'static str = SERVICE_NAME;
    const DEFAULTS: &'static str = include_str!("../config.toml");
    type Settings = Settings;
    type Migrator = store::Migrator;
    const RESOURCES: &'static [&'static str] =
        &["customer_relationships", "customers", "partnerships"];

    fn read(reader: &mut Reader) -> Option<Settings> {
        Settings::read(reader)
    }

    fn common(settings: &Settings) -> &Common {
        &settings.common
    }

    fn routes(settings: Settings, database: Database, clock: Clock) -> Result<Routes, String> {
        let store = store::Store::new(database);
        let credentials = settings.common.access.credentials(clock.clone())?;
        let onboarding = rpc_client::Settings { credentials, ..settings.onboarding };
        let onboarding = peers::Onboarding::new(onboarding);
        let lifetimes = transport::Lifetimes {
            decision: settings.valid_for,
            invitation: settings.invitation_valid_for,
        };
        let transport = transport::Transport::new(store, onboarding, clock, lifetimes);
        Ok(Routes::new(RelationshipServiceServer::new(transport)))
    }

    fn comparison(database: Database) -> Comparison {
        let store = store::Store::new(database);
        Box::new(move |resource, content| {
            let store = store.clone();
            Box::pin(async move { store.is_recorded(&resource, &content).await })
        })
    }
}
