//! Where traces and metrics go: to a collector over OTLP, to a page for Prometheus, or nowhere.

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

/// How long the collector may take for one delivery.
const DELIVERY: Duration = Duration::from_secs(3);

const SERVICE_NAME: &str = "service.name";
const INSTANCE_ID: &str = "service.instance.id";

/// Who tells. `OTEL_RESOURCE_ATTRIBUTES` may add to it and name the instance.
pub(crate) fn resource(service: &'static str, build: Build) -> Resource {
    let named = Resource::builder().build().get(&Key::new(INSTANCE_ID));
    let instance = named.unwrap_or_else(|| Clock::system().new_uid().to_string().into());
    Resource::builder()
        .with_service_name(service)
        .with_attribute(KeyValue::new("service.version", build.version))
        .with_attribute(KeyValue::new(INSTANCE_ID, instance))
        .build()
}

/// Makes spans, of which those go to the collector that `OTEL_TRACES_SAMPLER` picks. Without a
/// collector spans still have ids, for the log and for peers.
pub(crate) fn traces(
    resource: Resource,
    collector: Option<&str>,
) -> Result<SdkTracerProvider, String> {
    let mut builder = SdkTracerProvider::builder().with_resource(resource);
    if let Some(collector) = collector {
        let exporter = SpanExporter::builder().with_tonic().with_endpoint(collector);
        let exporter = exporter.with_timeout(DELIVERY).build();
        let exporter = exporter.map_err(|error| format!("OTLP endpoint `{collector}`: {error}"))?;
        builder = builder.with_batch_exporter(exporter);
    }
    Ok(builder.build())
}

/// Gathers metrics for the collector, the page, or both; none where there is neither.
pub(crate) fn metrics(
    resource: Resource,
    collector: Option<&str>,
    page: Option<&Registry>,
) -> Result<Option<SdkMeterProvider>, String> {
    if collector.is_none() && page.is_none() {
        return Ok(None);
    }
    let mut builder = SdkMeterProvider::builder().with_resource(resource);
    if let Some(collector) = collector {
        let exporter = MetricExporter::builder().with_tonic().with_endpoint(collector);
        let exporter = exporter.with_timeout(DELIVERY).build();
        let exporter = exporter.map_err(|error| format!("OTLP endpoint `{collector}`: {error}"))?;
        builder = builder.with_periodic_exporter(exporter);
    }
    if let Some(page) = page {
        builder = on_page(builder, page)?;
    }
    Ok(Some(builder.build()))
}

/// Every series on the page says which service it is of.
fn on_page(builder: MeterProviderBuilder, page: &Registry) -> Result<MeterProviderBuilder, String> {
    let exporter = opentelemetry_prometheus::exporter()
        .with_registry(page.clone())
        .scope_info_enabled(false)
        .with_resource_selector(ResourceSelector::KeyAllowList(HashSet::from([Key::new(
            SERVICE_NAME,
        )])))
        .build();
    Ok(builder.with_reader(exporter.map_err(|error| error.to_string())?))
}
