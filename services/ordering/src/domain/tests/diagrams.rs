//! docs/lifecycles/ordering.md.

use testbed::{diagram, golden_lifecycles};

use crate::domain::{cancel, limits, offer, transfer_rules};

#[test]
fn diagrams_are_those_of_the_golden_documents() {
    golden_lifecycles(
        "ordering",
        &[
            ("Offer", diagram(&offer::LIFECYCLE)),
            ("Order", diagram(&cancel::LIFECYCLE)),
            ("Subscription", diagram(&limits::LIFECYCLE)),
            ("Transfer", diagram(&transfer_rules::LIFECYCLE)),
        ],
    );
}
