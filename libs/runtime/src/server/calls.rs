//! What stands before every call: is there room for it, and how long may it take.

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
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::sleep,
};
use tonic::body::Body;
use tower_service::Service;

use super::{
    answer::{self, Answer},
    message,
    registry::{InFlight, Usage},
};

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Calls that are answered however busy the server is.
const HEALTH: &str = "/grpc.health.v1.Health/";
/// Services whose requests may be streams.
const STREAMS: &str = "/grpc.reflection.";
const TIMEOUT: &str = "grpc-timeout";
const LOOK_AGAIN: Duration = Duration::from_millis(10);
/// Calls of health that one connection may have open, as those that watch are for long.
const MAX_HEALTH_CALLS: usize = 16;

/// Lets as many calls in as there is room for, and ends those whose time is up.
#[derive(Debug, Clone)]
pub(super) struct Calls<S> {
    inner: S,
    name: &'static str,
    served: &'static str,
    methods: Methods,
    longest: Duration,
    room: Room,
    /// What of it one connection may take.
    share: Room,
    health: Room,
    usage: Option<Usage>,
}

/// Places for calls.
#[derive(Debug, Clone)]
struct Room {
    of: &'static str,
    limit: usize,
    places: Arc<Semaphore>,
}

impl Room {
    fn new(of: &'static str, limit: usize) -> Self {
        Self { of, limit, places: Arc::new(Semaphore::new(limit)) }
    }

    /// As many places, all free.
    fn anew(&self) -> Self {
        Self::new(self.of, self.limit)
    }

    fn enter(&self) -> Result<OwnedSemaphorePermit, Failure> {
        let Self { of, limit, .. } = *self;
        self.places.clone().try_acquire_owned().map_err(|_| Failure::Overloaded { of, limit })
    }
}

impl<S> Calls<S> {
    pub(super) fn new(
        inner: S,
        name: &'static str,
        served: &'static str,
        methods: Methods,
        limit: usize,
        limit_of_connection: usize,
        longest: Duration,
    ) -> Self {
        let room = Room::new("server", limit);
        let share = Room::new("connection", limit_of_connection);
        let health = Room::new("connection", MAX_HEALTH_CALLS);
        Self { inner, name, served, methods, longest, room, share, health, usage: None }
    }

    /// The same service for one connection.
    pub(super) fn of_one_connection(self, usage: Usage) -> Self {
        Self { share: self.share.anew(), health: self.health.anew(), usage: Some(usage), ..self }
    }

    /// The same service for a connection beyond the limit, which answers health only.
    pub(super) fn without_room(self) -> Self {
        let places = Arc::new(Semaphore::new(0));
        Self { room: Room { places, ..self.room }, health: self.health.anew(), ..self }
    }

    /// Waits for a moment in which no call is in work.
    pub(super) async fn idle(&self) {
        // Waiting for all of the room would keep out calls that came before their callers knew.
        while !self.are_idle() {
            sleep(LOOK_AGAIN).await;
        }
    }

    /// Whether no call is in work now.
    pub(super) fn are_idle(&self) -> bool {
        self.room.places.available_permits() >= self.room.limit
    }

    fn admit(&self, path: &str) -> Result<Admitted, Failure> {
        if path.starts_with(HEALTH) {
            let place = self.health.enter()?;
            return Ok((Slot { _place: place, _in_flight: None }, None));
        }
        let (place, work) = (self.share.enter()?, self.room.enter()?);
        let in_flight = self.usage.as_ref().map(Usage::begin);
        Ok((Slot { _place: place, _in_flight: in_flight }, Some(work)))
    }

    fn unknown(&self, path: &str) -> Failure {
        let method = path.trim_start_matches('/');
        let service = method.split('/').next().filter(|it| *it != self.served);
        let elsewhere = service.and_then(super::default_port);
        Failure::UnknownMethod { method: method.to_owned(), served: self.served, elsewhere }
    }

    /// What the call takes, and the time that there is.
    fn check<B>(&self, request: &Request<B>) -> Result<(Admitted, Duration), Failure> {
        let path = request.uri().path();
        if !self.methods.has(path) {
            return Err(self.unknown(path));
        }
        let admitted = self.admit(path)?;
        let asked = timeout(request.headers())?;
        Ok((admitted, asked.map_or(self.longest, |asked| asked.min(self.longest))))
    }
}

/// What a call takes of its connection, until its answer is sent or dropped.
#[derive(Debug)]
pub(super) struct Slot {
    _place: OwnedSemaphorePermit,
    _in_flight: Option<InFlight>,
}

/// What a call takes of its connection, and of the server while it is worked on. Health takes nothing
/// of that.
type Admitted = (Slot, Option<OwnedSemaphorePermit>);

impl<S, B> Service<Request<B>> for Calls<S>
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
            return Box::pin(async { Ok(not_grpc()) });
        }
        let name = self.name;
        let refuse = move |failure: Failure| {
            status::from_failure(failure, &format!("{name}.csp")).into_http()
        };
        let ((slot, work_place), time) = match self.check(&request) {
            Ok(admitted) => admitted,
            Err(failure) => return Box::pin(async move { Ok(refuse(failure)) }),
        };
        let path = request.uri().path();
        let (streams, watches) = (path.starts_with(STREAMS), path.starts_with(HEALTH));
        let mut inner = self.inner.clone();
        let work = async move {
            // Started in here, so that what it does at once is a part of the call, too.
            let answer = async move {
                let request = if streams { request.map(Body::new) } else { whole(request).await? };
                Ok(inner.call(request).await)
            };
            AssertUnwindSafe(answer).catch_unwind().await
        };
        Box::pin(async move {
            let answer = match deadline::within(time, work).await {
                Ok(Ok(Ok(answer))) => {
                    answer.map(|it| status::undecodable(it.headers()).map_or(it, refuse))
                }
                Ok(Ok(Err(failure))) => Ok(refuse(failure)),
                Ok(Err(_)) => Ok(refuse(Failure::bug("a call panicked"))),
                Err(deadline::OutOfTime) => Ok(refuse(Failure::OutOfTime)),
            };
            drop(work_place);
            if !watches {
                answer::begun();
            }
            answer.map(|it| it.map(|body| Body::new(Answer::new(body, slot))))
        })
    }
}

/// The request with its message read.
async fn whole<B>(request: Request<B>) -> Result<Request<Body>, Failure>
where
    B: http_body::Body<Data = Bytes, Error: Into<BoxError>>,
{
    let (head, body) = request.into_parts();
    let message = message::read(body).await?;
    Ok(Request::from_parts(head, Body::new(Full::new(message))))
}

/// Whether the request is one of gRPC with protobuf, the only form that is read here.
fn is_grpc(headers: &HeaderMap) -> bool {
    let form = headers.get(CONTENT_TYPE).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let form = form.split(';').next().unwrap_or_default().trim();
    ["application/grpc", "application/grpc+proto"].iter().any(|it| form.eq_ignore_ascii_case(it))
}

/// What gRPC asks servers to answer to anything else.
fn not_grpc() -> Response<Body> {
    let text = "this server takes gRPC only: content-type application/grpc\n";
    let mut answer = Response::new(Body::new(Full::from(text)));
    *answer.status_mut() = StatusCode::UNSUPPORTED_MEDIA_TYPE;
    answer
}

/// How long the caller waits, if it says so.
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
