use std::{
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use http::{HeaderValue, Request, Response, request::Parts};
use http_body_util::{BodyExt, Full};
use tokio::{
    sync::{Notify, watch},
    time::{Instant, sleep, timeout_at},
};
use tonic::{Status, body::Body};
use tower_service::Service;
use types::jitter;

use crate::{
    Credentials, Settings,
    address::{Address, NoResponse},
    attempt::Attempt,
    budget::Budget,
    caller,
    resolver::{Addresses, keep_resolving},
};

/// Most attempts of a call.
const ATTEMPTS: u32 = 3;
/// Pause before a call is retried, unless another address has not been tried.
const BACKOFF: Duration = Duration::from_millis(25);
/// How much later than this client the server times out, so that the client does first.
const SERVER_MARGIN: Duration = Duration::from_millis(5);
const TIMEOUT: &str = "grpc-timeout";

/// A channel to a service, for generated clients. Clones share connections, breakers and budget.
#[derive(Debug, Clone)]
pub struct Channel(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    timeout: Duration,
    credentials: Credentials,
    addresses: watch::Receiver<Addresses>,
    resolve: Arc<Notify>,
    budget: Budget,
    turn: AtomicUsize,
}

impl Channel {
    /// Starts to resolve the addresses; connects on first use. Must be called inside a runtime.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let (sender, addresses) = watch::channel(Addresses::default());
        let resolve = Arc::new(Notify::new());
        let (timeout, credentials) = (settings.timeout, settings.credentials.clone());
        deadline::spawn(keep_resolving(settings, sender, resolve.clone()));
        let (budget, turn) = (Budget::full(), AtomicUsize::new(0));
        Self(Arc::new(Shared { timeout, credentials, addresses, resolve, budget, turn }))
    }
}

impl Service<Request<Body>> for Channel {
    type Response = Response<Body>;
    type Error = Status;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Status>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Status>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let shared = self.0.clone();
        Box::pin(async move { shared.send(request).await })
    }
}

impl Shared {
    /// Sends a call until a server answers, at most [`ATTEMPTS`] times.
    async fn send(&self, request: Request<Body>) -> Result<Response<Body>, Status> {
        let (mut head, body) = request.into_parts();
        self.credentials.add_to(&mut head.headers);
        caller::add_to(&mut head.headers);
        let body = Full::new(body.collect().await?.to_bytes());
        let requested =
            head.headers.get(TIMEOUT).and_then(|it| deadline::read_timeout(it.to_str().ok()?));
        let shortest = [requested, deadline::left()].into_iter().flatten().min();
        let time = shortest.map_or(self.timeout, |shortest| shortest.min(self.timeout));
        let deadline = Instant::now() + time;
        let mut last = None;
        let mut count = 1;
        loop {
            let others = self.addresses.borrow().len() > 1 && last.is_none();
            let (no_response, again) = match self.pick(last.as_ref(), deadline).await? {
                // A call in flight may be about to close a breaker.
                None => (NoResponse::unsent("no address answers: every breaker is open"), true),
                Some(mut attempt) => {
                    let request = request_with(&head, Body::new(body.clone()), deadline);
                    let sent = timeout_at(deadline, attempt.send(request)).await;
                    last = Some(attempt.address.clone());
                    match sent {
                        Ok(Ok(answer)) => {
                            self.budget.earn();
                            return Ok(answer);
                        }
                        Ok(Err(no_response)) => (no_response, !others),
                        Err(_) => return Err(Status::deadline_exceeded("no answer in time")),
                    }
                }
            };
            self.resolve.notify_one();
            let may_retry = !no_response.sent || self.budget.spend();
            if !may_retry || count == ATTEMPTS || Instant::now() >= deadline {
                return Err(no_response.why);
            }
            let (at, why) = (last.as_ref().map(|it| it.at), no_response.why.message());
            tracing::info!(
                at = at.map(tracing::field::display),
                method = head.uri.path(),
                why,
                "no answer, retrying"
            );
            if again {
                sleep(jitter(BACKOFF * count, 50)).await;
            }
            count += 1;
        }
    }

    /// The address with the fewest calls in flight whose breaker admits the call; the last one only if
    /// there is no other. `None` if every breaker is open.
    async fn pick(
        &self,
        last: Option<&Arc<Address>>,
        deadline: Instant,
    ) -> Result<Option<Attempt>, Status> {
        let mut resolved = self.addresses.clone();
        let known = timeout_at(deadline, resolved.wait_for(|it| !it.is_empty())).await;
        let known = match known {
            Ok(Ok(known)) => known.clone(),
            _ => return Err(Status::unavailable("the service's name has not resolved")),
        };
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let mut order: Vec<_> =
            (0..known.len()).map(|at| &known[(at + turn) % known.len()]).collect();
        let is_last = |it: &Arc<Address>| last.is_some_and(|last| Arc::ptr_eq(last, it));
        order.sort_by_key(|it| (is_last(it), it.is_over_capacity(), it.load()));
        let admit = |it: &Arc<Address>| Some((it.clone(), it.breaker.admit()?));
        let admitted = order.into_iter().find_map(admit);
        Ok(admitted.map(|(address, permit)| Attempt::new(address, permit, self.timeout / 4)))
    }
}

/// A copy of the request, with the remaining time as its timeout.
fn request_with(head: &Parts, body: Body, deadline: Instant) -> Request<Body> {
    let mut request = Request::new(body);
    *request.method_mut() = head.method.clone();
    *request.uri_mut() = head.uri.clone();
    *request.version_mut() = head.version;
    *request.headers_mut() = head.headers.clone();
    *request.extensions_mut() = head.extensions.clone();
    let left = deadline.saturating_duration_since(Instant::now());
    let millis = (left + SERVER_MARGIN).as_millis().min(99_999_999);
    if let Ok(value) = HeaderValue::try_from(format!("{millis}m")) {
        request.headers_mut().insert(TIMEOUT, value);
    }
    request
}
