//! Exports traces and metrics: to a collector over OTLP, and metrics to Prometheus.

use std::{collections::HashSet, time::Duration};

use opentelemetry::{Key, KeyValue};
use opentelemetry_otlp::{MetricExporter, SpanExporter, WithExportConfig};
use opentelemetry_prometheus::ResourceSelector;
use opentelemetry_sdk::{
    Resource,
    metrics::{MeterProviderBuilder, SdkMeterProvider},
    trace::SdkTracerProvider,
};
use prometheus::Registry;
use types::Clock;

use crate::settings::Build;

/// Timeout of one export to the collector.
const EXPORT_TIMEOUT: Duration = Duration::from_secs(3);

const SERVICE_NAME: &str = "service.name";
const INSTANCE_ID: &str = "service.instance.id";

/// The resource attributes of this process. `OTEL_RESOURCE_ATTRIBUTES` can add some and set the
/// instance id.
pub(crate) fn resource(service: &'static str, build: Build) -> Resource {
    let named = Resource::builder().build().get(&Key::new(INSTANCE_ID));
    let instance = named.unwrap_or_else(|| Clock::system().new_uid().to_string().into());
    Resource::builder()
        .with_service_name(service)
        .with_attribute(KeyValue::new("service.version", build.version))
        .with_attribute(KeyValue::new(INSTANCE_ID, instance))
        .build()
}

/// Exports the spans that `OTEL_TRACES_SAMPLER` samples. Without a collector spans still have ids, for
/// logs and for peers.
pub(crate) fn traces(
    resource: Resource,
    collector: Option<&str>,
) -> Result<SdkTracerProvider, String> {
    let mut builder = SdkTracerProvider::builder().with_resource(resource);
    if let Some(collector) = collector {
        let exporter = SpanExporter::builder().with_tonic().with_endpoint(collector);
        let exporter = exporter.with_timeout(EXPORT_TIMEOUT).build();
        let exporter = exporter.map_err(|error| format!("OTLP endpoint `{collector}`: {error}"))?;
        builder = builder.with_batch_exporter(exporter);
    }
    Ok(builder.build())
}

/// Collects metrics for the collector, Prometheus, or both; `None` without either.
pub(crate) fn metrics(
    resource: Resource,
    collector: Option<&str>,
    registry: Option<&Registry>,
) -> Result<Option<SdkMeterProvider>, String> {
    if collector.is_none() && registry.is_none() {
        return Ok(None);
    }
    let mut builder = SdkMeterProvider::builder().with_resource(resource);
    if let Some(collector) = collector {
        let exporter = MetricExporter::builder().with_tonic().with_endpoint(collector);
        let exporter = exporter.with_timeout(EXPORT_TIMEOUT).build();
        let exporter = exporter.map_err(|error| format!("OTLP endpoint `{collector}`: {error}"))?;
        builder = builder.with_periodic_exporter(exporter);
    }
    if let Some(registry) = registry {
        builder = with_prometheus(builder, registry)?;
    }
    Ok(Some(builder.build()))
}

/// Every series has the label `service_name`.
fn with_prometheus(
    builder: MeterProviderBuilder,
    registry: &Registry,
) -> Result<MeterProviderBuilder, String> {
    let exporter = opentelemetry_prometheus::exporter()
        .with_registry(registry.clone())
        .scope_info_enabled(false)
        .with_resource_selector(ResourceSelector::KeyAllowList(HashSet::from([Key::new(
            SERVICE_NAME,
        )])))
        .build();
    Ok(builder.with_reader(exporter.map_err(|error| error.to_string())?))
}
