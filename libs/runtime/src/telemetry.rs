//! Starts logs, traces and metrics, and serves metrics to Prometheus.

use std::{convert::Infallible, net::SocketAddr, sync::Arc, time::Duration};

use ::telemetry::{Build, MetricsEndpoint, Telemetry};
pub use ::telemetry::{Listen, Settings, traced};
use http::{Request, Response, StatusCode, header::CONTENT_TYPE};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time,
};

use crate::config::Reader;

/// Most connections at once. More wait.
const MAX_CONNECTIONS: usize = 8;
/// How long one connection may last.
const CONNECTION_TIMEOUT: Duration = Duration::from_secs(10);
/// Pause after a failed accept, for example because no file handle is free.
const ACCEPT_BACKOFF: Duration = Duration::from_millis(100);

/// A channel to a peer, with traces and metrics of its calls.
pub type Traced = ::telemetry::Traced<rpc_client::Channel>;

/// Reads `telemetry.*`.
pub fn read(reader: &mut Reader) -> Option<Settings> {
    let log = reader.take("telemetry.log");
    let log_format = reader.take("telemetry.log_format");
    let otlp_endpoint = reader.take("telemetry.otlp_endpoint");
    let prometheus_listen = reader.take("telemetry.prometheus_listen");
    Some(Settings {
        log: log?,
        log_format: log_format?,
        otlp_endpoint: otlp_endpoint?,
        prometheus_listen: prometheus_listen?,
    })
}

/// Starts the telemetry of this process. It ends when the value is dropped.
///
/// # Errors
/// An invalid setting, as text.
pub async fn start(
    service: &'static str,
    build: Build,
    settings: &Settings,
) -> Result<Telemetry, String> {
    let telemetry = ::telemetry::start(service, build, settings)?;
    if let (Some(address), Some(metrics)) =
        (settings.prometheus_listen.0, telemetry.metrics_endpoint())
    {
        serve(address, metrics).await?;
    }
    Ok(telemetry)
}

async fn serve(address: SocketAddr, metrics: MetricsEndpoint) -> Result<(), String> {
    let listener = TcpListener::bind(address)
        .await
        .map_err(|error| format!("cannot serve metrics on {address}: {error}"))?;
    tracing::info!(%address, "serving metrics");
    deadline::spawn(accept(listener, metrics));
    Ok(())
}

async fn accept(listener: TcpListener, metrics: MetricsEndpoint) {
    let permits = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    // The semaphore is never closed.
    while let Ok(permit) = permits.clone().acquire_owned().await {
        match listener.accept().await {
            Ok((stream, _)) => drop(deadline::spawn(answer(stream, metrics.clone(), permit))),
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection for metrics");
                time::sleep(ACCEPT_BACKOFF).await;
            }
        }
    }
}

async fn answer(stream: TcpStream, metrics: MetricsEndpoint, _permit: OwnedSemaphorePermit) {
    let service = service_fn(move |request: Request<Incoming>| {
        let answer = respond(request.uri().path(), &metrics);
        async { Ok::<_, Infallible>(answer) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), service);
    // A client that reads too slowly is disconnected.
    let _ = time::timeout(CONNECTION_TIMEOUT, connection).await;
}

fn respond(path: &str, metrics: &MetricsEndpoint) -> Response<String> {
    let (status, body) = match path {
        "/metrics" => match metrics.text() {
            Ok(text) => (StatusCode::OK, text),
            Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error),
        },
        _ => (StatusCode::NOT_FOUND, "metrics are at /metrics\n".to_owned()),
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let content_type = http::HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response
}
