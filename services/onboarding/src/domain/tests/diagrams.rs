//! docs/lifecycles/onboarding.md.

use testbed::{diagram, golden_lifecycles};

use crate::domain::lifecycle::LIFECYCLE;

#[test]
fn diagrams_are_those_of_the_golden_documents() {
    golden_lifecycles("onboarding", &[("Enrollment", diagram(&LIFECYCLE))]);
}
