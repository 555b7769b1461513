use std::time::Duration;

use markets::Country;
use rules::{Denial, Violation};

use super::Evidence;

/// The answer of relationship about an order.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The violated rules, in order of precedence. Empty means allowed.
    pub violations: Vec<Violation>,
    /// Country of the seller's CSP tenant; `None` if this version does not know the country.
    pub seller_country: Option<Country>,
    /// Country of the customer's tenant; `None` if this version does not know the country.
    pub customer_country: Option<Country>,
    /// How long the answer may be acted on, counted from before the call.
    pub valid_for: Duration,
    /// The decision, with every rule.
    pub evidence: Evidence,
}

impl Answer {
    /// Refuses if a rule is violated: with the violations of relationship, then with `own`, those of
    /// ordering.
    pub(super) fn allow(&self, own: Vec<Violation>) -> Result<(), Denial> {
        let all = [self.violations.clone(), own].concat();
        if all.is_empty() { Ok(()) } else { Err(Denial::Refused(all)) }
    }
}
