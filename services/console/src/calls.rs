//! The calls of one page to the services: counted, and within the deadline of the page.

use std::{
    future::Future,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use client::Cluster;
use tonic::{Request, Response, Status};

use crate::problem::Problem;

/// Most calls of one page.
const MAX_CALLS: u32 = 64;
/// How much earlier than the page a call times out, so that the page names the service.
const MARGIN: Duration = Duration::from_millis(100);

/// What the pages call.
#[derive(Debug)]
pub(crate) struct Calls {
    pub(crate) services: Cluster,
    made: AtomicU32,
}

impl Calls {
    pub(crate) fn new(services: Cluster) -> Self {
        Self { services, made: AtomicU32::new(0) }
    }

    /// The request of a call. Every call of a page gets its metadata here, so that credentials of the
    /// person who reads the page have one place to be passed on.
    pub(crate) fn request<T>(&self, message: T) -> Request<T> {
        let mut request = Request::new(message);
        if let Some(left) = deadline::left() {
            request.set_timeout(left.saturating_sub(MARGIN));
        }
        request
    }

    /// The answer of a call.
    pub(crate) async fn answer<T>(
        &self,
        service: &'static str,
        call: impl Future<Output = Result<Response<T>, Status>>,
    ) -> Result<T, Problem> {
        if self.made.fetch_add(1, Ordering::Relaxed) >= MAX_CALLS {
            return Err(Problem::TooManyCalls);
        }
        match call.await {
            Ok(response) => Ok(response.into_inner()),
            Err(status) => Err(Problem::of(service, status.into())),
        }
    }
}

/// Calls a method of a service: `read!(calls.ordering.get_order(request))`.
macro_rules! read {
    ($calls:ident.$service:ident.$method:ident($message:expr)) => {
        async {
            let mut service = $calls.services.$service.clone();
            let call = service.$method($calls.request($message));
            $calls.answer(stringify!($service), call).await
        }
    };
}
pub(crate) use read;

/// The resource of an answer. Services always send it.
pub(crate) fn sent<T>(service: &'static str, resource: Option<T>) -> Result<T, Problem> {
    let why = || "the answer lacks the resource".to_owned();
    resource.ok_or_else(|| Problem::Failed { service, why: why() })
}

/// Nothing instead of a resource that does not exist.
pub(crate) fn found<T>(answer: Result<T, Problem>) -> Result<Option<T>, Problem> {
    match answer {
        Ok(resource) => Ok(Some(resource)),
        Err(Problem::Missing(_)) => Ok(None),
        Err(problem) => Err(problem),
    }
}

/// Nothing instead of resources of which one does not exist, has no valid name, or is too large for a batch.
pub(crate) fn known<T>(answer: Result<T, Problem>) -> Result<Option<T>, Problem> {
    match answer {
        Err(Problem::Invalid(_)) => Ok(None),
        answer => found(answer),
    }
}
