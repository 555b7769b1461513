//! docs/lifecycles/relationship.md.

use testbed::golden_lifecycles;

use crate::domain::{customer_relationship, partnership};

#[test]
fn diagrams_are_those_of_the_golden_documents() {
    golden_lifecycles(
        "relationship",
        &[
            ("Partnership", partnership::LIFECYCLE.diagram()),
            ("Customer relationship", customer_relationship::LIFECYCLE.diagram()),
        ],
    );
}
