//! B3 propagation, the predecessor of W3C Trace Context: one header or several.
//! <https://github.com/openzipkin/b3-propagation>

use http::HeaderMap;
use opentelemetry::trace::{SpanContext, SpanId, TraceFlags, TraceId, TraceState};

/// The caller's span, if the headers name one.
pub(crate) fn extract(headers: &HeaderMap) -> Option<SpanContext> {
    single(headers).or_else(|| several(headers))
}

/// `b3: {trace}-{span}[-{sampled}[-{parent}]]`
fn single(headers: &HeaderMap) -> Option<SpanContext> {
    let mut parts = text(headers, "b3")?.split('-');
    context(parts.next()?, parts.next()?, parts.next())
}

/// `x-b3-traceid`, `x-b3-spanid`, and `x-b3-sampled` or `x-b3-flags`.
fn several(headers: &HeaderMap) -> Option<SpanContext> {
    let debug = text(headers, "x-b3-flags") == Some("1");
    let sampled = if debug { Some("d") } else { text(headers, "x-b3-sampled") };
    context(text(headers, "x-b3-traceid")?, text(headers, "x-b3-spanid")?, sampled)
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// A trace id of 64 bits is the lower half of one of 128 bits. A trace without a sampling decision is
/// sampled.
fn context(trace: &str, span: &str, sampled: Option<&str>) -> Option<SpanContext> {
    let valid = |id: &str, lengths: &[usize]| {
        lengths.contains(&id.len()) && id.bytes().all(|it| it.is_ascii_hexdigit())
    };
    if !valid(trace, &[16, 32]) || !valid(span, &[16]) {
        return None;
    }
    let sampled = match sampled {
        Some("0" | "false") => false,
        None | Some("1" | "d" | "true") => true,
        Some(_) => return None,
    };
    let (trace, span) = (TraceId::from_hex(trace).ok()?, SpanId::from_hex(span).ok()?);
    let flags = TraceFlags::default().with_sampled(sampled);
    let context = SpanContext::new(trace, span, flags, true, TraceState::default());
    context.is_valid().then_some(context)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "80f198ee56343ba864fe8b2a57d3eff7";
    const SPAN: &str = "e457b5a2e4d86bd1";

    fn read(headers: &[(&'static str, String)]) -> Option<(String, String, bool)> {
        let headers = headers
            .iter()
            .map(|(name, value)| (http::HeaderName::from_static(name), value.parse().unwrap()));
        let found = extract(&headers.collect())?;
        let ids = (found.trace_id().to_string(), found.span_id().to_string());
        Some((ids.0, ids.1, found.is_sampled()))
    }

    #[test]
    fn one_header_and_several_are_equivalent() {
        for (sampled, expected) in [("1", true), ("d", true), ("0", false)] {
            let one = read(&[("b3", format!("{TRACE}-{SPAN}-{sampled}-05e3ac9a4f6e3b90"))]);
            assert_eq!(one, Some((TRACE.into(), SPAN.into(), expected)), "{sampled}");
        }
        for (name, value, expected) in
            [("x-b3-sampled", "1", true), ("x-b3-sampled", "0", false), ("x-b3-flags", "1", true)]
        {
            let (trace, span) = (TRACE.to_owned(), SPAN.to_owned());
            let headers = [("x-b3-traceid", trace), ("x-b3-spanid", span), (name, value.into())];
            assert_eq!(read(&headers), Some((TRACE.into(), SPAN.into(), expected)), "{name}");
        }
    }

    #[test]
    fn a_short_trace_id_is_the_lower_half() {
        let found = read(&[("b3", format!("64fe8b2a57d3eff7-{SPAN}"))]).unwrap();
        assert_eq!(found.0, "000000000000000064fe8b2a57d3eff7");
    }

    #[test]
    fn incomplete_headers_name_no_span() {
        let zero = "0".repeat(32);
        for value in
            ["0", "1", TRACE, "x-y", "-", &format!("{zero}-{SPAN}-1"), &format!("{TRACE}-{SPAN}-7")]
        {
            assert_eq!(read(&[("b3", value.to_owned())]), None, "{value}");
        }
        assert_eq!(read(&[("x-b3-spanid", SPAN.to_owned())]), None);
        assert_eq!(read(&[]), None);
    }
}
