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
    Settings,
    address::Address,
    attempt::Attempt,
    budget::Budget,
    resolver::{Addresses, keep_resolving},
};

/// How often a call is sent at most.
const ATTEMPTS: u32 = 3;
/// Pause before a call is sent again to the address that did not answer it.
const BACKOFF: Duration = Duration::from_millis(25);
/// How much later than this side the other may give up, so that it is this side that does.
const BEHIND_US: Duration = Duration::from_millis(5);
const TIMEOUT: &str = "grpc-timeout";

/// A service that can be called, for the generated clients. Clones share everything.
#[derive(Debug, Clone)]
pub struct Channel(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    timeout: Duration,
    addresses: watch::Receiver<Addresses>,
    resolve: Arc<Notify>,
    budget: Budget,
    turn: AtomicUsize,
}

impl Channel {
    /// Begins to resolve the addresses, and connects when it is first used. Must run inside a
    /// runtime.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let (told, addresses) = watch::channel(Addresses::default());
        let resolve = Arc::new(Notify::new());
        let timeout = settings.timeout;
        deadline::spawn(keep_resolving(settings, told, resolve.clone()));
        let (budget, turn) = (Budget::full(), AtomicUsize::new(0));
        Self(Arc::new(Shared { timeout, addresses, resolve, budget, turn }))
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
    /// Sends a call until something answers, at most [`ATTEMPTS`] times.
    async fn send(&self, request: Request<Body>) -> Result<Response<Body>, Status> {
        let (head, body) = request.into_parts();
        let body = Full::new(body.collect().await?.to_bytes());
        let asked =
            head.headers.get(TIMEOUT).and_then(|it| deadline::read_timeout(it.to_str().ok()?));
        let least = [asked, deadline::left()].into_iter().flatten().min();
        let time = least.map_or(self.timeout, |least| least.min(self.timeout));
        let deadline = Instant::now() + time;
        let mut last = None;
        let mut count = 1;
        loop {
            let mut attempt = self.pick(last.as_ref(), deadline).await?;
            let request = again(&head, Body::new(body.clone()), deadline);
            let no_response = match timeout_at(deadline, attempt.send(request)).await {
                Ok(Ok(answer)) => {
                    self.budget.earn();
                    return Ok(answer);
                }
                Ok(Err(no_response)) => no_response,
                Err(_) => return Err(Status::deadline_exceeded("no answer came in time")),
            };
            self.resolve.notify_one();
            let may_again = !no_response.sent || self.budget.spend();
            if !may_again || count == ATTEMPTS || Instant::now() >= deadline {
                return Err(no_response.why);
            }
            let (at, why) = (attempt.address.at, no_response.why.message());
            tracing::info!(%at, method = head.uri.path(), why, "not answered, trying again");
            if self.addresses.borrow().len() == 1 {
                sleep(jitter(BACKOFF * count, 50)).await;
            }
            count += 1;
            last = Some(attempt.address.clone());
        }
    }

    /// The least busy address that works, but not the last one if there is another.
    async fn pick(
        &self,
        last: Option<&Arc<Address>>,
        deadline: Instant,
    ) -> Result<Attempt, Status> {
        let mut resolved = self.addresses.clone();
        let known = timeout_at(deadline, resolved.wait_for(|it| !it.is_empty())).await;
        let known = match known {
            Ok(Ok(known)) => known.clone(),
            _ => return Err(Status::unavailable("no address is known")),
        };
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let mut order: Vec<_> =
            (0..known.len()).map(|at| &known[(at + turn) % known.len()]).collect();
        let is_last = |it: &Arc<Address>| last.is_some_and(|last| Arc::ptr_eq(last, it));
        order.sort_by_key(|it| (is_last(it), it.is_full(), it.load()));
        let admit = |it: &Arc<Address>| Some((it.clone(), it.breaker.admit()?));
        let (address, permit) = order
            .into_iter()
            .find_map(admit)
            .ok_or_else(|| Status::unavailable("no address has answered lately"))?;
        Ok(Attempt::new(address, permit, self.timeout / 4))
    }
}

/// The same call, with what is left of its time.
fn again(head: &Parts, body: Body, deadline: Instant) -> Request<Body> {
    let mut request = Request::new(body);
    *request.method_mut() = head.method.clone();
    *request.uri_mut() = head.uri.clone();
    *request.version_mut() = head.version;
    *request.headers_mut() = head.headers.clone();
    *request.extensions_mut() = head.extensions.clone();
    let left = deadline.saturating_duration_since(Instant::now());
    let millis = (left + BEHIND_US).as_millis().min(99_999_999);
    if let Ok(value) = HeaderValue::try_from(format!("{millis}m")) {
        request.headers_mut().insert(TIMEOUT, value);
    }
    request
}
