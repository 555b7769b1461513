//! Sales chains and what blocks them, as pages show them.

use std::collections::BTreeMap;

use contracts::relationship::{Decision, Outcome, RuleOutcome, Verdict};
use maud::{Markup, html};

use crate::{
    html::{self, Tone, badge},
    names::{Names, Wanted},
};

/// A sale of a chain, which a violated rule blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Hop {
    /// Microsoft to the seller.
    Purchase,
    /// The seller to the reseller.
    Supply,
    /// The last partner to the customer.
    Sale,
}

/// A chain from Microsoft to a customer, with the decision on it.
#[derive(Debug, Clone)]
pub(crate) struct Chain {
    pub(crate) seller: String,
    /// Empty if the seller sells directly.
    pub(crate) reseller: String,
    pub(crate) customer: String,
    pub(crate) verdict: Verdict,
    pub(crate) failed: Vec<RuleOutcome>,
}

impl Chain {
    pub(crate) fn of(decision: &Decision) -> Self {
        let transaction = decision.transaction.clone().unwrap_or_default();
        let failed = decision.outcomes.iter().filter(|it| it.outcome() == Outcome::Failed);
        Self {
            seller: transaction.seller,
            reseller: transaction.reseller,
            customer: transaction.customer,
            verdict: decision.verdict(),
            failed: failed.cloned().collect(),
        }
    }

    /// Whether no rule blocks it. Rules on the lines of an order may still refuse one.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self.verdict, Verdict::Allowed | Verdict::Undetermined)
    }

    /// Whether it is refused for no rule that this page knows.
    pub(crate) fn is_unexplained(&self) -> bool {
        !self.is_open() && self.failed.is_empty()
    }

    /// Whether the partner that sells to the customer has a relationship with it. A chain without is a
    /// possible sale that this partner has not prepared.
    pub(crate) fn is_prepared(&self) -> bool {
        let (last, _) = self.parties(Hop::Sale);
        let unrelated = |it: &RuleOutcome| {
            let input =
                |name, value| it.inputs.iter().any(|it| it.name == name && it.value == value);
            it.rule_id == "REL-4" && input("partner", last) && input("relationship", "none")
        };
        !self.failed.iter().any(unrelated)
    }

    /// Who sells to whom in a sale of the chain.
    pub(crate) fn parties(&self, hop: Hop) -> (&str, &str) {
        let last = if self.reseller.is_empty() { &self.seller } else { &self.reseller };
        match hop {
            Hop::Purchase => ("microsoft", &self.seller),
            Hop::Supply => (&self.seller, &self.reseller),
            Hop::Sale => (last, &self.customer),
        }
    }

    /// The sale that a failed rule blocks, by the resource that the rule looked at: a rule on a partner
    /// blocks the sale to this partner, any other the sale to the customer.
    fn hop(&self, outcome: &RuleOutcome) -> Hop {
        match outcome.subject.as_str() {
            subject if subject == self.seller => Hop::Purchase,
            subject if subject == self.reseller => Hop::Supply,
            _ => Hop::Sale,
        }
    }

    /// The distinct rules that block a sale of the chain, in order of precedence.
    pub(crate) fn rules_at(&self, hop: Hop) -> Vec<String> {
        let mut rules: Vec<String> = Vec::new();
        for outcome in self.failed.iter().filter(|it| self.hop(it) == hop) {
            if !rules.contains(&outcome.rule_id) {
                rules.push(outcome.rule_id.clone());
            }
        }
        rules
    }

    /// Who must act: the party by its name, if the chain has it.
    fn responsible(&self, outcome: &RuleOutcome, names: &Names) -> Markup {
        let party = outcome.responsible().to_string();
        let resource = match party.as_str() {
            "seller" => &self.seller,
            "reseller" => &self.reseller,
            "customer" => &self.customer,
            _ => "",
        };
        html! {
            @if resource.is_empty() { (party) }
            @else { (names.get(resource)) br; small { (party) } }
        }
    }

    pub(crate) fn want(&self, wanted: &mut Wanted) {
        wanted.add([&self.seller, &self.reseller, &self.customer]);
    }

    /// The partners as links: seller, and reseller if there is one.
    pub(crate) fn partners(&self, names: &Names) -> Markup {
        html! {
            (names.short_link(&self.seller))
            @if self.reseller.is_empty() { " " small { "direct" } }
            @else { " → " (names.short_link(&self.reseller)) }
        }
    }
}

/// The head of a table of violations.
pub(crate) const HEAD: [&str; 5] = ["Chain", "Rule", "Reason", "Who must act", "Next step"];

/// The rows of chains: one for each violation, or one that says that no rule blocks. `extra` is added to
/// the cell of the chain.
pub(crate) fn rows(chains: &[Chain], names: &Names, extra: impl Fn(&Chain) -> Markup) -> Markup {
    html! {
        @for chain in chains {
            @let span = chain.failed.len().max(1);
            @for (at, outcome) in chain.failed.iter().enumerate() {
                tr.first[at == 0] {
                    @if at == 0 {
                        th scope="rowgroup" rowspan=(span) {
                            (chain.partners(names)) " " (badge(Tone::Bad, "blocked")) (extra(chain))
                        }
                    }
                    td { (html::rule(&outcome.rule_id)) }
                    td.text { (names.prose(&outcome.explanation)) }
                    td { (chain.responsible(outcome, names)) }
                    td.text { (names.prose(&outcome.next_step)) }
                }
            }
            @if chain.failed.is_empty() {
                tr.first {
                    th scope="rowgroup" rowspan="1" {
                        (chain.partners(names)) " "
                        @if chain.is_open() { (badge(Tone::Good, "open")) }
                        @else { (badge(Tone::Bad, "blocked")) }
                        (extra(chain))
                    }
                    td colspan="4" {
                        @if chain.is_open() {
                            span.none { "No rule blocks this chain. An order may still be refused for its lines." }
                        } @else { "refused" }
                    }
                }
            }
        }
    }
}

/// Chains by customer, in the order in which the customers first occur.
pub(crate) fn by_customer(chains: Vec<Chain>) -> Vec<(String, Vec<Chain>)> {
    let mut order = BTreeMap::new();
    let mut groups: Vec<(String, Vec<Chain>)> = Vec::new();
    for chain in chains {
        let at = *order.entry(chain.customer.clone()).or_insert(groups.len());
        match groups.get_mut(at) {
            Some((_, group)) => group.push(chain),
            None => groups.push((chain.customer.clone(), vec![chain])),
        }
    }
    groups
}

#[cfg(test)]
pub(crate) mod tests {
    use contracts::{
        relationship::Transaction,
        rules::{Input, Responsible},
    };

    use super::*;

    /// A chain whose rules fail for these subjects.
    pub(crate) fn chain(seller: &str, reseller: &str, failed: &[(&str, &str)]) -> Chain {
        let outcomes = failed.iter().map(|(rule, subject)| RuleOutcome {
            rule_id: (*rule).to_owned(),
            subject: (*subject).to_owned(),
            outcome: Outcome::Failed.into(),
            explanation: format!("{rule} <b>fails</b>"),
            responsible: Responsible::Reseller.into(),
            next_step: "act".to_owned(),
            ..RuleOutcome::default()
        });
        let verdict = if failed.is_empty() { Verdict::Undetermined } else { Verdict::Refused };
        Chain::of(&Decision {
            verdict: verdict.into(),
            outcomes: outcomes.collect(),
            transaction: Some(Transaction {
                seller: seller.to_owned(),
                reseller: reseller.to_owned(),
                customer: "customers/c".to_owned(),
                ..Transaction::default()
            }),
            ..Decision::default()
        })
    }

    #[test]
    fn a_rule_blocks_the_sale_to_the_resource_that_it_looked_at() {
        let failed = [
            ("ON-1", "partners/s"),
            ("MPA-2", "partners/r"),
            ("ON-1", "partners/r"),
            ("ON-1", "partners/r"),
            ("REL-4", "customers/c"),
        ];
        let chain = chain("partners/s", "partners/r", &failed);
        assert_eq!(chain.rules_at(Hop::Purchase), ["ON-1"]);
        assert_eq!(chain.rules_at(Hop::Supply), ["MPA-2", "ON-1"]);
        assert_eq!(chain.rules_at(Hop::Sale), ["REL-4"]);
    }

    #[test]
    fn a_chain_is_prepared_if_its_last_partner_has_a_relationship() {
        let with = |reseller: &str, partner: &str, relationship: &str| {
            let mut chain = chain("partners/s", reseller, &[("REL-4", "customers/c")]);
            let input =
                |(name, value): (&str, &str)| Input { name: name.into(), value: value.into() };
            let inputs = [("partner", partner), ("relationship", relationship)];
            chain.failed[0].inputs = inputs.map(input).into();
            chain.is_prepared()
        };
        assert!(!with("partners/r", "partners/r", "none"));
        assert!(!with("", "partners/s", "none"));
        assert!(with("partners/r", "partners/s", "none"), "the provider's part is missing");
        assert!(with("partners/r", "partners/r", "customers/c/relationships/d"));
        assert!(chain("partners/s", "", &[("ON-1", "partners/s")]).is_prepared());
    }

    #[test]
    fn only_failed_rules_of_a_decision_block() {
        let undetermined = RuleOutcome {
            rule_id: "ORD-1".to_owned(),
            outcome: Outcome::Undetermined.into(),
            ..RuleOutcome::default()
        };
        let decision = Decision {
            verdict: Verdict::Undetermined.into(),
            outcomes: vec![undetermined],
            ..Decision::default()
        };
        let chain = Chain::of(&decision);
        assert!(chain.is_open() && chain.failed.is_empty());
        let unknown = Chain::of(&Decision { verdict: 99, ..decision });
        assert!(!unknown.is_open(), "an unknown verdict is no permission");
    }

    #[test]
    fn rows_name_who_must_act_and_escape_texts() {
        let names = Names::of(&[("partners/r", "Fabrikam & <Co>")]);
        let chains = [
            chain("partners/s", "partners/r", &[("MPA-2", "partners/r"), ("ON-1", "partners/r")]),
            chain("partners/s", "", &[]),
        ];
        let rows = rows(&chains, &names, |_| html! {}).into_string();
        assert_eq!(rows.matches("rowspan=\"2\"").count(), 1, "{rows}");
        assert!(rows.contains("Fabrikam &amp; &lt;Co&gt;<br><small>reseller</small>"), "{rows}");
        assert!(rows.contains("MPA-2 &lt;b&gt;fails"), "{rows}");
        assert!(rows.contains("No rule blocks this chain"), "{rows}");
    }

    #[test]
    fn chains_are_grouped_by_customer_in_their_order() {
        let of = |customer: &str| Chain { customer: customer.to_owned(), ..chain("s", "", &[]) };
        let groups = by_customer(vec![of("b"), of("a"), of("b")]);
        let sizes: Vec<_> = groups.iter().map(|(name, all)| (name.as_str(), all.len())).collect();
        assert_eq!(sizes, [("b", 2), ("a", 1)]);
    }
}
