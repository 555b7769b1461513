//! Log lines, with the ids of trace and span if there are any.

use std::{fmt, io::IsTerminal};

use opentelemetry::{
    Context,
    trace::{SpanContext, TraceContextExt},
};
use serde::Serialize;
use serde_json::{Map, Value};
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    EnvFilter, Layer,
    field::RecordFields,
    filter::{FilterExt, filter_fn},
    fmt::{
        FmtContext,
        format::{DefaultFields, FormatEvent, FormatFields, Writer},
    },
    registry::LookupSpan,
};
use types::Clock;

use crate::settings::{LogFormat, Settings};

/// Logs to standard error.
///
/// # Errors
/// An invalid filter, as text.
pub(crate) fn layer<S>(service: &'static str, settings: &Settings) -> Result<impl Layer<S>, String>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    let filter = EnvFilter::try_new(&settings.log)
        .map_err(|error| format!("log filter `{}`: {error}", settings.log))?;
    let lines = tracing_subscriber::fmt::layer()
        .with_ansi(settings.log_format == LogFormat::Human && std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .fmt_fields(NoSpanFields)
        .event_format(Lines { service, format: settings.log_format });
    // Invalid `baggage` of a caller is ignored, without a log line.
    let wanted = filter_fn(|it| !it.name().starts_with("BaggagePropagator."));
    Ok(lines.with_filter(filter.and(wanted)))
}

/// Omits the fields of spans from lines.
struct NoSpanFields;

impl<'writer> FormatFields<'writer> for NoSpanFields {
    fn format_fields<R: RecordFields>(&self, _: Writer<'writer>, _: R) -> fmt::Result {
        Ok(())
    }
}

struct Lines {
    service: &'static str,
    format: LogFormat,
}

impl<S, N> FormatEvent<S, N> for Lines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let span = Context::map_current(|it| it.span().span_context().clone());
        if self.format == LogFormat::Json {
            return writeln!(writer, "{}", json(self.service, event, &span)?);
        }
        let (level, target) = (event.metadata().level(), event.metadata().target());
        write!(writer, "{} {level:>5} {target}: ", Clock::system().now())?;
        DefaultFields::new().format_fields(writer.by_ref(), event)?;
        if span.is_valid() {
            write!(writer, " trace_id={} span_id={}", span.trace_id(), span.span_id())?;
        }
        writeln!(writer)
    }
}

#[derive(Serialize)]
struct Line<'a> {
    timestamp: String,
    level: &'a str,
    service: &'a str,
    target: &'a str,
    #[serde(skip_serializing_if = "Value::is_null")]
    message: Value,
    fields: Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    span_id: Option<String>,
}

fn json(service: &str, event: &Event<'_>, span: &SpanContext) -> Result<String, fmt::Error> {
    let mut fields = Fields::default();
    event.record(&mut fields);
    let line = Line {
        timestamp: Clock::system().now().to_string(),
        level: event.metadata().level().as_str(),
        service,
        target: event.metadata().target(),
        message: fields.0.remove("message").unwrap_or_default(),
        fields: fields.0,
        trace_id: span.is_valid().then(|| span.trace_id().to_string()),
        span_id: span.is_valid().then(|| span.span_id().to_string()),
    };
    serde_json::to_string(&line).map_err(|_| fmt::Error)
}

/// The fields of an event as JSON.
#[derive(Default)]
struct Fields(Map<String, Value>);

impl Fields {
    fn put(&mut self, field: &Field, value: impl Into<Value>) {
        self.0.insert(field.name().to_owned(), value.into());
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field, format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value);
    }
}
