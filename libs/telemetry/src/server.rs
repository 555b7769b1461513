use std::{
    pin::Pin,
    task::{Context, Poll},
};

use http::{Request, Response};
use opentelemetry::StringValue;
use tonic::{Code, body::Body};
use tower_layer::Layer;
use tower_service::Service;
use tracing::{Span, field};
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::{
    call::{CallRecord, Side},
    methods::Methods,
    names, propagation,
};

/// Sees every call that comes in: opens its span, counts it, measures it, and logs its end. To be
/// the outermost layer, so that what others refuse is seen too.
#[derive(Debug, Clone)]
pub struct Observe(Methods);

impl Observe {
    /// For a server that has these methods. Any other is `_OTHER`.
    #[must_use]
    pub fn new(methods: Methods) -> Self {
        Self(methods)
    }
}

impl<S> Layer<S> for Observe {
    type Service = Observed<S>;

    fn layer(&self, inner: S) -> Observed<S> {
        Observed { inner, methods: self.0.clone() }
    }
}

/// A service whose calls are seen.
#[derive(Debug, Clone)]
pub struct Observed<S> {
    inner: S,
    methods: Methods,
}

impl<S, B> Service<Request<B>> for Observed<S>
where
    S: Service<Request<B>, Response = Response<Body>, Error: 'static, Future: Send + 'static>,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let method = self.methods.at(request.uri().path());
        let span = span(method.as_ref(), &request);
        let method = method.unwrap_or_else(|| names::OTHER.into());
        let call = CallRecord::begin(Side::Server, method, span.clone());
        let answer = span.in_scope(|| self.inner.call(request));
        Box::pin(call.answered(answer, |_| Code::Unknown))
    }
}

/// The span of a call, as a child of the caller's. None for health and reflection, which would
/// drown the others.
fn span<B>(method: Option<&StringValue>, request: &Request<B>) -> Span {
    if method.is_some_and(|it| it.as_str().starts_with("grpc.")) {
        return Span::none();
    }
    let name = method.map_or(names::OTHER, StringValue::as_str);
    let span = tracing::info_span!(
        "call",
        otel.name = name,
        otel.kind = "server",
        otel.status_code = field::Empty,
        rpc.system.name = "grpc",
        rpc.method = name,
        rpc.method_original = field::Empty,
        rpc.response.status_code = field::Empty,
        error.type = field::Empty,
    );
    if method.is_none() {
        span.record(names::RPC_METHOD_ORIGINAL, request.uri().path().trim_start_matches('/'));
    }
    // Fails only where nobody follows traces, and then there is nothing to connect.
    let _ = span.set_parent(propagation::extract(request.headers()));
    span
}
