use std::time::Duration;

use markets::Country;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use types::Violation;

use super::Denial;

/// What relationship decided on an order.
#[derive(Debug, Clone)]
pub struct Answer {
    /// What stands against the order, in order of precedence. Empty means allowed.
    pub violations: Vec<Violation>,
    /// Who would sell to whom, Microsoft first.
    pub legs: Vec<Leg>,
    /// Country of the seller's CSP tenant, where a rule looked at it.
    pub seller_country: Option<Country>,
    /// Country of the customer's tenant, where a rule looked at it.
    pub customer_country: Option<Country>,
    /// How long the answer may be acted on, counted from before it was asked for.
    pub valid_for: Duration,
    /// The decision as it came, every rule included.
    pub evidence: Value,
}

impl Answer {
    /// Refuses with all that stands against the order: what relationship found, then `own`, what
    /// ordering found.
    pub(super) fn allow(&self, own: Vec<Violation>) -> Result<(), Denial> {
        if self.violations.is_empty() {
            return if own.is_empty() { Ok(()) } else { Err(Denial::Refused(own)) };
        }
        Err(Denial::RefusedByProgramme([self.violations.clone(), own].concat()))
    }
}

/// One sale in the chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leg {
    /// Who sells.
    pub seller: String,
    /// Who buys.
    pub buyer: String,
}
