use std::sync::LazyLock;

use ::metrics::{
    histogram, meter,
    names::{CLIENT_DURATION, IN_FLIGHT, SERVER_DURATION, SERVING},
};
use opentelemetry::{
    KeyValue,
    metrics::{Gauge, Histogram, UpDownCounter},
};

pub(crate) static SERVER_DURATIONS: LazyLock<Histogram<f64>> =
    LazyLock::new(|| histogram(SERVER_DURATION, "Duration of incoming calls."));

pub(crate) static CLIENT_DURATIONS: LazyLock<Histogram<f64>> =
    LazyLock::new(|| histogram(CLIENT_DURATION, "Duration of outgoing calls."));

pub(crate) static CALLS_IN_FLIGHT: LazyLock<UpDownCounter<i64>> = LazyLock::new(|| {
    let meter = meter();
    let counter = meter.i64_up_down_counter(IN_FLIGHT).with_unit("{call}");
    counter.with_description("Incoming calls in flight.").build()
});

static SERVING_GAUGE: LazyLock<Gauge<u64>> = LazyLock::new(|| {
    let meter = meter();
    let gauge = meter.u64_gauge(SERVING);
    gauge.with_description("1 if the service reports that it is healthy, else 0.").build()
});

/// Records the health that a service reports.
pub fn record_health(grpc_name: &'static str, serving: bool) {
    SERVING_GAUGE.record(u64::from(serving), &[KeyValue::new("csp.service", grpc_name)]);
}
