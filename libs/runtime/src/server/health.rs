//! Whether the service can work now, as `grpc.health.v1.Health` tells it.

use std::time::Duration;

use ::telemetry::tell_health;
use storage::Database;
use tokio::{sync::watch, time};
use tonic_health::{ServingStatus, server::HealthReporter};

use super::Stage;

/// How often the database is asked for a sign of life, and how long it may take.
const INTERVAL: Duration = Duration::from_secs(1);
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
        let mut ticks = time::interval(INTERVAL);
        let stopped = Stage::reached(&mut stage, Stage::Draining);
        tokio::pin!(stopped);
        loop {
            tokio::select! {
                _ = ticks.tick() => {}
                () = &mut stopped => return self.report(false).await,
            }
            self.report(self.alive().await).await;
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
