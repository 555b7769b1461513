use rules::{Denial, Reason, Responsible};
use types::{CustomerRelationshipName, PartnerName};

use super::{Approved, Subscription};

/// A refusal lists at most this many subscriptions.
const NAMED: usize = 20;

/// A relationship between a partner and a customer that is to be removed.
#[derive(Debug, Clone)]
pub struct Release {
    /// Name of the relationship.
    pub name: CustomerRelationshipName,
    /// Its partner.
    pub partner: PartnerName,
    /// Whether the partner can sell to the customer on this relationship.
    pub resale: bool,
}

impl Release {
    /// REL-6: no subscription that the partner sold to the customer runs. `sold` contains at least
    /// all that run, as they are in effect now.
    pub fn approve(self, sold: &[Subscription]) -> Result<Approved<Self>, Denial> {
        let running: Vec<_> = sold.iter().filter(|it| it.runs() && self.resale).collect();
        if running.is_empty() {
            return Ok(Approved::created("CustomerRelationshipReleased", self));
        }
        let named: Vec<_> = running.iter().take(NAMED).map(|it| it.name.to_string()).collect();
        let named = named.join(", ");
        Err(Denial::Refused(vec![Reason::SubscriptionsRunning.violation(
            self.name,
            Responsible::Partner,
            format!(
                "{} subscriptions that {} sold still run: {named}",
                running.len(),
                self.partner
            ),
            "cancel them, let them expire, or transfer them to another partner",
            vec![
                ("partner", self.partner.to_string()),
                ("runningCount", running.len().to_string()),
                ("runningSubscriptions", named),
            ],
        )]))
    }
}
