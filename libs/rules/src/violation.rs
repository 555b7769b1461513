use types::text_enum;

use crate::catalogue::STATE;

text_enum! {
    /// Who must act before a rule passes.
    pub enum Responsible {
        /// The provider or direct-bill partner that buys from Microsoft.
        Seller = "seller",
        /// The indirect reseller.
        Reseller = "reseller",
        /// The customer.
        Customer = "customer",
        /// The caller.
        Caller = "caller",
        /// The partner that the call is about.
        Partner = "partner",
    }
}

/// A rule that a request violates, and how to fix the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Stable id of the rule, such as `REL-3`; `STATE` if a resource's state is the reason.
    pub rule: String,
    /// The service that defines `reason`, such as `relationship.csp`.
    pub domain: String,
    /// A value of that service's `ErrorReason`.
    pub reason: String,
    /// The resource that violates the rule.
    pub subject: String,
    /// The reason as a sentence.
    pub explanation: String,
    /// Facts that the rule evaluated, by lowerCamelCase name.
    pub inputs: Vec<(String, String)>,
    /// Who must act.
    pub responsible: Responsible,
    /// What to do next.
    pub next_step: String,
    /// Source of the rule.
    pub source: String,
    /// Code of this refusal in Partner Center; empty if there is none.
    pub partner_center_code: String,
}

impl Violation {
    /// Whether the state of a resource is the reason, not a rule of the programme.
    #[must_use]
    pub fn is_of_state(&self) -> bool {
        self.rule == STATE.id
    }
}
