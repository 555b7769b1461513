use markets::Country;
use rules::{Leg, Rule, Transaction};
use types::{Timestamp, text_enum};

use super::{Facts, Finding, checks::CHECKS};

/// Whether a transaction may happen, with the outcome of every rule.
#[derive(Debug, Clone)]
pub struct Decision {
    pub transaction: Transaction,
    /// In order of precedence.
    pub outcomes: Vec<RuleOutcome>,
    /// Sales from Microsoft to the customer.
    pub legs: Vec<Leg>,
    /// Resource name and revision of every fact used.
    pub revisions: Vec<(String, i64)>,
    /// Country of the seller's CSP tenant.
    pub seller_country: Country,
    /// Country of the customer's tenant.
    pub customer_country: Country,
    /// Time for which the rules were evaluated.
    pub decide_time: Timestamp,
}

/// Outcome of one rule.
#[derive(Debug, Clone)]
pub struct RuleOutcome {
    pub rule: &'static Rule,
    /// `None` if the rule does not apply.
    pub finding: Option<Finding>,
}

text_enum! {
    /// Result of a decision.
    pub enum Verdict {
        /// Every rule that applies passes.
        Allowed = "allowed",
        /// A rule fails.
        Refused = "refused",
        /// No rule fails, but the request lacks input of a rule.
        Undetermined = "undetermined",
    }
}

impl RuleOutcome {
    /// Whether the rule applies and fails.
    #[must_use]
    pub fn failed(&self) -> bool {
        self.finding.as_ref().is_some_and(|finding| finding.fault.is_some())
    }

    /// Input that the request lacks for this rule, unless the rule fails anyway.
    #[must_use]
    pub fn lacks(&self) -> Option<&'static str> {
        self.finding.as_ref().filter(|it| it.fault.is_none()).and_then(|it| it.lacks)
    }
}

impl Decision {
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        if self.outcomes.iter().any(RuleOutcome::failed) {
            Verdict::Refused
        } else if self.outcomes.iter().any(|it| it.lacks().is_some()) {
            Verdict::Undetermined
        } else {
            Verdict::Allowed
        }
    }
}

/// Checks a transaction against every rule. Depends only on its arguments. `None` if the facts do not
/// belong to the transaction.
#[must_use]
pub fn decide(transaction: Transaction, facts: &Facts) -> Option<Decision> {
    if !facts.belong_to(&transaction) {
        return None;
    }
    let outcomes = CHECKS.iter().map(|check| {
        let applies = check.rule.purposes.contains(transaction.purpose);
        let finding = if applies { (check.judge)(&transaction, facts) } else { None };
        RuleOutcome { rule: check.rule, finding }
    });
    Some(Decision {
        outcomes: outcomes.collect(),
        legs: transaction.chain.legs(),
        revisions: revisions(facts),
        seller_country: facts.seller.country,
        customer_country: facts.customer.country,
        decide_time: facts.time,
        transaction,
    })
}

fn revisions(facts: &Facts) -> Vec<(String, i64)> {
    let mut revisions = Vec::new();
    let chain = [Some(&facts.seller), facts.reseller.as_ref()].into_iter().flatten();
    for standing in chain.chain(facts.additional.iter().map(|it| &it.standing)) {
        revisions.push((standing.partner.to_string(), standing.revision));
        revisions.push((standing.organization.to_string(), standing.organization_revision));
    }
    let additional = facts.additional.iter().filter_map(|it| it.partnership.as_ref());
    for partnership in facts.partnership.iter().chain(additional) {
        revisions.push((partnership.name.to_string(), partnership.resource_version.revision));
    }
    revisions.push((facts.customer.name.to_string(), facts.customer.resource_version.revision));
    let company = facts.customer.organization.to_string();
    revisions.push((company, facts.buyer.organization_revision));
    let open = facts.relationships.iter().filter(|it| it.state_at(facts.time).is_open());
    revisions.extend(open.map(|it| (it.name.to_string(), it.resource_version.revision)));
    revisions.sort();
    revisions.dedup();
    revisions
}
