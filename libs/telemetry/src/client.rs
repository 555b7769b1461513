use std::{
    error::Error,
    pin::Pin,
    task::{Context, Poll},
};

use http::{Request, Response};
use tonic::{Code, Status, TimeoutExpired, body::Body};
use tower_service::Service;
use tracing::{Span, field};
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::{
    call::{CallRecord, Side},
    propagation,
};

type BoxError = Box<dyn Error + Send + Sync>;

/// A channel with telemetry: each call has a span and a duration, and propagates its trace to the
/// peer.
#[derive(Debug, Clone)]
pub struct Traced<S>(S);

/// Adds telemetry to a channel.
#[must_use]
pub const fn traced<S>(channel: S) -> Traced<S> {
    Traced(channel)
}

impl<S> Service<Request<Body>> for Traced<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error: Into<BoxError>>,
    S::Future: Send + 'static,
{
    type Response = Response<Body>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, BoxError>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.0.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        // Generated clients call known methods only, so the number of names is bounded.
        let method = request.uri().path().trim_start_matches('/').to_owned();
        let span = span(&method);
        propagation::inject(&span.context(), request.headers_mut());
        let call = CallRecord::begin(Side::Client, method.into(), span.clone());
        let answer = span.in_scope(|| self.0.call(request));
        Box::pin(call.answered(async { answer.await.map_err(Into::into) }, code_of))
    }
}

fn span(method: &str) -> Span {
    tracing::info_span!(
        "call",
        otel.name = method,
        otel.kind = "client",
        otel.status_code = field::Empty,
        rpc.system.name = "grpc",
        rpc.method = method,
        rpc.response.status_code = field::Empty,
        error.type = field::Empty,
    )
}

/// The code of a call that got no answer.
fn code_of(error: &BoxError) -> Code {
    let mut cause: Option<&(dyn Error + 'static)> = Some(&**error);
    while let Some(error) = cause {
        if let Some(status) = error.downcast_ref::<Status>() {
            return status.code();
        }
        if error.is::<TimeoutExpired>() {
            return Code::DeadlineExceeded;
        }
        cause = error.source();
    }
    Code::Unavailable
}
