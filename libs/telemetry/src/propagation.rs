//! W3C trace context in the headers `traceparent`, `tracestate` and `baggage`.

use http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::{
    Context,
    propagation::{Extractor, Injector, TextMapPropagator},
};
use opentelemetry_sdk::propagation::{BaggagePropagator, TraceContextPropagator};

const TRACEPARENT: &str = "traceparent";

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
        let value = self.0.get(key)?.to_str().ok()?;
        (key != TRACEPARENT || is_traceparent(value)).then_some(value)
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(HeaderName::as_str).collect()
    }
}

/// Whether a `traceparent` has the form of W3C. The SDK also accepts shorter numbers, which others would
/// ignore, so that a trace would fall apart.
fn is_traceparent(value: &str) -> bool {
    let lower_hex = |text: &str| text.bytes().all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'));
    let parts: Vec<_> = value.splitn(5, '-').collect();
    let lengths: Vec<_> = parts.iter().take(4).map(|part| part.len()).collect();
    // Later versions may have more fields.
    let whole = parts.len() == 4 || parts.first() != Some(&"00");
    lengths == [2, 32, 16, 2] && parts.iter().take(4).all(|part| lower_hex(part)) && whole
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

    /// Most bytes of all headers that are sent on. Those of a request have 16 KiB.
    const LONGEST: usize = 64 * 1024;

    #[test]
    fn fuzzing() {
        let names = ["traceparent", "tracestate", "baggage"].map(HeaderName::from_static);
        fuzz::run(concat!(env!("CARGO_MANIFEST_DIR"), "/corpus/headers.txt"), |input| {
            let values = input.split(|byte| *byte == b'\n');
            let values = values.map(|it| HeaderValue::from_bytes(&it[..it.len().min(16 * 1024)]));
            let headers = names.iter().zip(values);
            let headers = headers.filter_map(|(name, value)| Some((name.clone(), value.ok()?)));
            let headers: HeaderMap = headers.collect();
            let (mut sent, mut again) = (HeaderMap::new(), HeaderMap::new());
            inject(&extract(&headers), &mut sent);
            inject(&extract(&sent), &mut again);
            // The trace that is sent on is that of the caller, and does not change from hop to hop.
            assert_eq!(again.get(&names[0]), sent.get(&names[0]));
            assert_eq!(again.get(&names[1]), sent.get(&names[1]));
            if let Some(parent) = sent.get(&names[0]) {
                let trace = |value: &HeaderValue| value.as_bytes()[3..52].to_owned();
                assert_eq!(trace(parent), trace(&headers[&names[0]]));
            }
            let length: usize = sent.values().map(HeaderValue::len).sum();
            assert!(length <= LONGEST, "{length} bytes");
            let sent: Vec<_> = sent.keys().map(HeaderName::as_str).collect();
            sent.join(" ")
        });
    }
}
