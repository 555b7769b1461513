//! W3C trace context in the headers `traceparent`, `tracestate` and `baggage`.

use http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::{
    Context,
    propagation::{Extractor, Injector, TextMapPropagator},
};
use opentelemetry_sdk::propagation::{BaggagePropagator, TraceContextPropagator};

/// The span and the baggage of the caller.
pub(crate) fn extract(headers: &HeaderMap) -> Context {
    let carrier = Headers(headers);
    let context = BaggagePropagator::new().extract_with_context(&Context::new(), &carrier);
    TraceContextPropagator::new().extract_with_context(&context, &carrier)
}

/// Propagates the current span to a peer.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn incoming_context_is_propagated() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
            ("tracestate", "vendor=opaque"),
            ("baggage", "tenant=a"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        let mut sent = HeaderMap::new();
        inject(&extract(&headers), &mut sent);
        assert_eq!(sent, headers);
    }

    #[test]
    fn without_a_trace_nothing_is_propagated() {
        let mut sent = HeaderMap::new();
        let broken = HeaderValue::from_static("00-nonsense");
        let headers = HeaderMap::from_iter([(HeaderName::from_static("traceparent"), broken)]);
        inject(&extract(&headers), &mut sent);
        assert!(!sent.contains_key("traceparent"));
    }
}
