//! docs/lifecycles/ordering.md.

use testbed::golden_lifecycles;

use crate::domain::{cancel, limits, offer, transfer_rules};

#[test]
fn diagrams_are_those_of_the_golden_documents() {
    golden_lifecycles(
        "ordering",
        &[
            ("Offer", offer::LIFECYCLE.diagram()),
            ("Order", cancel::LIFECYCLE.diagram()),
            ("Subscription", limits::LIFECYCLE.diagram()),
            ("Transfer", transfer_rules::LIFECYCLE.diagram()),
        ],
    );
}
