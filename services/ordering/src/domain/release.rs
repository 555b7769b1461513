use types::{CustomerRelationshipName, PartnerName, Responsible, Timestamp};

use super::{Approved, Denial, Subscription, rule::Rule};

const NOTHING_RUNS: Rule = Rule {
    id: "REL-6",
    reason: "SUBSCRIPTIONS_RUNNING",
    source: "Partner Center: remove a relationship",
    code: "",
};
/// How many subscriptions a refusal names.
const NAMED: usize = 20;

/// A relationship between a partner and a customer that is to be removed.
#[derive(Debug, Clone)]
pub struct Release {
    /// The relationship.
    pub name: CustomerRelationshipName,
    /// Its partner.
    pub partner: PartnerName,
    /// Whether the partner sells on it.
    pub resale: bool,
}

impl Release {
    /// REL-6: what the partner sold to the customer has ended. `sold` is all of it that had not ended
    /// when it was written.
    pub fn approve(
        self,
        sold: Vec<Subscription>,
        now: Timestamp,
    ) -> Result<Approved<Self>, Denial> {
        let running = sold.into_iter().map(|it| it.effective_at(now));
        let running: Vec<_> = running.filter(|it| it.runs() && self.resale).collect();
        if running.is_empty() {
            return Ok(Approved::created("CustomerRelationshipReleased", self));
        }
        let named: Vec<_> = running.iter().take(NAMED).map(|it| it.name.to_string()).collect();
        let named = named.join(", ");
        Err(Denial::Refused(vec![NOTHING_RUNS.violation(
            self.name,
            Responsible::Partner,
            format!("{} subscriptions that {} sold run: {named}", running.len(), self.partner),
            "cancel them, let them end with their term, or have another partner take them over",
            vec![
                ("partner", self.partner.to_string()),
                ("runningCount", running.len().to_string()),
                ("runningSubscriptions", named),
            ],
        )]))
    }
}
