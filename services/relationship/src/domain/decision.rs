use markets::Country;
use types::{Timestamp, text_enum};

use super::{Facts, Finding, Rule, Transaction, catalogue::CHECKS};

/// The answer to "may this transaction happen, and why (not)?".
#[derive(Debug, Clone)]
pub struct Decision {
    /// The transaction that was decided on.
    pub transaction: Transaction,
    /// What every rule says, in order of precedence.
    pub outcomes: Vec<RuleOutcome>,
    /// Who would sell to whom, Microsoft first.
    pub legs: Vec<Leg>,
    /// Every fact that was looked at, by resource name, and its revision.
    pub revisions: Vec<(String, i64)>,
    /// Country of the seller's CSP tenant.
    pub seller_country: Country,
    /// Country of the customer's tenant.
    pub customer_country: Country,
    /// When it was decided.
    pub decide_time: Timestamp,
}

/// What one rule says.
#[derive(Debug, Clone)]
pub struct RuleOutcome {
    /// The rule.
    pub rule: &'static Rule,
    /// What it found; `None` where it does not apply.
    pub finding: Option<Finding>,
}

/// One sale in the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leg {
    /// Who sells.
    pub seller: String,
    /// Who buys.
    pub buyer: String,
}

text_enum! {
    /// May the transaction happen?
    pub enum Verdict {
        /// Every rule that applies is kept.
        Allowed = "allowed",
        /// A rule is broken.
        Refused = "refused",
        /// No rule is broken, but the question lacks what a rule needs.
        Undetermined = "undetermined",
    }
}

impl RuleOutcome {
    /// Whether the rule applies and is broken.
    #[must_use]
    pub fn failed(&self) -> bool {
        self.finding.as_ref().is_some_and(|finding| finding.fault.is_some())
    }

    /// What the question lacks to say that the rule is kept, unless it is broken anyway.
    #[must_use]
    pub fn lacks(&self) -> Option<&'static str> {
        self.finding.as_ref().filter(|it| it.fault.is_none()).and_then(|it| it.lacks)
    }
}

impl Decision {
    /// Whether the transaction may happen.
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

/// Holds a transaction against every rule. Looks at nothing but its arguments. Gives nothing
/// where the facts are about others than the transaction.
#[must_use]
pub fn decide(transaction: Transaction, facts: &Facts) -> Option<Decision> {
    if !facts.are_about(&transaction) {
        return None;
    }
    let outcomes = CHECKS.iter().map(|check| {
        let applies = check.purposes.contains(&transaction.purpose);
        let finding = if applies { (check.judge)(&transaction, facts) } else { None };
        RuleOutcome { rule: check.rule, finding }
    });
    Some(Decision {
        outcomes: outcomes.collect(),
        legs: legs(&transaction),
        revisions: revisions(facts),
        seller_country: facts.seller.country,
        customer_country: facts.customer.country,
        decide_time: facts.time,
        transaction,
    })
}

fn legs(transaction: &Transaction) -> Vec<Leg> {
    let stations = [
        Some("microsoft".to_owned()),
        Some(transaction.seller.to_string()),
        transaction.reseller.map(|reseller| reseller.to_string()),
        Some(transaction.customer.to_string()),
    ];
    let stations: Vec<_> = stations.into_iter().flatten().collect();
    let pairs = stations.iter().zip(stations.iter().skip(1));
    pairs.map(|(seller, buyer)| Leg { seller: seller.clone(), buyer: buyer.clone() }).collect()
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
