//! A gRPC server with health and reflection, from a bound port to its last answer.

mod answer;
mod calls;
mod connections;
mod health;
mod message;
mod registry;

use std::{net::SocketAddr, time::Duration};

use ::telemetry::{Methods, Observe};
use calls::Calls;
use health::Health;
use storage::Database;
use tokio::{net::TcpListener, sync::watch, task::JoinHandle, time};
use tonic::{metadata::MetadataMap, service::Routes};
use tonic_reflection::server::Builder;

use crate::config::{Count, Pause, Reader, Span};

/// How a server behaves.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where it listens.
    pub listen: SocketAddr,
    /// Most connections at once. The next takes the place of the one that has been idle longest.
    pub max_connections: usize,
    /// Most of these from one address.
    pub max_connections_per_address: usize,
    /// Most calls that one connection may have open at once.
    pub max_streams: u32,
    /// Most calls in work at once, over all connections. More are refused at once.
    pub max_in_flight: usize,
    /// Most of these that one connection may have, so that none keeps out the others.
    pub max_in_flight_per_connection: usize,
    /// The longest that a call is worked for, whatever its caller says.
    pub longest_call: Duration,
    /// Age at which a connection is asked to end, so that callers spread over new replicas.
    pub connection_age: Duration,
    /// How long a server that is to stop still accepts connections and calls.
    pub drain: Duration,
    /// How long calls in work may go on after that.
    pub grace: Duration,
}

impl Settings {
    /// Reads `grpc.*`.
    pub(crate) fn read(reader: &mut Reader) -> Option<Self> {
        let listen = reader.take("grpc.listen");
        let max_connections = reader.take::<Count>("grpc.max_connections");
        let per_address = reader.take::<Count>("grpc.max_connections_per_address");
        let max_streams = reader.take::<Count>("grpc.max_streams");
        let max_in_flight = reader.take::<Count>("grpc.max_in_flight");
        let per_connection = reader.take::<Count>("grpc.max_in_flight_per_connection");
        let longest_call = reader.take::<Span>("grpc.longest_call");
        let connection_age = reader.take::<Span>("grpc.connection_age");
        let drain = reader.take::<Pause>("grpc.drain");
        let grace = reader.take::<Span>("grpc.grace");
        Some(Self {
            listen: listen?,
            max_connections: max_connections?.0 as usize,
            max_connections_per_address: per_address?.0 as usize,
            max_streams: max_streams?.0,
            max_in_flight: max_in_flight?.0 as usize,
            max_in_flight_per_connection: per_connection?.0 as usize,
            longest_call: longest_call?.0,
            connection_age: connection_age?.0,
            drain: drain?.0,
            grace: grace?.0,
        })
    }
}

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

/// How far a server is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    /// It serves.
    Serving,
    /// It serves on, and says that it will stop.
    Draining,
    /// It accepts nothing more.
    Closing,
}

impl Stage {
    /// Waits until a server has come to a stage. One that nobody can tell anything more is closing.
    async fn reached(stage: &mut watch::Receiver<Self>, wanted: Self) {
        let _ = stage.wait_for(|stage| *stage >= wanted).await;
    }
}

/// A server that accepts calls.
#[derive(Debug)]
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    drain: Duration,
    stage: watch::Sender<Stage>,
    task: JoinHandle<()>,
}

impl Running {
    /// Says that it will stop, serves on while callers learn of it, then lets the calls in work
    /// finish, and returns when all is quiet.
    pub async fn stop(self) {
        let _ = self.stage.send(Stage::Draining);
        time::sleep(self.drain).await;
        let _ = self.stage.send(Stage::Closing);
        let _ = self.task.await;
    }
}

/// Binds the port and serves. Healthy as long as the database answers.
pub(crate) async fn start(
    settings: Settings,
    parts: Parts,
    database: Database,
) -> Result<Running, String> {
    let listen = settings.listen;
    let listener = TcpListener::bind(listen)
        .await
        .map_err(|error| format!("cannot listen on {listen}: {error}"))?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let (stage, seen) = watch::channel(Stage::Serving);
    let (reporter, health) = tonic_health::server::health_reporter();
    let Parts { name, grpc_name, routes } = parts;
    let reflection = || reflection(grpc_name);
    let v1 = reflection().build_v1().map_err(|error| error.to_string())?;
    let v1alpha = reflection().build_v1alpha().map_err(|error| error.to_string())?;
    let routes = routes
        .add_service(health)
        .add_service(v1.max_decoding_message_size(message::LONGEST))
        .add_service(v1alpha.max_decoding_message_size(message::LONGEST))
        .prepare();
    let health = Health { reporter, grpc_name, database };
    health.begin().await;
    deadline::spawn(health.watch(seen.clone()));
    let (limit, share) = (settings.max_in_flight, settings.max_in_flight_per_connection);
    let methods = methods(grpc_name)?;
    let observe = Observe::new(methods.clone());
    let longest = settings.longest_call;
    let calls = Calls::new(routes, name, grpc_name, methods, limit, share, longest);
    let drain = settings.drain;
    let task = deadline::spawn(connections::serve(listener, calls, observe, settings, seen));
    tracing::info!(service = name, %address, "serving");
    Ok(Running { address, drain, stage, task })
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

/// The name of the service with this full name, and the port it listens on by default.
fn default_port(grpc_name: &str) -> Option<(&'static str, u16)> {
    let known = contracts::SERVICES.iter().find(|(_, it, _)| *it == grpc_name);
    known.map(|(name, _, port)| (*name, *port))
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

/// Who calls, as the caller says in the metadata `csp-actor`: a claim for the audit log, no
/// proof. At most 200 characters are kept.
#[must_use]
pub fn actor(metadata: &MetadataMap) -> String {
    let claim = metadata.get("csp-actor").and_then(|value| value.to_str().ok());
    claim.unwrap_or("unknown").chars().take(200).collect()
}
