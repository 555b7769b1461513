use std::time::Duration;

use kernel::Violation;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What relationship decided on an order.
#[derive(Debug, Clone)]
pub struct Answer {
    /// What stands against the order, in order of precedence. Empty means allowed.
    pub violations: Vec<Violation>,
    /// Who would sell to whom, Microsoft first.
    pub legs: Vec<Leg>,
    /// How long the answer may be acted on, counted from before it was asked for.
    pub valid_for: Duration,
    /// The decision as it came, every rule included.
    pub evidence: Value,
}

/// One sale in the chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leg {
    /// Who sells.
    pub seller: String,
    /// Who buys.
    pub buyer: String,
}
