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
use kernel::jitter;
use tokio::{
    sync::{Notify, watch},
    time::{Instant, sleep, timeout_at},
};
use tonic::{Status, body::Body};
use tower_service::Service;

use crate::{
    Settings,
    address::{Address, Unanswered},
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
        task::spawn(keep_resolving(settings, told, resolve.clone()));
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
        let asked = head.headers.get(TIMEOUT).and_then(|it| task::read_timeout(it.to_str().ok()?));
        let least = [asked, task::left()].into_iter().flatten().min();
        let time = least.map_or(self.timeout, |least| least.min(self.timeout));
        let deadline = Instant::now() + time;
        let mut last = None;
        let mut attempt = 1;
        loop {
            let address = self.pick(last.as_ref(), deadline).await?;
            let request = again(&head, Body::new(body.clone()), deadline);
            let unanswered = match timeout_at(deadline, address.call(request)).await {
                Ok(Ok(answer)) => {
                    address.breaker.answered();
                    self.budget.earn();
                    return Ok(answer);
                }
                Ok(Err(unanswered)) => unanswered,
                Err(_) => {
                    Unanswered { why: Status::deadline_exceeded("no answer came"), sent: true }
                }
            };
            self.note(&address, &unanswered.why, time);
            let may_again = !unanswered.sent || self.budget.spend();
            if !may_again || attempt == ATTEMPTS || Instant::now() >= deadline {
                return Err(unanswered.why);
            }
            if self.addresses.borrow().len() == 1 {
                sleep(jitter(BACKOFF * attempt, 50)).await;
            }
            attempt += 1;
            last = Some(address);
        }
    }

    /// Notes that an address did not answer, unless that was for want of the caller's time.
    fn note(&self, address: &Address, why: &Status, time: Duration) {
        self.resolve.notify_one();
        let in_time = why.code() == tonic::Code::DeadlineExceeded && time < self.timeout;
        if !in_time && address.breaker.failed() {
            tracing::warn!(at = %address.at, %why, "a peer does not answer and is left alone");
        }
    }

    /// The least busy address that works, but not the last one if there is another.
    async fn pick(
        &self,
        last: Option<&Arc<Address>>,
        deadline: Instant,
    ) -> Result<Arc<Address>, Status> {
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
        order.sort_by_key(|it| (is_last(it), it.load()));
        let open = order.into_iter().find(|it| it.breaker.allows());
        open.cloned().ok_or_else(|| Status::unavailable("no address has answered lately"))
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
