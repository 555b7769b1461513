//! Logs for people, and traces over OTLP where an endpoint is configured.

use std::io::IsTerminal;

use http::HeaderMap;
use opentelemetry::{
    global,
    propagation::{Extractor, Injector},
    trace::TracerProvider,
};
use opentelemetry_otlp::WithExportConfig;
use opentelemetry_sdk::{Resource, propagation::TraceContextPropagator, trace::SdkTracerProvider};
use tonic::{
    Request, Status,
    metadata::{MetadataKey, MetadataMap},
    service::{Interceptor, interceptor::InterceptedService},
};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::{EnvFilter, Layer, layer::SubscriberExt, util::SubscriberInitExt};

/// What to log and where to send traces.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Filter in the form of `tracing_subscriber::EnvFilter`, such as `info`.
    pub log: String,
    /// OTLP endpoint, such as `http://localhost:4317`. Empty means no traces.
    pub otlp_endpoint: String,
}

/// Sends what is left of the traces when it is dropped.
#[derive(Debug)]
pub struct Telemetry(Option<SdkTracerProvider>);

impl Drop for Telemetry {
    fn drop(&mut self) {
        if let Some(provider) = self.0.take()
            && let Err(error) = provider.shutdown()
        {
            eprintln!("the last traces could not be sent: {error}");
        }
    }
}

/// Starts logging to standard error, and tracing if an endpoint is configured. Must run inside
/// a runtime.
///
/// # Errors
/// A filter or an endpoint that cannot be used, in words.
pub fn start(service: &'static str, settings: &Settings) -> Result<Telemetry, String> {
    let filter = EnvFilter::try_new(&settings.log)
        .map_err(|error| format!("log filter `{}`: {error}", settings.log))?;
    let provider = match settings.otlp_endpoint.as_str() {
        "" => None,
        endpoint => Some(provider(service, endpoint)?),
    };
    global::set_text_map_propagator(TraceContextPropagator::new());
    let traces = provider
        .as_ref()
        .map(|provider| tracing_opentelemetry::layer().with_tracer(provider.tracer("csp-channel")));
    let logs = tracing_subscriber::fmt::layer()
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .with_filter(filter);
    tracing_subscriber::registry()
        .with(traces.with_filter(EnvFilter::new("info,h2=off,hyper=off,tonic=off,tower=off")))
        .with(logs)
        .try_init()
        .map_err(|error| error.to_string())?;
    Ok(Telemetry(provider))
}

fn provider(service: &'static str, endpoint: &str) -> Result<SdkTracerProvider, String> {
    let exporter = opentelemetry_otlp::SpanExporter::builder()
        .with_tonic()
        .with_endpoint(endpoint)
        .build()
        .map_err(|error| format!("OTLP endpoint `{endpoint}`: {error}"))?;
    Ok(SdkTracerProvider::builder()
        .with_batch_exporter(exporter)
        .with_resource(Resource::builder().with_service_name(service).build())
        .build())
}

/// The span of a request that came in, as a child of the caller's (W3C `traceparent`).
pub(crate) fn server_span<B>(service: &'static str, request: &http::Request<B>) -> Span {
    let method = request.uri().path().trim_start_matches('/');
    let span = tracing::info_span!(
        "rpc",
        otel.name = method,
        otel.kind = "server",
        rpc.system.name = "grpc",
        rpc.method = method,
        service,
    );
    let caller = global::get_text_map_propagator(|it| it.extract(&Headers(request.headers())));
    // Fails only where no traces are collected, and then there is nothing to connect.
    let _ = span.set_parent(caller);
    span
}

/// A channel that tells the peer which trace a call belongs to.
pub type Traced = InterceptedService<peer::Channel, Inject>;

/// Wraps a channel so that every call carries the current span (W3C `traceparent`).
#[must_use]
pub fn traced(channel: peer::Channel) -> Traced {
    InterceptedService::new(channel, Inject)
}

/// Writes the current span into a request.
#[derive(Debug, Clone, Copy)]
pub struct Inject;

impl Interceptor for Inject {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        let context = Span::current().context();
        global::get_text_map_propagator(|it| {
            it.inject_context(&context, &mut Metadata(request.metadata_mut()));
        });
        Ok(request)
    }
}

struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).and_then(|value| value.to_str().ok())
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(http::HeaderName::as_str).collect()
    }
}

struct Metadata<'a>(&'a mut MetadataMap);

impl Injector for Metadata<'_> {
    fn set(&mut self, key: &str, value: String) {
        if let (Ok(key), Ok(value)) = (MetadataKey::from_bytes(key.as_bytes()), value.parse()) {
            self.0.insert(key, value);
        }
    }
}
