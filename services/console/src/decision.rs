//! A decision as pages show it: legs, failed rules, then every rule with the facts it looked at.

use contracts::relationship::{Decision, FactRevision, Leg, Outcome, RuleOutcome};
use maud::{Markup, html};

use crate::{
    enums,
    html::{self, badge},
    names::{Names, Wanted},
};

/// Adds the companies of the legs.
pub(crate) fn want(legs: &[Leg], wanted: &mut Wanted) {
    wanted.add(legs.iter().flat_map(|leg| [&leg.seller, &leg.buyer]));
}

/// The chain of sales, Microsoft first.
pub(crate) fn legs(legs: &[Leg], names: &Names) -> Markup {
    html! {
        @if let Some(first) = legs.first() {
            p.legs {
                (names.short_link(&first.seller))
                @for leg in legs { span.arrow { " → " } (names.short_link(&leg.buyer)) }
            }
        }
    }
}

/// The rules that failed or are undetermined, with who must act and the next step.
pub(crate) fn open_rules(decision: &Decision, names: &Names) -> Markup {
    let open =
        |it: &&RuleOutcome| !matches!(it.outcome(), Outcome::Passed | Outcome::NotApplicable);
    let open: Vec<_> = decision.outcomes.iter().filter(open).collect();
    let rows = html! {
        @for outcome in &open {
            @let (tone, text) = enums::outcome(outcome.outcome());
            tr {
                td { (html::rule(&outcome.rule_id)) " " (badge(tone, text)) }
                td.text { (names.prose(&outcome.explanation)) br; small { (names.link(&outcome.subject)) } }
                td { (outcome.responsible().to_string()) }
                td.text { (names.prose(&outcome.next_step)) }
            }
        }
    };
    html! {
        @if !open.is_empty() {
            (html::table("Rules that failed", &["Rule", "Reason", "Who must act", "Next step"], &rows))
        }
    }
}

/// Every rule with its outcome and inputs.
pub(crate) fn all_rules(decision: &Decision, names: &Names) -> Markup {
    let rows = html! {
        @for outcome in &decision.outcomes {
            @let (tone, text) = enums::outcome(outcome.outcome());
            tr {
                td { (html::rule(&outcome.rule_id)) }
                td { (badge(tone, text)) }
                td { (names.link(&outcome.subject)) }
                td {
                    @if !outcome.inputs.is_empty() {
                        ul.inputs {
                            @for input in &outcome.inputs {
                                li { span.key { (input.name) } " " code { (names.prose(&input.value)) } }
                            }
                        }
                    } @else { (html::text("")) }
                }
                td { small { (outcome.source) } }
            }
        }
    };
    html::table("All rules", &["Rule", "Outcome", "Looked at", "Facts", "Source"], &rows)
}

/// The revisions of the facts.
pub(crate) fn revisions(revisions: &[FactRevision], names: &Names) -> Markup {
    let rows = html! {
        @for fact in revisions {
            tr {
                td { (names.link(&fact.resource)) }
                td { code { (fact.resource) } }
                td.number { (fact.revision) }
            }
        }
    };
    html::table("Revisions of the facts", &["Fact", "Resource", "Revision"], &rows)
}

#[cfg(test)]
mod tests {
    use contracts::rules::Input;

    use super::*;

    fn decision() -> Decision {
        let outcome = |rule: &str, outcome: Outcome| RuleOutcome {
            rule_id: rule.to_owned(),
            outcome: outcome.into(),
            explanation: "why <b>".to_owned(),
            inputs: vec![Input { name: "state".to_owned(), value: "<i>".to_owned() }],
            ..RuleOutcome::default()
        };
        Decision {
            outcomes: vec![
                outcome("REL-1", Outcome::Passed),
                outcome("MPA-2", Outcome::Failed),
                outcome("ORD-1", Outcome::Undetermined),
                outcome("OWN-1", Outcome::NotApplicable),
            ],
            ..Decision::default()
        }
    }

    #[test]
    fn failed_and_undetermined_rules_come_first_and_all_rules_have_their_facts() {
        let open = open_rules(&decision(), &Names::default()).into_string();
        assert!(open.contains("/rules/MPA-2") && open.contains("/rules/ORD-1"), "{open}");
        assert!(!open.contains("REL-1") && !open.contains("OWN-1"), "{open}");
        assert!(open.contains("why &lt;b&gt;"), "{open}");
        let all = all_rules(&decision(), &Names::default()).into_string();
        assert_eq!(all.matches("<code>&lt;i&gt;</code>").count(), 4, "{all}");
    }

    #[test]
    fn legs_start_with_microsoft() {
        let leg = |seller: &str, buyer: &str| Leg { seller: seller.into(), buyer: buyer.into() };
        let names = Names::of(&[("partners/1", "Northwind"), ("customers/2", "Litware")]);
        let shown =
            legs(&[leg("microsoft", "partners/1"), leg("partners/1", "customers/2")], &names);
        let shown = shown.into_string();
        let order: Vec<_> =
            ["Microsoft", "Northwind", "Litware"].map(|it| shown.find(it)).into_iter().collect();
        assert!(order.is_sorted() && order[0].is_some(), "{shown}");
    }
}
