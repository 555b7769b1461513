use std::sync::LazyLock;

use opentelemetry::{
    KeyValue, global,
    metrics::{Gauge, Histogram, Meter, UpDownCounter},
};

use crate::names::{CLIENT_DURATION, IN_FLIGHT, SECONDS, SERVER_DURATION, SERVING};

/// What metrics are made with. Those made before [`crate::start`] are never recorded, so make
/// them when they are first used.
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

pub(crate) static SERVED: LazyLock<Histogram<f64>> =
    LazyLock::new(|| histogram(SERVER_DURATION, "Duration of calls that came in."));

pub(crate) static CALLED: LazyLock<Histogram<f64>> =
    LazyLock::new(|| histogram(CLIENT_DURATION, "Duration of calls that went out."));

pub(crate) static FLYING: LazyLock<UpDownCounter<i64>> = LazyLock::new(|| {
    let meter = meter();
    let counter = meter.i64_up_down_counter(IN_FLIGHT).with_unit("{call}");
    counter.with_description("Calls that came in and are not answered yet.").build()
});

static HEALTHY: LazyLock<Gauge<u64>> = LazyLock::new(|| {
    let meter = meter();
    let gauge = meter.u64_gauge(SERVING);
    gauge.with_description("1 where the service says that it can be called, else 0.").build()
});

/// Records what a service answers when it is asked for its health.
pub fn tell_health(grpc_name: &'static str, serving: bool) {
    HEALTHY.record(u64::from(serving), &[KeyValue::new("csp.service", grpc_name)]);
}
