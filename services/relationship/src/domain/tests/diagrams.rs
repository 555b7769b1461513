//! docs/lifecycles/relationship.md.

use testbed::{diagram, golden_lifecycles};

use crate::domain::{customer_relationship, partnership};

#[test]
fn diagrams_are_those_of_the_golden_documents() {
    golden_lifecycles(
        "relationship",
        &[
            ("Partnership", diagram(&partnership::LIFECYCLE)),
            ("Customer relationship", diagram(&customer_relationship::LIFECYCLE)),
        ],
    );
}
