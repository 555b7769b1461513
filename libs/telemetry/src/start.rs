use std::{sync::mpsc, thread, time::Duration};

use ::metrics::{meter, names};
use opentelemetry::{KeyValue, global, trace::TracerProvider};
use opentelemetry_sdk::{metrics::SdkMeterProvider, trace::SdkTracerProvider};
use prometheus::{Registry, TextEncoder};
use tracing_subscriber::{EnvFilter, Layer, layer::SubscriberExt, util::SubscriberInitExt};
use types::Clock;

use crate::{
    export, logs,
    settings::{Build, Settings},
};

/// How long a stopping process waits for its last telemetry to be sent.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(2);
/// Filter of exported spans: ours, not those of transport libraries.
const SPANS: &str = "info,h2=off,hyper=off,opentelemetry=off,tonic=off,tower=off";

/// The telemetry of this process. Dropping it sends the remaining data, within 2 s.
#[derive(Debug)]
pub struct Telemetry {
    traces: SdkTracerProvider,
    metrics: Option<SdkMeterProvider>,
    endpoint: Option<MetricsEndpoint>,
}

/// All metrics for Prometheus.
#[derive(Debug, Clone)]
pub struct MetricsEndpoint(Registry);

impl MetricsEndpoint {
    /// The current metrics in Prometheus's text format.
    ///
    /// # Errors
    /// Metrics that cannot be encoded, as text.
    pub fn text(&self) -> Result<String, String> {
        let text = TextEncoder::new().encode_to_string(&self.0.gather());
        text.map_err(|error| error.to_string())
    }
}

impl Telemetry {
    /// The metrics for Prometheus, if the settings enable it.
    #[must_use]
    pub fn metrics_endpoint(&self) -> Option<MetricsEndpoint> {
        self.endpoint.clone()
    }
}

impl Drop for Telemetry {
    fn drop(&mut self) {
        let (traces, metrics) = (self.traces.clone(), self.metrics.take());
        let (traces_done, finished) = mpsc::channel();
        let metrics_done = traces_done.clone();
        let watch = Clock::system().stopwatch();
        thread::spawn(move || traces_done.send(traces.shutdown_with_timeout(FLUSH_TIMEOUT)));
        thread::spawn(move || metrics_done.send(metrics.map_or(Ok(()), |it| it.shutdown())));
        for _ in 0..2 {
            match finished.recv_timeout(FLUSH_TIMEOUT.saturating_sub(watch.elapsed())) {
                Ok(Ok(())) => {}
                Ok(Err(error)) => eprintln!("the last telemetry could not be sent: {error}"),
                Err(_) => return eprintln!("the last telemetry could not be sent in time"),
            }
        }
    }
}

/// Starts logs to standard error, traces and metrics. Must be called inside a runtime, one time per
/// process, before the first metric is recorded.
///
/// # Errors
/// An invalid filter or endpoint, as text.
pub fn start(
    service: &'static str,
    build: Build,
    settings: &Settings,
) -> Result<Telemetry, String> {
    let logs = logs::layer(service, settings)?;
    let resource = export::resource(service, build);
    let collector = settings.otlp_endpoint.0.as_deref();
    let traces = export::traces(resource.clone(), collector)?;
    let endpoint = settings.prometheus_listen.0.map(|_| MetricsEndpoint(Registry::new()));
    let metrics = export::metrics(resource, collector, endpoint.as_ref().map(|it| &it.0))?;
    let spans = tracing_opentelemetry::layer()
        .with_tracer(traces.tracer("csp-channel"))
        .with_location(false)
        .with_target(false)
        .with_threads(false)
        .with_tracked_inactivity(false);
    tracing_subscriber::registry()
        .with(spans.with_filter(EnvFilter::new(SPANS)))
        .with(logs)
        .try_init()
        .map_err(|error| error.to_string())?;
    if collector.is_some() {
        // Spans outside of the crate tracing are created only if a collector receives them.
        global::set_tracer_provider(traces.clone());
    }
    if let Some(metrics) = &metrics {
        global::set_meter_provider(metrics.clone());
    }
    record_build(build);
    Ok(Telemetry { traces, metrics, endpoint })
}

fn record_build(build: Build) {
    let meter = meter();
    let gauge =
        meter.u64_gauge(names::BUILD).with_description("Version and commit of the build.").build();
    gauge.record(
        1,
        &[KeyValue::new("version", build.version), KeyValue::new("commit", build.commit)],
    );
}
