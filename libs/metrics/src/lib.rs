//! Instruments and names of metrics, without their export, so that a store needs no gRPC.

pub mod names;

use opentelemetry::{
    global,
    metrics::{Histogram, Meter},
};

/// The meter for all instruments. Instruments created before telemetry starts record nothing, so
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
    histogram.with_boundaries(names::SECONDS.to_vec()).build()
}
