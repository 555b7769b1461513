use ::metrics::names::{ERROR_TYPE, RPC_METHOD, RPC_STATUS, RPC_SYSTEM};
use opentelemetry::{KeyValue, StringValue};
use tonic::Code;
use tracing::{Span, field};
use types::{Clock, Stopwatch};

use crate::metrics::{CALLS_IN_FLIGHT, CLIENT_DURATIONS, SERVER_DURATIONS};

/// The side of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Server,
    Client,
}

/// The record of a call from its first byte to its status. A record that is dropped before counts as
/// cancelled, or as DEADLINE_EXCEEDED if the deadline of the surrounding call has passed.
#[derive(Debug)]
pub(crate) struct CallRecord {
    side: Side,
    method: StringValue,
    pub(crate) span: Span,
    watch: Stopwatch,
    ended: bool,
}

impl CallRecord {
    pub(crate) fn begin(side: Side, method: StringValue, span: Span) -> Self {
        let call = Self { side, method, span, watch: Clock::system().stopwatch(), ended: false };
        call.add_in_flight(1);
        call
    }

    /// Records how the call ended. Only the first end counts.
    pub(crate) fn end(&mut self, code: Code) {
        if std::mem::replace(&mut self.ended, true) {
            return;
        }
        let elapsed = self.watch.elapsed();
        let name = name(code);
        let mut attributes = vec![
            KeyValue::new(RPC_SYSTEM, "grpc"),
            KeyValue::new(RPC_METHOD, self.method.clone()),
            KeyValue::new(RPC_STATUS, name),
        ];
        if code != Code::Ok {
            attributes.push(KeyValue::new(ERROR_TYPE, name));
        }
        self.durations().record(elapsed.as_secs_f64(), &attributes);
        self.add_in_flight(-1);
        self.report(code, name, elapsed);
    }

    fn durations(&self) -> &'static opentelemetry::metrics::Histogram<f64> {
        match self.side {
            Side::Server => &SERVER_DURATIONS,
            Side::Client => &CLIENT_DURATIONS,
        }
    }

    fn add_in_flight(&self, change: i64) {
        if self.side == Side::Server {
            CALLS_IN_FLIGHT.add(change, &[KeyValue::new(RPC_METHOD, self.method.clone())]);
        }
    }

    /// Adds the outcome to the span and logs it.
    fn report(&self, code: Code, name: &'static str, elapsed: std::time::Duration) {
        self.span.record(RPC_STATUS, name);
        if code != Code::Ok {
            self.span.record(ERROR_TYPE, name);
        }
        if self.side == Side::Client && code != Code::Ok || is_fault(code) {
            self.span.record("otel.status_code", "ERROR");
        }
        let _inside = self.span.enter();
        let (method, side) = (self.method.as_str(), field::debug(self.side));
        match (self.side, code) {
            (Side::Server, Code::Internal) => {
                tracing::warn!(method, code = name, ?elapsed, side, "a call failed");
            }
            _ => tracing::debug!(method, code = name, ?elapsed, side, "a call ended"),
        }
    }
}

impl Drop for CallRecord {
    fn drop(&mut self) {
        self.end(if deadline::is_late() { Code::DeadlineExceeded } else { Code::Cancelled });
    }
}

/// Whether the code means a failure of the server, not of the request.
fn is_fault(code: Code) -> bool {
    matches!(
        code,
        Code::Unknown
            | Code::DeadlineExceeded
            | Code::Unimplemented
            | Code::Internal
            | Code::Unavailable
            | Code::DataLoss
    )
}

/// The name of a code in gRPC's specification.
fn name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}
