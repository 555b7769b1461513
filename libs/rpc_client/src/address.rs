use std::{
    future::poll_fn,
    net::SocketAddr,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use http::{Request, Response, Uri};
use tokio::time::Instant;
use tonic::{
    Code, Status,
    body::Body,
    transport::{self, Endpoint},
};
use tower_service::Service;

use crate::{CONNECT_TIMEOUT, Settings, breaker::Breaker, tls::TlsConnect};

/// Interval of HTTP/2 pings, and the timeout of each.
const KEEPALIVE: Duration = Duration::from_secs(10);

/// How long other addresses are preferred after this one answered RESOURCE_EXHAUSTED.
const OVER_CAPACITY_FOR: Duration = Duration::from_millis(100);

/// One server of the service.
#[derive(Debug)]
pub(crate) struct Address {
    pub(crate) at: SocketAddr,
    /// The URL that resolved to this address; the authority of calls.
    pub(crate) url: Uri,
    pub(crate) breaker: Breaker,
    connections: Vec<transport::Channel>,
    turn: AtomicUsize,
    in_flight: AtomicUsize,
    over_capacity_until: Mutex<Option<Instant>>,
}

impl Address {
    /// Connects on the first call.
    pub(crate) fn new(at: SocketAddr, url: &Uri, settings: &Settings) -> Result<Self, String> {
        let endpoint = Endpoint::from_shared(format!("http://{at}"));
        let endpoint = endpoint
            .map_err(|error| format!("{at}: {error}"))?
            .origin(url.clone())
            .connect_timeout(CONNECT_TIMEOUT)
            .tcp_nodelay(true)
            .http2_keep_alive_interval(KEEPALIVE)
            .keep_alive_timeout(KEEPALIVE)
            .keep_alive_while_idle(true);
        let tls = match (url.scheme_str(), settings.credentials.tls()) {
            (Some("https"), Some(tls)) => Some(TlsConnect::new(at, url, tls.clone())?),
            (Some("https"), None) => return Err(format!("{url} needs the CA of its certificate")),
            _ => None,
        };
        let connect = || match &tls {
            Some(tls) => endpoint.connect_with_connector_lazy(tls.clone()),
            None => endpoint.connect_lazy(),
        };
        Ok(Self {
            at,
            url: url.clone(),
            breaker: Breaker::default(),
            connections: (0..settings.connections).map(|_| connect()).collect(),
            turn: AtomicUsize::new(0),
            in_flight: AtomicUsize::new(0),
            over_capacity_until: Mutex::new(None),
        })
    }

    /// Calls in flight.
    pub(crate) fn load(&self) -> usize {
        self.in_flight.load(Ordering::Relaxed)
    }

    /// Whether the server was over capacity a moment ago. A server that refuses calls has few in
    /// flight, and would otherwise be preferred.
    pub(crate) fn is_over_capacity(&self) -> bool {
        let until = *self.over_capacity_until.lock().unwrap_or_else(PoisonError::into_inner);
        until.is_some_and(|until| Instant::now() < until)
    }

    /// Sends a call.
    pub(crate) async fn call(&self, request: Request<Body>) -> Result<Response<Body>, NoResponse> {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let Some(connection) = self.connections.get(turn % self.connections.len().max(1)) else {
            return Err(NoResponse::unsent("the setting `connections` is 0; set 1 or more"));
        };
        let mut connection = connection.clone();
        let _in_flight = InFlight::begin(&self.in_flight);
        poll_fn(|context| connection.poll_ready(context)).await.map_err(no_response)?;
        let response = connection.call(request).await.map_err(no_response)?;
        match Status::from_header_map(response.headers()) {
            // Our servers add details to UNAVAILABLE; without them it comes from a proxy.
            Some(status) if status.code() == Code::Unavailable && status.details().is_empty() => {
                Err(NoResponse { why: status, sent: true })
            }
            Some(status) if status.code() == Code::ResourceExhausted => {
                let mut until =
                    self.over_capacity_until.lock().unwrap_or_else(PoisonError::into_inner);
                *until = Some(Instant::now() + OVER_CAPACITY_FOR);
                Ok(response)
            }
            _ => Ok(response),
        }
    }
}

/// A call without an answer of the server.
#[derive(Debug)]
pub(crate) struct NoResponse {
    pub why: Status,
    /// Whether a server may have received the call.
    pub sent: bool,
}

impl NoResponse {
    pub(crate) fn unsent(why: &str) -> Self {
        Self { why: Status::unavailable(why), sent: false }
    }
}

fn no_response(error: transport::Error) -> NoResponse {
    let status = Status::from_error(Box::new(error));
    // tonic returns UNAVAILABLE for a failed connect and a refused stream.
    let sent = status.code() != Code::Unavailable;
    NoResponse { why: Status::unavailable(status.message()), sent }
}

struct InFlight<'a>(&'a AtomicUsize);

impl<'a> InFlight<'a> {
    fn begin(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
