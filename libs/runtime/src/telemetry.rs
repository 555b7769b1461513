//! Starts logs, traces and metrics by their settings, and serves the page for Prometheus.

use std::{convert::Infallible, net::SocketAddr, sync::Arc, time::Duration};

use ::telemetry::{Build, MetricsEndpoint, Telemetry};
pub use ::telemetry::{Settings, traced};
use http::{Request, Response, StatusCode, header::CONTENT_TYPE};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time,
};

use crate::config::Reader;

/// Connections to the page at one time. More wait.
const CONNECTIONS: usize = 8;
/// How long one may take from its first byte to the end of the answer.
const LONGEST: Duration = Duration::from_secs(10);
/// Pause after a connection that could not be accepted, as when no file handle is left.
const PAUSE: Duration = Duration::from_millis(100);

/// A channel to a peer whose calls are seen.
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

/// Starts the telemetry of this process, which ends when the value is dropped.
///
/// # Errors
/// A setting that cannot be used, in words.
pub async fn start(
    service: &'static str,
    build: Build,
    settings: &Settings,
) -> Result<Telemetry, String> {
    let telemetry = ::telemetry::start(service, build, settings)?;
    if let (Some(address), Some(page)) = (settings.prometheus_listen.0, telemetry.page()) {
        serve(address, page).await?;
    }
    Ok(telemetry)
}

async fn serve(address: SocketAddr, page: MetricsEndpoint) -> Result<(), String> {
    let listener = TcpListener::bind(address)
        .await
        .map_err(|error| format!("cannot serve metrics on {address}: {error}"))?;
    tracing::info!(%address, "serving metrics");
    deadline::spawn(accept(listener, page));
    Ok(())
}

async fn accept(listener: TcpListener, page: MetricsEndpoint) {
    let free = Arc::new(Semaphore::new(CONNECTIONS));
    // The semaphore is never closed.
    while let Ok(place) = free.clone().acquire_owned().await {
        match listener.accept().await {
            Ok((stream, _)) => drop(deadline::spawn(answer(stream, page.clone(), place))),
            Err(error) => {
                tracing::warn!(%error, "a connection for metrics was not accepted");
                time::sleep(PAUSE).await;
            }
        }
    }
}

async fn answer(stream: TcpStream, page: MetricsEndpoint, _place: OwnedSemaphorePermit) {
    let service = service_fn(move |request: Request<Incoming>| {
        let answer = respond(request.uri().path(), &page);
        async { Ok::<_, Infallible>(answer) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), service);
    // Whoever reads too slowly, or goes away, gets no page.
    let _ = time::timeout(LONGEST, connection).await;
}

fn respond(path: &str, page: &MetricsEndpoint) -> Response<String> {
    let (status, body) = match path {
        "/metrics" => match page.text() {
            Ok(text) => (StatusCode::OK, text),
            Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error),
        },
        _ => (StatusCode::NOT_FOUND, "metrics are at /metrics\n".to_owned()),
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let form = http::HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, form);
    response
}
