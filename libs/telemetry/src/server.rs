use std::{
    pin::Pin,
    task::{Context, Poll},
};

use ::metrics::names;
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
    propagation,
};

/// Telemetry of incoming calls: a span, the number in flight, the duration, and a log line. Must be the
/// outermost layer, so that calls refused by other layers are included.
#[derive(Debug, Clone)]
pub struct TelemetryLayer(Methods);

impl TelemetryLayer {
    /// For a server with these methods. Any other method is recorded as `_OTHER`.
    #[must_use]
    pub fn new(methods: Methods) -> Self {
        Self(methods)
    }
}

impl<S> Layer<S> for TelemetryLayer {
    type Service = TelemetryService<S>;

    fn layer(&self, inner: S) -> TelemetryService<S> {
        TelemetryService { inner, methods: self.0.clone() }
    }
}

/// A service with telemetry.
#[derive(Debug, Clone)]
pub struct TelemetryService<S> {
    inner: S,
    methods: Methods,
}

impl<S, B> Service<Request<B>> for TelemetryService<S>
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

/// The span of a call, as a child of the caller's span. Health and reflection calls have no span,
/// because they would outnumber all others.
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
    // Fails only if tracing is off; then there is no span.
    let _ = span.set_parent(propagation::extract(request.headers()));
    span
}
