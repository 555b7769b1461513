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

use bytes::Bytes;
use failure::{Failure, FieldViolation};
use futures_util::FutureExt;
use http::{HeaderMap, Request, Response};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::sleep,
};
use tonic::body::Body;
use tower_service::Service;

use super::message::Message;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Calls that are answered however busy the server is.
const HEALTH: &str = "/grpc.health.v1.Health/";
/// Services whose requests may be streams.
const STREAMS: &str = "/grpc.";
const TIMEOUT: &str = "grpc-timeout";
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// Lets as many calls in as there is room for, and ends those whose time is up.
#[derive(Debug, Clone)]
pub(super) struct Calls<S> {
    inner: S,
    name: &'static str,
    longest: Duration,
    room: Room,
    /// What of it one connection may take.
    share: Room,
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

    fn enter(&self) -> Result<OwnedSemaphorePermit, Failure> {
        let Self { of, limit, .. } = *self;
        self.places.clone().try_acquire_owned().map_err(|_| Failure::Overloaded { of, limit })
    }
}

impl<S> Calls<S> {
    pub(super) fn new(
        inner: S,
        name: &'static str,
        limit: usize,
        limit_of_connection: usize,
        longest: Duration,
    ) -> Self {
        let room = Room::new("server", limit);
        let share = Room::new("connection", limit_of_connection);
        Self { inner, name, longest, room, share }
    }

    /// The same service for one connection.
    pub(super) fn of_one_connection(self) -> Self {
        Self { share: Room::new(self.share.of, self.share.limit), ..self }
    }

    /// The same service, which answers health only.
    pub(super) fn without_room(self) -> Self {
        let places = Arc::new(Semaphore::new(0));
        Self { room: Room { places, ..self.room }, ..self }
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

    fn admit(&self, path: &str) -> Result<Option<Slot>, Failure> {
        if path.starts_with(HEALTH) {
            return Ok(None);
        }
        Ok(Some([self.share.enter()?, self.room.enter()?]))
    }

    /// A slot, and the time that there is.
    fn check<B>(&self, request: &Request<B>) -> Result<(Option<Slot>, Duration), Failure> {
        let slot = self.admit(request.uri().path())?;
        let asked = timeout(request.headers())?;
        Ok((slot, asked.map_or(self.longest, |asked| asked.min(self.longest))))
    }
}

/// A place in the share of a connection, and one in the room.
type Slot = [OwnedSemaphorePermit; 2];

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
        let name = self.name;
        let refuse =
            move |failure: Failure| failure.into_status(&format!("{name}.csp")).into_http();
        let (slot, time) = match self.check(&request) {
            Ok(admitted) => admitted,
            Err(failure) => return Box::pin(async move { Ok(refuse(failure)) }),
        };
        let request = match request.uri().path().starts_with(STREAMS) {
            true => request.map(Body::new),
            false => request.map(|body| Body::new(Message::new(body, name))),
        };
        let mut inner = self.inner.clone();
        let work = async move {
            // Started in here, so that what it does at once is a part of the call, too.
            let answer = async move { inner.call(request).await };
            AssertUnwindSafe(answer).catch_unwind().await
        };
        Box::pin(async move {
            let answer = match task::within(time, work).await {
                Ok(Ok(answer)) => answer.map(|it| Failure::unread(it.headers()).map_or(it, refuse)),
                Ok(Err(_)) => Ok(refuse(Failure::bug("a call panicked"))),
                Err(task::OutOfTime) => Ok(refuse(Failure::OutOfTime)),
            };
            drop(slot);
            answer
        })
    }
}

/// How long the caller waits, if it says so.
fn timeout(headers: &HeaderMap) -> Result<Option<Duration>, Failure> {
    let Some(value) = headers.get(TIMEOUT) else { return Ok(None) };
    let read = value.to_str().ok().and_then(task::read_timeout).map(Some);
    read.ok_or_else(|| {
        let description = "is not 1 to 8 digits and one of the units H, M, S, m, u, n";
        let (field, description) = (TIMEOUT.to_owned(), description.to_owned());
        Failure::Invalid(vec![FieldViolation { field, description }])
    })
}

#[cfg(test)]
mod tests;
