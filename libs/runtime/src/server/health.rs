//! Whether the service can work now, as `grpc.health.v1.Health` tells it.

use std::time::Duration;

use ::telemetry::tell_health;
use storage::Database;
use tokio::{sync::watch, time};
use tonic_health::{ServingStatus, server::HealthReporter};

use super::Stage;

/// How often the database is asked for a sign of life, and how long it may take.
const INTERVAL: Duration = Duration::from_secs(1);
/// So many signs in a row have to be missed: where calls wait for the same connections, as all
/// replicas may at once, it is better to refuse some than to serve nobody.
const MISSES: u32 = 3;
/// Name under which the process says that it lives, whatever its database does.
const LIVENESS: &str = "liveness";

/// Tells the health of a service: under no name and its own, whether it can work; under
/// [`LIVENESS`], that the process lives.
pub(super) struct Health {
    pub reporter: HealthReporter,
    pub grpc_name: &'static str,
    pub database: Database,
}

impl Health {
    /// Tells how it is now. From here on the process lives.
    pub(super) async fn begin(&self) {
        self.reporter.set_service_status(LIVENESS, ServingStatus::Serving).await;
        self.report(self.alive().await).await;
    }

    /// Goes on telling until the service is to stop.
    pub(super) async fn watch(self, mut stage: watch::Receiver<Stage>) {
        tokio::select! {
            () = self.keep_telling() => {}
            () = Stage::reached(&mut stage, Stage::Draining) => self.report(false).await,
        }
    }

    async fn keep_telling(&self) {
        let mut ticks = time::interval(INTERVAL);
        let mut missed = 0;
        loop {
            ticks.tick().await;
            missed = if self.alive().await { 0 } else { missed + 1 };
            if missed == 0 || missed >= MISSES {
                self.report(missed == 0).await;
            }
        }
    }

    async fn alive(&self) -> bool {
        time::timeout(INTERVAL, self.database.ping()).await.is_ok_and(|pong| pong.is_ok())
    }

    async fn report(&self, alive: bool) {
        tell_health(self.grpc_name, alive);
        let status = if alive { ServingStatus::Serving } else { ServingStatus::NotServing };
        self.reporter.set_service_status("", status).await;
        self.reporter.set_service_status(self.grpc_name, status).await;
    }
}
