use std::sync::LazyLock;

use opentelemetry::{
    KeyValue, global,
    metrics::{Gauge, Histogram, Meter, UpDownCounter},
};

use crate::names::{CLIENT_DURATION, IN_FLIGHT, SECONDS, SERVER_DURATION, SERVING};

/// The meter for all instruments. Instruments created before [`crate::start`] record nothing, so
/// create them on first use.
#[must_use]
pub fn meter() -> Meter {
    global::meter("csp-channel")
}

/// A histogram of durations in seconds, with buckets from 10 µs on.
#[must_use]
pub fn histogram(name: &'static str, description: &'static str) -> Histogram<f64> {
    let meter = meter();
    let histogram = meter.f64_histogram(name).with_unit("s").with_description(description);
    histogram.with_boundaries(SECONDS.to_vec()).build()
}

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
