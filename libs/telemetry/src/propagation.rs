//! Which trace a call belongs to, in its headers: W3C `traceparent`, `tracestate` and `baggage`
//! in and out, B3 in.

use http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::{
    Context,
    propagation::{Extractor, Injector, TextMapPropagator},
    trace::TraceContextExt,
};
use opentelemetry_sdk::propagation::{BaggagePropagator, TraceContextPropagator};

use crate::b3;

/// The span and the baggage of a caller. W3C counts where both are there.
pub(crate) fn extract(headers: &HeaderMap) -> Context {
    let carrier = Headers(headers);
    let context = BaggagePropagator::new().extract_with_context(&Context::new(), &carrier);
    let context = TraceContextPropagator::new().extract_with_context(&context, &carrier);
    match b3::extract(headers) {
        Some(caller) if !context.has_active_span() => context.with_remote_span_context(caller),
        _ => context,
    }
}

/// Tells a peer which span calls it.
pub(crate) fn inject(context: &Context, headers: &mut HeaderMap) {
    let mut carrier = HeadersMut(headers);
    TraceContextPropagator::new().inject_context(context, &mut carrier);
    BaggagePropagator::new().inject_context(context, &mut carrier);
}

struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).and_then(|value| value.to_str().ok())
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(HeaderName::as_str).collect()
    }
}

struct HeadersMut<'a>(&'a mut HeaderMap);

impl Injector for HeadersMut<'_> {
    fn set(&mut self, key: &str, value: String) {
        if let (Ok(key), Ok(value)) =
            (HeaderName::from_bytes(key.as_bytes()), HeaderValue::try_from(value))
        {
            self.0.insert(key, value);
        }
    }
}
