use std::sync::LazyLock;

use errors::Failure;
use opentelemetry::{KeyValue, metrics::Counter};
use storage::MutationContext;

use crate::domain::{Changes, OrderKind};

const OUTCOME: &str = "csp.outcome";

static ORDERS: LazyLock<Counter<u64>> = LazyLock::new(|| {
    let meter = metrics::meter();
    let counter = meter.u64_counter("csp.orders").with_unit("{order}");
    counter.with_description("Orders, by outcome.").build()
});

static SETTLED: LazyLock<Counter<u64>> = LazyLock::new(|| {
    let meter = metrics::meter();
    let counter = meter.u64_counter("csp.subscriptions.settled").with_unit("{subscription}");
    counter.with_description("Subscriptions that were due, by outcome.").build()
});

/// Counts accepted orders, except in a dry run.
pub(super) fn accepted(call: &MutationContext, changes: &Changes) {
    if call.is_dry_run() {
        return;
    }
    for change in changes.orders().iter().filter(|it| it.event == "OrderAccepted") {
        count(change.after.kind, "accepted");
    }
}

/// Counts an order that was not accepted, except in a dry run.
pub(super) fn failed(call: &MutationContext, kind: OrderKind, failure: &Failure) {
    if call.is_dry_run() {
        return;
    }
    let outcome = match failure {
        Failure::Refused(_) => "refused",
        Failure::Unavailable { .. }
        | Failure::ReleaseInProgress { .. }
        | Failure::Overloaded { .. }
        | Failure::OutOfTime => "unavailable",
        Failure::StaleEtag(_)
        | Failure::LostRace
        | Failure::FactsChanged { .. }
        | Failure::DecisionExpired => "aborted",
        Failure::Bug(_) | Failure::UnknownMethod { .. } => "failed",
        Failure::Invalid(_)
        | Failure::Missing(_)
        | Failure::Exists(_)
        | Failure::Unauthenticated { .. }
        | Failure::Forbidden { .. }
        | Failure::NotForCaller(_)
        | Failure::RequestIdReused { .. } => "invalid",
    };
    count(kind, outcome);
}

fn count(kind: OrderKind, outcome: &'static str) {
    let kind = KeyValue::new("csp.order.kind", kind.as_str());
    ORDERS.add(1, &[kind, KeyValue::new(OUTCOME, outcome)]);
}

/// Counts a subscription that was due.
pub(super) fn settled(outcome: &Result<(), Failure>) {
    let outcome = if outcome.is_ok() { "settled" } else { "left" };
    SETTLED.add(1, &[KeyValue::new(OUTCOME, outcome)]);
}

/// Starts the counters at zero, so that the first failure shows as an increase.
pub(super) fn init_counters() {
    for outcome in ["settled", "left"] {
        SETTLED.add(0, &[KeyValue::new(OUTCOME, outcome)]);
    }
}
