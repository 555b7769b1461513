//! Admission control: limits how many calls are in flight and how long each may take.

use std::{
    convert::Infallible,
    future::Future,
    panic::AssertUnwindSafe,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use ::telemetry::Methods;
use bytes::Bytes;
use errors::{Failure, FieldViolation};
use futures_util::FutureExt;
use http::{HeaderMap, Request, Response, StatusCode, header::CONTENT_TYPE};
use http_body_util::Full;
use rpc_client::on_behalf_of;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::sleep,
};
use tonic::body::Body;
use tower_service::Service;

use super::{
    answer::{self, AnswerBody, ConnectionPermit},
    callers::{Callers, Peer},
    message,
    registry::Usage,
};

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Health calls are answered even if the server is over capacity.
const HEALTH: &str = "/grpc.health.v1.Health/";
/// Services whose requests may be streams.
const STREAMS: &str = "/grpc.reflection.";
const TIMEOUT: &str = "grpc-timeout";
const POLL_INTERVAL: Duration = Duration::from_millis(10);
/// Health calls that one connection may have open; `Watch` calls stay open.
const MAX_HEALTH_CALLS: usize = 16;

/// Admits calls up to the capacity of server and connection, and ends them at their deadline.
#[derive(Debug, Clone)]
pub(super) struct Admission<S> {
    inner: S,
    served: Served,
    longest: Duration,
    server: Capacity,
    connection: Capacity,
    health: Capacity,
    usage: Option<Usage>,
    peer: Option<Peer>,
}

/// What a server serves, and to whom.
#[derive(Debug, Clone)]
pub(super) struct Served {
    /// Name of the service.
    pub name: &'static str,
    /// Full name of the gRPC service.
    pub grpc_name: &'static str,
    pub methods: Methods,
    pub callers: Callers,
}

/// How many calls may be in flight at once.
#[derive(Debug, Clone)]
struct Capacity {
    of: &'static str,
    limit: usize,
    permits: Arc<Semaphore>,
}

impl Capacity {
    fn new(of: &'static str, limit: usize) -> Self {
        Self { of, limit, permits: Arc::new(Semaphore::new(limit)) }
    }

    /// The same limit, with all permits free.
    fn with_same_limit(&self) -> Self {
        Self::new(self.of, self.limit)
    }

    fn acquire(&self) -> Result<OwnedSemaphorePermit, Failure> {
        let Self { of, limit, .. } = *self;
        self.permits.clone().try_acquire_owned().map_err(|_| Failure::Overloaded { of, limit })
    }
}

impl<S> Admission<S> {
    pub(super) fn new(
        inner: S,
        served: Served,
        limit: usize,
        connection_limit: usize,
        longest: Duration,
    ) -> Self {
        let server = Capacity::new("server", limit);
        let connection = Capacity::new("connection", connection_limit);
        let health = Capacity::new("connection", MAX_HEALTH_CALLS);
        Self { inner, served, longest, server, connection, health, usage: None, peer: None }
    }

    /// Name of the service.
    pub(super) const fn name(&self) -> &'static str {
        self.served.name
    }

    /// The same service for one connection.
    pub(super) fn for_connection(self, usage: Usage) -> Self {
        let (connection, health) =
            (self.connection.with_same_limit(), self.health.with_same_limit());
        Self { connection, health, usage: Some(usage), ..self }
    }

    /// The same service for a connection over the limit: answers health calls only.
    pub(super) fn over_capacity(self) -> Self {
        let permits = Arc::new(Semaphore::new(0));
        let health = self.health.with_same_limit();
        Self { server: Capacity { permits, ..self.server }, health, ..self }
    }

    /// The same service for this client.
    pub(super) fn for_peer(self, peer: Peer) -> Self {
        Self { peer: Some(peer), ..self }
    }

    /// Waits until no call is in flight.
    pub(super) async fn wait_until_idle(&self) {
        // Acquiring all permits would refuse calls of clients that have not seen the GOAWAY yet.
        while !self.is_idle() {
            sleep(POLL_INTERVAL).await;
        }
    }

    /// Whether no call is in flight.
    pub(super) fn is_idle(&self) -> bool {
        self.server.permits.available_permits() >= self.server.limit
    }

    fn admit(&self, path: &str) -> Result<Permits, Failure> {
        if path.starts_with(HEALTH) {
            let permit = self.health.acquire()?;
            return Ok((
                ConnectionPermit { _permit: permit, _in_flight: None, caller: None },
                None,
            ));
        }
        let (permit, server_permit) = (self.connection.acquire()?, self.server.acquire()?);
        let in_flight = self.usage.as_ref().map(Usage::begin);
        Ok((
            ConnectionPermit { _permit: permit, _in_flight: in_flight, caller: None },
            Some(server_permit),
        ))
    }

    fn unknown(&self, path: &str) -> Failure {
        let method = path.trim_start_matches('/').to_owned();
        Failure::UnknownMethod { method, served: self.served.grpc_name }
    }

    /// Admits the call and computes its timeout.
    fn check<B>(&self, request: &Request<B>) -> Result<(Permits, Duration), Failure> {
        let path = request.uri().path();
        if !self.served.methods.has(path) {
            return Err(self.unknown(path));
        }
        let admitted = self.admit(path)?;
        let wanted = timeout(request.headers())?;
        Ok((admitted, wanted.map_or(self.longest, |wanted| wanted.min(self.longest))))
    }
}

/// A call's permits: on its connection, and on the server until the answer begins. Health calls need no
/// permit of the server.
type Permits = (ConnectionPermit, Option<OwnedSemaphorePermit>);

impl<S, B> Service<Request<B>> for Admission<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>
        + Clone
        + Send
        + 'static,
    S::Future: Send,
    B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + Unpin + 'static,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        if !is_grpc(request.headers()) {
            return Box::pin(async { Ok(unsupported_media_type()) });
        }
        let name = self.served.name;
        let refuse = move |failure: Failure| {
            status::from_failure(failure, &format!("{name}.csp")).into_http()
        };
        let ((mut permit, server_permit), time) = match self.check(&request) {
            Ok(admitted) => admitted,
            Err(failure) => return Box::pin(async move { Ok(refuse(failure)) }),
        };
        let path = request.uri().path();
        let (streams, is_health) = (path.starts_with(STREAMS), path.starts_with(HEALTH));
        let (mut inner, callers) = (self.inner.clone(), self.served.callers.clone());
        // Health checks need no proof.
        let peer = if is_health { None } else { self.peer.clone() };
        let work = async move {
            // Called inside the future, so that the deadline and the panic handler cover it too.
            let answer = async move {
                let mut request = request;
                let (mut origin, mut caller_permit) = (None, None);
                if let Some(peer) = &peer {
                    let identified = callers.identify(request.headers_mut(), peer).await?;
                    (origin, caller_permit) = (identified.0.origin(), identified.1);
                    request.extensions_mut().insert(identified.0);
                }
                let request =
                    if streams { request.map(Body::new) } else { read_message(request).await? };
                Ok((on_behalf_of(origin, inner.call(request)).await, caller_permit))
            };
            AssertUnwindSafe(answer).catch_unwind().await
        };
        Box::pin(async move {
            let answer = match deadline::within(time, work).await {
                Ok(Ok(Ok((answer, caller)))) => {
                    permit.caller = caller;
                    answer.map(|it| status::undecodable(it.headers()).map_or(it, refuse))
                }
                Ok(Ok(Err(failure))) => Ok(refuse(failure)),
                Ok(Err(_)) => Ok(refuse(Failure::bug("a call panicked"))),
                Err(deadline::OutOfTime) => Ok(refuse(Failure::OutOfTime)),
            };
            drop(server_permit);
            if !is_health {
                answer::start_read_timeout();
            }
            answer.map(|it| it.map(|body| Body::new(AnswerBody::new(body, permit))))
        })
    }
}

/// The request with its message read.
async fn read_message<B>(request: Request<B>) -> Result<Request<Body>, Failure>
where
    B: http_body::Body<Data = Bytes, Error: Into<BoxError>>,
{
    let (head, body) = request.into_parts();
    let message = message::read(body).await?;
    Ok(Request::from_parts(head, Body::new(Full::new(message))))
}

/// Whether the request is gRPC with protobuf, the only supported format.
fn is_grpc(headers: &HeaderMap) -> bool {
    let content_type =
        headers.get(CONTENT_TYPE).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let content_type = content_type.split(';').next().unwrap_or_default().trim();
    ["application/grpc", "application/grpc+proto"]
        .iter()
        .any(|it| content_type.eq_ignore_ascii_case(it))
}

/// The answer that the gRPC specification requires for any other content type.
fn unsupported_media_type() -> Response<Body> {
    let text = "this server accepts gRPC only; set content-type to application/grpc\n";
    let mut answer = Response::new(Body::new(Full::from(text)));
    *answer.status_mut() = StatusCode::UNSUPPORTED_MEDIA_TYPE;
    answer
}

/// The timeout that the caller set.
fn timeout(headers: &HeaderMap) -> Result<Option<Duration>, Failure> {
    let Some(value) = headers.get(TIMEOUT) else { return Ok(None) };
    let read = value.to_str().ok().and_then(deadline::read_timeout).map(Some);
    read.ok_or_else(|| {
        let description = "is not 1 to 8 digits and one of the units H, M, S, m, u, n";
        let (field, description) = (TIMEOUT.to_owned(), description.to_owned());
        Failure::Invalid(vec![FieldViolation { field, description }])
    })
}

#[cfg(test)]
mod tests;
