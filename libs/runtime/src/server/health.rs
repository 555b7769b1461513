//! Reports through `grpc.health.v1.Health` whether the service can serve.

use std::time::Duration;

use ::telemetry::record_health;
use storage::Database;
use tokio::{sync::watch, time};
use tonic_health::{ServingStatus, server::HealthReporter};

use super::Stage;

/// How often the database is pinged, and the timeout of a ping.
const INTERVAL: Duration = Duration::from_secs(1);
/// Failed pings in a row that make the service unhealthy. One slow ping is not enough: under load the
/// pings of all replicas can be slow at once, and then no replica would serve.
const MAX_FAILED_PINGS: u32 = 3;
/// Service name that reports SERVING while the process runs, even if its database does not answer.
const LIVENESS: &str = "liveness";

/// Reports the health of a service under the empty name and its own: whether its database answers.
pub(super) struct Health {
    pub reporter: HealthReporter,
    pub grpc_name: &'static str,
    pub database: Database,
}

impl Health {
    /// Reports liveness and the current health.
    pub(super) async fn begin(&self) {
        self.reporter.set_service_status(LIVENESS, ServingStatus::Serving).await;
        self.report(self.alive().await).await;
    }

    /// Reports the health until the service drains, and NOT_SERVING then.
    pub(super) async fn watch(self, mut stage: watch::Receiver<Stage>) {
        tokio::select! {
            () = self.report_changes() => {}
            () = Stage::reached(&mut stage, Stage::Draining) => self.report(false).await,
        }
    }

    async fn report_changes(&self) {
        let mut ticks = time::interval(INTERVAL);
        let mut failed = 0;
        loop {
            ticks.tick().await;
            failed = if self.alive().await { 0 } else { failed + 1 };
            if failed == 0 || failed >= MAX_FAILED_PINGS {
                self.report(failed == 0).await;
            }
        }
    }

    async fn alive(&self) -> bool {
        time::timeout(INTERVAL, self.database.ping()).await.is_ok_and(|pong| pong.is_ok())
    }

    async fn report(&self, alive: bool) {
        record_health(self.grpc_name, alive);
        let status = if alive { ServingStatus::Serving } else { ServingStatus::NotServing };
        self.reporter.set_service_status("", status).await;
        self.reporter.set_service_status(self.grpc_name, status).await;
    }
}
