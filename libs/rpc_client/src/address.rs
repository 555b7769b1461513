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

use crate::breaker::Breaker;

const CONNECT_TIMEOUT: Duration = Duration::from_millis(500);
/// A connection is asked for a sign of life this often, and has this long to give it.
const KEEPALIVE: Duration = Duration::from_secs(10);

/// How long others are called first after it refused a call for want of room.
const FULL_FOR: Duration = Duration::from_millis(100);

/// One server of the service.
#[derive(Debug)]
pub(crate) struct Address {
    pub(crate) at: SocketAddr,
    /// What the service is called by there.
    pub(crate) url: Uri,
    pub(crate) breaker: Breaker,
    connections: Vec<transport::Channel>,
    turn: AtomicUsize,
    in_work: AtomicUsize,
    full_until: Mutex<Option<Instant>>,
}

impl Address {
    /// Connects when it is first called.
    pub(crate) fn new(at: SocketAddr, url: &Uri, connections: usize) -> Result<Self, String> {
        let endpoint = Endpoint::from_shared(format!("http://{at}"));
        let endpoint = endpoint
            .map_err(|error| format!("{at}: {error}"))?
            .origin(url.clone())
            .connect_timeout(CONNECT_TIMEOUT)
            .tcp_nodelay(true)
            .http2_keep_alive_interval(KEEPALIVE)
            .keep_alive_timeout(KEEPALIVE)
            .keep_alive_while_idle(true);
        Ok(Self {
            at,
            url: url.clone(),
            breaker: Breaker::default(),
            connections: (0..connections).map(|_| endpoint.connect_lazy()).collect(),
            turn: AtomicUsize::new(0),
            in_work: AtomicUsize::new(0),
            full_until: Mutex::new(None),
        })
    }

    /// How many calls wait for its answer.
    pub(crate) fn load(&self) -> usize {
        self.in_work.load(Ordering::Relaxed)
    }

    /// Whether it refused a call just now because it has too many. Who refuses is quick, and would
    /// otherwise look least busy.
    pub(crate) fn is_full(&self) -> bool {
        let until = *self.full_until.lock().unwrap_or_else(PoisonError::into_inner);
        until.is_some_and(|until| Instant::now() < until)
    }

    /// Sends a call.
    pub(crate) async fn call(&self, request: Request<Body>) -> Result<Response<Body>, NoResponse> {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let Some(connection) = self.connections.get(turn % self.connections.len().max(1)) else {
            return Err(NoResponse::unsent("no connections are allowed"));
        };
        let mut connection = connection.clone();
        let _in_work = InFlight::begin(&self.in_work);
        poll_fn(|context| connection.poll_ready(context)).await.map_err(no_response)?;
        let response = connection.call(request).await.map_err(no_response)?;
        match Status::from_header_map(response.headers()) {
            // A server that has something to say of it is there. A proxy has not.
            Some(status) if status.code() == Code::Unavailable && status.details().is_empty() => {
                Err(NoResponse { why: status, sent: true })
            }
            Some(status) if status.code() == Code::ResourceExhausted => {
                let mut until = self.full_until.lock().unwrap_or_else(PoisonError::into_inner);
                *until = Some(Instant::now() + FULL_FOR);
                Ok(response)
            }
            _ => Ok(response),
        }
    }
}

/// A call that got no answer.
#[derive(Debug)]
pub(crate) struct NoResponse {
    pub why: Status,
    /// Whether a server may have got it.
    pub sent: bool,
}

impl NoResponse {
    fn unsent(why: &str) -> Self {
        Self { why: Status::unavailable(why), sent: false }
    }
}

fn no_response(error: transport::Error) -> NoResponse {
    let status = Status::from_error(Box::new(error));
    // As tonic tells a connection that cannot be made and a stream that is refused.
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
