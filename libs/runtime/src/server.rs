//! A gRPC server with health and reflection, from a bound port to its last answer.

use std::{net::SocketAddr, time::Duration};

use storage::Database;
use tokio::{net::TcpListener, sync::watch, task::JoinHandle, time};
use tonic::{
    metadata::MetadataMap,
    service::Routes,
    transport::{Server, server::TcpIncoming},
};
use tonic_health::{ServingStatus, server::HealthReporter};
use tonic_reflection::server::Builder;

use ::telemetry::{Methods, Observe, tell_health};

use crate::spawn;

/// How often the database is asked for a sign of life, and how long it may take.
const HEALTH_INTERVAL: Duration = Duration::from_secs(1);
/// How long calls in work may go on after the stop.
const GRACE: Duration = Duration::from_secs(5);
/// Streams one connection may have open at once.
const MAX_STREAMS: u32 = 200;
const KEEPALIVE: Duration = Duration::from_secs(30);

/// What a service brings to its server.
#[derive(Debug)]
pub(crate) struct Parts {
    /// Name for logs and traces, such as `ordering`.
    pub name: &'static str,
    /// Full name of the gRPC service.
    pub grpc_name: &'static str,
    /// The service itself.
    pub routes: Routes,
}

/// A server that accepts calls.
#[derive(Debug)]
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Running {
    /// Stops accepting, lets calls in work finish, and returns when all is quiet.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        let _ = self.task.await;
    }
}

/// Binds the port and serves. Healthy as long as the database answers.
pub(crate) async fn start(
    listen: SocketAddr,
    parts: Parts,
    database: Database,
) -> Result<Running, String> {
    let listener = TcpListener::bind(listen)
        .await
        .map_err(|error| format!("cannot listen on {listen}: {error}"))?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let (stop, stopped) = watch::channel(false);
    let (reporter, health) = tonic_health::server::health_reporter();
    let Parts { name, grpc_name, routes } = parts;
    let reflection = || reflection(grpc_name);
    let routes = routes
        .add_service(health)
        .add_service(reflection().build_v1().map_err(|error| error.to_string())?)
        .add_service(reflection().build_v1alpha().map_err(|error| error.to_string())?);
    let server = Server::builder()
        .layer(Observe::new(methods(grpc_name)?))
        .max_concurrent_streams(MAX_STREAMS)
        .http2_keepalive_interval(Some(KEEPALIVE))
        .add_routes(routes)
        .serve_with_incoming_shutdown(
            TcpIncoming::from(listener).with_nodelay(Some(true)),
            told(stopped.clone()),
        );
    report(&reporter, grpc_name, alive(&database).await).await;
    spawn(watch_health(reporter, grpc_name, database, stopped.clone()));
    let task = spawn(async move {
        let end = async {
            told(stopped).await;
            time::sleep(GRACE).await;
        };
        tokio::select! {
            served = server => if let Err(error) = served {
                tracing::error!(%error, "the server failed");
            },
            () = end => tracing::warn!("calls in work were cut off at the stop"),
        }
    });
    tracing::info!(service = name, %address, "serving");
    Ok(Running { address, stop, task })
}

/// Serves the service's own descriptors and those that its errors and health need, so that a
/// client without our files can print every answer.
fn reflection(grpc_name: &'static str) -> Builder<'static> {
    Builder::configure()
        .register_encoded_file_descriptor_set(contracts::DESCRIPTORS)
        .register_encoded_file_descriptor_set(tonic_types::pb::FILE_DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        .with_service_name(grpc_name)
        .with_service_name("grpc.health.v1.Health")
}

/// The methods of the service and of what every server has beside it.
fn methods(grpc_name: &str) -> Result<Methods, String> {
    let sets = [
        contracts::DESCRIPTORS,
        tonic_health::pb::FILE_DESCRIPTOR_SET,
        tonic_reflection::pb::v1::FILE_DESCRIPTOR_SET,
        tonic_reflection::pb::v1alpha::FILE_DESCRIPTOR_SET,
    ];
    let served = |name: &str| name == grpc_name || name.starts_with("grpc.");
    Methods::of(&sets, served).map_err(|error| error.to_string())
}

async fn told(mut stopped: watch::Receiver<bool>) {
    // An error means that nobody is left who could tell: the same as being told.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

async fn watch_health(
    reporter: HealthReporter,
    grpc_name: &'static str,
    database: Database,
    stopped: watch::Receiver<bool>,
) {
    let mut ticks = time::interval(HEALTH_INTERVAL);
    let stopped = told(stopped);
    tokio::pin!(stopped);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = &mut stopped => return report(&reporter, grpc_name, false).await,
        }
        report(&reporter, grpc_name, alive(&database).await).await;
    }
}

async fn alive(database: &Database) -> bool {
    time::timeout(HEALTH_INTERVAL, database.ping()).await.is_ok_and(|pong| pong.is_ok())
}

async fn report(reporter: &HealthReporter, grpc_name: &'static str, alive: bool) {
    tell_health(grpc_name, alive);
    let status = if alive { ServingStatus::Serving } else { ServingStatus::NotServing };
    reporter.set_service_status("", status).await;
    reporter.set_service_status(grpc_name, status).await;
}

/// Who calls, as the caller says in the metadata `csp-actor`: a claim for the audit log, no
/// proof. At most 200 characters are kept.
#[must_use]
pub fn actor(metadata: &MetadataMap) -> String {
    let claim = metadata.get("csp-actor").and_then(|value| value.to_str().ok());
    claim.unwrap_or("unknown").chars().take(200).collect()
}
