use std::sync::LazyLock;

use opentelemetry::{KeyValue, metrics::Counter};

use crate::domain::Decision;

const PURPOSE: &str = "csp.purpose";

static DECISIONS: LazyLock<Counter<u64>> = LazyLock::new(|| {
    let meter = metrics::meter();
    let counter = meter.u64_counter("csp.decisions").with_unit("{decision}");
    counter.with_description("Decisions on transactions.").build()
});

static FAILED_RULES: LazyLock<Counter<u64>> = LazyLock::new(|| {
    let meter = metrics::meter();
    let counter = meter.u64_counter("csp.decision.failed_rules").with_unit("{rule}");
    counter.with_description("Rules that a transaction failed.").build()
});

/// Counts a decision and logs one line, with the same fields for every verdict.
pub(super) fn record(decision: &Decision) {
    let verdict = decision.verdict().as_str();
    let purpose = decision.transaction.purpose.as_str();
    DECISIONS.add(1, &[KeyValue::new("csp.verdict", verdict), KeyValue::new(PURPOSE, purpose)]);
    let failed: Vec<_> =
        decision.outcomes.iter().filter(|it| it.failed()).map(|it| it.rule.id).collect();
    for rule in &failed {
        FAILED_RULES.add(1, &[KeyValue::new("csp.rule", *rule), KeyValue::new(PURPOSE, purpose)]);
    }
    tracing::info!(
        verdict,
        failed_rules = failed.join(","),
        purpose,
        seller = %decision.transaction.chain.seller,
        customer = %decision.transaction.chain.customer,
        "decided"
    );
}
