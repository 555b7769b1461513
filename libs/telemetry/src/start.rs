use std::{sync::mpsc, thread, time::Duration};

use opentelemetry::{KeyValue, global, trace::TracerProvider};
use opentelemetry_sdk::{metrics::SdkMeterProvider, trace::SdkTracerProvider};
use prometheus::{Registry, TextEncoder};
use tracing_subscriber::{EnvFilter, Layer, layer::SubscriberExt, util::SubscriberInitExt};
use types::Clock;

use crate::{
    export, logs, metrics, names,
    settings::{Build, Settings},
};

/// How long the end of the process may wait until the last of it is sent.
const FLUSH: Duration = Duration::from_secs(2);
/// Whose spans are told: ours, not those of the libraries that carry calls and statements.
const SPANS: &str = "info,h2=off,hyper=off,opentelemetry=off,tonic=off,tower=off";

/// The telemetry of this process. Sends what is left when it is dropped, for 2 s at most.
#[derive(Debug)]
pub struct Telemetry {
    traces: SdkTracerProvider,
    metrics: Option<SdkMeterProvider>,
    page: Option<MetricsEndpoint>,
}

/// All metrics as Prometheus reads them.
#[derive(Debug, Clone)]
pub struct MetricsEndpoint(Registry);

impl MetricsEndpoint {
    /// The page as it is now.
    ///
    /// # Errors
    /// Metrics that have no such form, in words.
    pub fn text(&self) -> Result<String, String> {
        let text = TextEncoder::new().encode_to_string(&self.0.gather());
        text.map_err(|error| error.to_string())
    }
}

impl Telemetry {
    /// The page for Prometheus, where one is asked for.
    #[must_use]
    pub fn page(&self) -> Option<MetricsEndpoint> {
        self.page.clone()
    }
}

impl Drop for Telemetry {
    fn drop(&mut self) {
        let (traces, metrics) = (self.traces.clone(), self.metrics.take());
        let (traces_done, finished) = mpsc::channel();
        let metrics_done = traces_done.clone();
        let watch = Clock::system().stopwatch();
        thread::spawn(move || traces_done.send(traces.shutdown_with_timeout(FLUSH)));
        thread::spawn(move || metrics_done.send(metrics.map_or(Ok(()), |it| it.shutdown())));
        for _ in 0..2 {
            match finished.recv_timeout(FLUSH.saturating_sub(watch.elapsed())) {
                Ok(Ok(())) => {}
                Ok(Err(error)) => eprintln!("the last telemetry could not be sent: {error}"),
                Err(_) => return eprintln!("the last telemetry could not be sent in time"),
            }
        }
    }
}

/// Starts logging to standard error, traces and metrics. Must run inside a runtime, once a
/// process, before anything is measured.
///
/// # Errors
/// A filter or an endpoint that cannot be used, in words.
pub fn start(
    service: &'static str,
    build: Build,
    settings: &Settings,
) -> Result<Telemetry, String> {
    let logs = logs::layer(service, settings)?;
    let resource = export::resource(service, build);
    let collector = settings.otlp_endpoint.0.as_deref();
    let traces = export::traces(resource.clone(), collector)?;
    let page = settings.prometheus_listen.0.map(|_| MetricsEndpoint(Registry::new()));
    let metrics = export::metrics(resource, collector, page.as_ref().map(|it| &it.0))?;
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
        // Others than tracing make spans only where somebody takes them.
        global::set_tracer_provider(traces.clone());
    }
    if let Some(metrics) = &metrics {
        global::set_meter_provider(metrics.clone());
    }
    tell_build(build);
    Ok(Telemetry { traces, metrics, page })
}

fn tell_build(build: Build) {
    let meter = metrics::meter();
    let gauge = meter.u64_gauge(names::BUILD).with_description("What was built.").build();
    gauge.record(
        1,
        &[KeyValue::new("version", build.version), KeyValue::new("commit", build.commit)],
    );
}
