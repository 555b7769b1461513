//! The catalogue of rules, compared with decisions, reasons and scenarios.

use std::collections::BTreeSet;

use contracts::relationship::{ListRulesRequest, Purpose, Rule, Transaction};

use crate::{
    Fixture,
    proto::{self, SERVICES, reasons},
    tree,
};

/// The rules as ListRules returns them.
pub async fn rules(fixture: &Fixture) -> Vec<Rule> {
    let response = fixture.client.relationship.clone().list_rules(ListRulesRequest {}).await;
    response.expect("ListRules succeeds").into_inner().rules
}

async fn ids(fixture: &Fixture) -> Vec<String> {
    rules(fixture).await.into_iter().map(|rule| rule.id).collect()
}

#[tokio::test]
async fn every_rule_is_listed_once_with_its_text_and_source() {
    let fixture = Fixture::start().await;
    let rules = rules(&fixture).await;
    let distinct: BTreeSet<_> = rules.iter().map(|rule| &rule.id).collect();
    assert_eq!(distinct.len(), rules.len(), "duplicate id in libs/rules: {rules:#?}");
    for rule in &rules {
        assert!(rule.text.ends_with('.') && rule.text.len() > 20, "{rule:?} has no sentence");
        assert!(!rule.sources.is_empty(), "{} has no source", rule.id);
        assert!(!rule.reasons.is_empty(), "{} has no reason", rule.id);
        assert!(!rule.applied_by.is_empty(), "{} has no method in applied_by", rule.id);
    }
}

#[tokio::test]
async fn rules_are_applied_by_existing_methods() {
    let fixture = Fixture::start().await;
    let methods = SERVICES.map(|service| proto::service(service).methods().collect::<Vec<_>>());
    let methods: BTreeSet<_> = methods.iter().flatten().map(|it| it.name().to_owned()).collect();
    for rule in rules(&fixture).await {
        let unknown: Vec<_> = rule.applied_by.iter().filter(|it| !methods.contains(*it)).collect();
        assert!(unknown.is_empty(), "{} has {unknown:?} in applied_by", rule.id);
    }
}

#[tokio::test]
async fn rules_are_listed_in_the_order_of_the_decision() {
    let fixture = Fixture::start().await;
    assert_eq!(ids(&fixture).await, ids(&fixture).await, "ListRules returns different orders");
    let provider = fixture.client.provider("FR").await.expect("a provider can be set up");
    let customer = fixture.client.customer("FR").await.expect("a customer can be set up");
    let transaction = Transaction {
        seller: provider.name,
        customer,
        purpose: Purpose::NewSubscription.into(),
        ..Transaction::default()
    };
    let decision = fixture.client.check(transaction).await.expect("CheckTransaction succeeds");
    let mut decided = Vec::new();
    for outcome in decision.outcomes {
        if !decided.contains(&outcome.rule_id) {
            decided.push(outcome.rule_id);
        }
    }
    let listed = rules(&fixture).await.into_iter();
    let listed = listed.filter(|it| it.applied_by.iter().any(|call| call == "CheckTransaction"));
    let listed: Vec<_> = listed.map(|rule| rule.id).collect();
    assert_eq!(listed, decided, "RULES (left) and CHECKS (right) differ");
}

#[tokio::test]
async fn rules_and_reasons_name_each_other() {
    let fixture = Fixture::start().await;
    let listed: BTreeSet<_> = ids(&fixture).await.into_iter().collect();
    let named = SERVICES.iter().flat_map(|service| reasons(service));
    let named: BTreeSet<_> = named.filter_map(|reason| reason.rule).collect();
    let unknown: Vec<_> = named.difference(&listed).collect();
    assert!(unknown.is_empty(), "error_reason.proto names the unknown rules {unknown:?}");
    let unnamed: Vec<_> = listed.difference(&named).collect();
    assert!(unnamed.is_empty(), "no reason in error_reason.proto names {unnamed:?}");
}

#[tokio::test]
async fn rules_and_scenarios_name_each_other() {
    let fixture = Fixture::start().await;
    let listed: BTreeSet<_> = ids(&fixture).await.into_iter().collect();
    let files = tree::files().iter().filter(|file| file.is_in(&["tests/scenarios"]));
    let named: BTreeSet<_> = files.flat_map(|file| rule_ids(&file.text, &listed)).collect();
    let unnamed: Vec<_> = listed.difference(&named).collect();
    assert!(unnamed.is_empty(), "no scenario of tests/scenarios names {unnamed:?}: add one");
    let unknown: Vec<_> = named.difference(&listed).collect();
    assert!(unknown.is_empty(), "tests/scenarios names the unknown rules {unknown:?}");
}

/// The words of a text in the form of a known id: its letters, a hyphen, digits.
fn rule_ids(text: &str, known: &BTreeSet<String>) -> Vec<String> {
    let families: BTreeSet<_> = known.iter().filter_map(|id| id.split('-').next()).collect();
    let words = text.split(|it: char| !it.is_ascii_alphanumeric() && it != '-');
    let looks_like = |word: &&str| {
        let parts = word.split_once('-');
        parts.is_some_and(|(family, number)| {
            families.contains(family) && number.parse::<u32>().is_ok()
        })
    };
    words.filter(looks_like).map(str::to_owned).collect()
}

#[test]
fn ids_of_rules_are_found_among_other_words() {
    let known = ["ON-1".to_owned(), "REL-3".to_owned()].into();
    let text = r#"(REL-3) "ON-9", `ON-x` UTF-8 REL-3x COMMON-1"#;
    assert_eq!(rule_ids(text, &known), ["REL-3", "ON-9"]);
}
