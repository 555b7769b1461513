//! A gRPC server with health and reflection: start, serve, drain, stop.

mod admission;
mod answer;
mod callers;
mod connections;
mod health;
mod limits;
mod message;
mod preface;
mod registry;

use std::{net::SocketAddr, num::NonZeroU32, time::Duration};

use ::telemetry::{Methods, TelemetryLayer};
use admission::{Admission, Served};
use callers::Callers;
use health::Health;
use limits::Limits;
use storage::Database;
use tokio::{net::TcpListener, sync::watch, task::JoinHandle, time};
use tonic::service::Routes;
use tonic_reflection::server::Builder;

use crate::access::{Access, Kind};
use crate::config::{Count, DurationOrZero, PositiveDuration, Reader};

/// The settings `grpc.*`.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Address to listen on.
    pub listen: SocketAddr,
    /// Most open connections. One more evicts the connection that has been idle longest.
    pub max_connections: usize,
    /// Most open connections from one address.
    pub max_connections_per_address: usize,
    /// Most streams that one connection may have open at once.
    pub max_streams: u32,
    /// Most calls in flight over all connections. More are refused immediately.
    pub max_in_flight: usize,
    /// Most calls in flight on one connection, so that no connection uses the whole capacity.
    pub max_in_flight_per_connection: usize,
    /// Most calls in flight of one proven caller.
    pub max_in_flight_per_caller: usize,
    /// Most calls that one proven caller may begin in a second.
    pub max_calls_per_second_per_caller: NonZeroU32,
    /// Whether clients may list the methods.
    pub reflection: bool,
    /// Upper limit of a call's timeout.
    pub longest_call: Duration,
    /// Age at which a connection gets a GOAWAY, so that clients spread over new replicas.
    pub connection_age: Duration,
    /// How long a stopping server still accepts connections and calls.
    pub drain: Duration,
    /// How long calls in flight may run after that.
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
        let per_caller = reader.take::<Count>("grpc.max_in_flight_per_caller");
        let per_second = reader.take::<NonZeroU32>("grpc.max_calls_per_second_per_caller");
        let reflection = reader.take("grpc.reflection");
        let longest_call = reader.take::<PositiveDuration>("grpc.longest_call");
        let connection_age = reader.take::<PositiveDuration>("grpc.connection_age");
        let drain = reader.take::<DurationOrZero>("grpc.drain");
        let grace = reader.take::<PositiveDuration>("grpc.grace");
        Some(Self {
            listen: listen?,
            max_connections: max_connections?.0 as usize,
            max_connections_per_address: per_address?.0 as usize,
            max_streams: max_streams?.0,
            max_in_flight: max_in_flight?.0 as usize,
            max_in_flight_per_connection: per_connection?.0 as usize,
            max_in_flight_per_caller: per_caller?.0 as usize,
            max_calls_per_second_per_caller: per_second?,
            reflection: reflection?,
            longest_call: longest_call?.0,
            connection_age: connection_age?.0,
            drain: drain?.0,
            grace: grace?.0,
        })
    }
}

/// What a service gives its server.
#[derive(Debug)]
pub(crate) struct Parts {
    /// Name for logs and traces, such as `ordering`.
    pub name: &'static str,
    /// Full name of the gRPC service.
    pub grpc_name: &'static str,
    /// The service.
    pub routes: Routes,
}

/// Stage of a server's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    /// Serves.
    Serving,
    /// Serves, and reports NOT_SERVING.
    Draining,
    /// Accepts no connection and no call.
    Closing,
}

impl Stage {
    /// Waits until a server has reached a stage. A dropped sender counts as closing.
    async fn reached(stage: &mut watch::Receiver<Self>, wanted: Self) {
        let _ = stage.wait_for(|stage| *stage >= wanted).await;
    }
}

/// A server that accepts calls.
#[derive(Debug)]
pub struct Running {
    /// The address that it listens on.
    pub address: SocketAddr,
    drain: Duration,
    stage: watch::Sender<Stage>,
    task: JoinHandle<()>,
}

impl Running {
    /// Waits until the server closes.
    pub(crate) fn closing(&self) -> impl Future<Output = ()> + use<> {
        let mut stage = self.stage.subscribe();
        async move { Stage::reached(&mut stage, Stage::Closing).await }
    }

    /// Reports NOT_SERVING, serves for the drain time, then waits for the calls in flight, at most
    /// for the grace time.
    pub async fn stop(self) {
        let _ = self.stage.send(Stage::Draining);
        time::sleep(self.drain).await;
        let _ = self.stage.send(Stage::Closing);
        let _ = self.task.await;
    }
}

/// Binds the port and serves. Healthy while the database answers.
pub(crate) async fn start(
    settings: Settings,
    parts: Parts,
    database: Database,
    access: Access,
) -> Result<Running, String> {
    let listen = settings.listen;
    let listener = TcpListener::bind(listen)
        .await
        .map_err(|error| format!("cannot listen on {listen}: {error}"))?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let (stage, watched) = watch::channel(Stage::Serving);
    let (reporter, health) = tonic_health::server::health_reporter();
    let Parts { name, grpc_name, routes } = parts;
    let mut routes = routes.add_service(health);
    if settings.reflection {
        let reflection = || reflection(grpc_name);
        let v1 = reflection().build_v1().map_err(|error| error.to_string())?;
        let v1alpha = reflection().build_v1alpha().map_err(|error| error.to_string())?;
        routes = routes
            .add_service(v1.max_decoding_message_size(message::MAX_BYTES))
            .add_service(v1alpha.max_decoding_message_size(message::MAX_BYTES));
    }
    let routes = routes.prepare();
    let health = Health { reporter, grpc_name, database };
    health.begin().await;
    deadline::spawn(health.watch(watched.clone()));
    let (limit, per_connection) = (settings.max_in_flight, settings.max_in_flight_per_connection);
    let methods = methods(grpc_name, settings.reflection)?;
    let telemetry = TelemetryLayer::new(methods.clone());
    let longest = settings.longest_call;
    let (kind, tls) = (access.kind, access.tls.clone());
    let has_tls = tls.is_some();
    let limits =
        Limits::new(settings.max_in_flight_per_caller, settings.max_calls_per_second_per_caller);
    let callers = Callers::new(access, limits);
    let served = Served { name, grpc_name, methods, callers };
    let admission = Admission::new(routes, served, limit, per_connection, longest);
    let drain = settings.drain;
    let serving = connections::serve(listener, admission, telemetry, settings, tls, watched);
    let task = deadline::spawn(serving);
    tracing::info!(service = name, %address, identity = %kind, "serving");
    match kind {
        _ if address.ip().is_loopback() => {}
        Kind::None => {
            tracing::warn!(
                "callers are not proven: every caller that reaches {address} may do everything"
            );
        }
        Kind::Jwt if !has_tls => {
            tracing::warn!(
                "tokens travel without TLS: set tls.certificate_file, because a token that is read can be used by others"
            );
        }
        _ => {}
    }
    Ok(Running { address, drain, stage, task })
}

/// Serves the descriptors of the service, of error details and of health, so that a client without
/// our proto files can print every answer.
fn reflection(grpc_name: &'static str) -> Builder<'static> {
    Builder::configure()
        .register_encoded_file_descriptor_set(contracts::DESCRIPTORS)
        .register_encoded_file_descriptor_set(tonic_types::pb::FILE_DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        .with_service_name(grpc_name)
        .with_service_name("grpc.health.v1.Health")
}

/// The methods of the service, of health and, if it is served, of reflection.
fn methods(grpc_name: &str, reflection: bool) -> Result<Methods, String> {
    let sets = [
        contracts::DESCRIPTORS,
        tonic_health::pb::FILE_DESCRIPTOR_SET,
        tonic_reflection::pb::v1::FILE_DESCRIPTOR_SET,
        tonic_reflection::pb::v1alpha::FILE_DESCRIPTOR_SET,
    ];
    let served = |name: &str| match name.strip_prefix("grpc.") {
        Some(name) => reflection || name.starts_with("health."),
        None => name == grpc_name,
    };
    Methods::of(&sets, served).map_err(|error| error.to_string())
}
