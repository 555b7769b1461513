//! Records partners: companies and their owners, programme membership, enrollments with vetting,
//! location accounts, and acceptances of the Microsoft Partner Agreement.

mod domain;
mod store;
mod transport;

use contracts::onboarding::onboarding_service_server::{OnboardingServiceServer, SERVICE_NAME};
use runtime::{
    config::Reader,
    process::{Common, Service},
};
use storage::{Database, sealed::Comparison};
use tonic::service::Routes;
use types::Clock;

/// The onboarding service, as [`runtime::process::run`] starts it.
#[derive(Debug)]
pub struct Onboarding;

impl Service for Onboarding {
    const NAME: &'static str = "onboarding";
    const GRPC_NAME: &'static str = SERVICE_NAME;
    const DEFAULTS: &'static str = include_str!("../config.toml");
    type Settings = Common;
    type Migrator = store::Migrator;
    const RESOURCES: &'static [&'static str] = &["organizations", "partners"];

    fn read(reader: &mut Reader) -> Option<Common> {
        Common::read(reader)
    }

    fn common(settings: &Common) -> &Common {
        settings
    }

    fn routes(_: Common, database: Database, clock: Clock) -> Result<Routes, String> {
        let store = store::Store::new(database);
        let transport = transport::Transport::new(store, clock);
        Ok(Routes::new(OnboardingServiceServer::new(transport)))
    }

    fn comparison(database: Database) -> Comparison {
        let store = store::Store::new(database);
        Box::new(move |resource, content| {
            let store = store.clone();
            Box::pin(async move { store.is_recorded(&resource, &content).await })
        })
    }
}
