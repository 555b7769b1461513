use crate::text_enum;

text_enum! {
    /// Who must act before a rule passes.
    pub enum Responsible {
        /// The provider or direct-bill partner that buys from Microsoft.
        Seller = "seller",
        /// The indirect reseller.
        Reseller = "reseller",
        /// The customer.
        Customer = "customer",
        /// Whoever wrote the request.
        Caller = "caller",
        /// The partner that the call is about.
        Partner = "partner",
    }
}

/// One rule that stands against a request, with all that its reader needs to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Stable id of the rule, such as `REL-3`; `STATE` where a resource's state is the reason.
    pub rule: String,
    /// Why, as a word of the service's error reasons.
    pub reason: String,
    /// The resource that the rule looked at.
    pub subject: String,
    /// Why, in a sentence.
    pub explanation: String,
    /// Facts that the rule looked at, by lowerCamelCase name.
    pub inputs: Vec<(String, String)>,
    /// Who must act.
    pub responsible: Responsible,
    /// What to do next.
    pub next_step: String,
    /// Where the rule comes from.
    pub source: String,
    /// Code of the same refusal in Partner Center; empty where it has none.
    pub partner_center_code: String,
}

impl Violation {
    /// Whether the state of a resource is the reason, and no rule of the programme.
    #[must_use]
    pub fn is_of_state(&self) -> bool {
        self.rule == "STATE"
    }
}
