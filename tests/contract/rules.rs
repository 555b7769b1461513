//! The catalogue of rules against decisions, reasons and scenarios.

use std::collections::BTreeSet;

use contracts::relationship::{ListRulesRequest, Purpose, Rule, Transaction};

use crate::{
    Stage,
    proto::{self, SERVICES, reasons},
    tree,
};

async fn rules(stage: &Stage) -> Vec<Rule> {
    let answer = stage.cast.relationship.clone().list_rules(ListRulesRequest {}).await;
    answer.expect("ListRules answers").into_inner().rules
}

async fn ids(stage: &Stage) -> Vec<String> {
    rules(stage).await.into_iter().map(|rule| rule.id).collect()
}

#[tokio::test]
async fn every_rule_is_listed_once_with_its_text_and_source() {
    let stage = Stage::open().await;
    let rules = rules(&stage).await;
    let distinct: BTreeSet<_> = rules.iter().map(|rule| &rule.id).collect();
    assert_eq!(distinct.len(), rules.len(), "an id stands twice in catalogue.rs: {rules:#?}");
    for rule in &rules {
        assert!(rule.text.ends_with('.') && rule.text.len() > 20, "{rule:?} has no sentence");
        assert!(!rule.source.is_empty(), "{} tells no source", rule.id);
        assert!(!rule.applied_by.is_empty(), "{} is applied by no call", rule.id);
    }
}

#[tokio::test]
async fn rules_are_applied_by_calls_that_exist() {
    let stage = Stage::open().await;
    let methods = SERVICES.map(|service| proto::service(service).methods().collect::<Vec<_>>());
    let methods: BTreeSet<_> = methods.iter().flatten().map(|it| it.name().to_owned()).collect();
    for rule in rules(&stage).await {
        let strange: Vec<_> = rule.applied_by.iter().filter(|it| !methods.contains(*it)).collect();
        assert!(strange.is_empty(), "{} says that it is applied by {strange:?}", rule.id);
    }
}

#[tokio::test]
async fn rules_are_listed_in_the_order_in_which_they_decide() {
    let stage = Stage::open().await;
    assert_eq!(ids(&stage).await, ids(&stage).await, "ListRules answers in two orders");
    let provider = stage.cast.provider("FR").await.expect("a provider can be set up");
    let customer = stage.cast.customer("FR").await.expect("a customer can be set up");
    let transaction = Transaction {
        seller: provider.name,
        customer,
        purpose: Purpose::NewSubscription.into(),
        ..Transaction::default()
    };
    let decision = stage.cast.check(transaction).await.expect("CheckTransaction answers");
    let mut decided = Vec::new();
    for outcome in decision.outcomes {
        if !decided.contains(&outcome.rule_id) {
            decided.push(outcome.rule_id);
        }
    }
    let listed = rules(&stage).await.into_iter();
    let listed = listed.filter(|it| it.applied_by.iter().any(|call| call == "CheckTransaction"));
    let listed: Vec<_> = listed.map(|rule| rule.id).collect();
    assert_eq!(listed, decided, "rules! (left) and CHECKS (right) of catalogue.rs differ");
}

#[tokio::test]
async fn rules_and_reasons_name_each_other() {
    let stage = Stage::open().await;
    let listed: BTreeSet<_> = ids(&stage).await.into_iter().collect();
    let named = SERVICES.iter().flat_map(|service| reasons(service));
    let named: BTreeSet<_> = named.filter_map(|reason| reason.rule).collect();
    let strange: Vec<_> = named.difference(&listed).collect();
    assert!(strange.is_empty(), "comments of error_reason.proto name {strange:?}: no such rule");
    let mute: Vec<_> = listed.difference(&named).collect();
    assert!(mute.is_empty(), "{mute:?} can refuse, but no reason in error_reason.proto names it");
}

#[tokio::test]
async fn rules_and_scenarios_name_each_other() {
    let stage = Stage::open().await;
    let listed: BTreeSet<_> = ids(&stage).await.into_iter().collect();
    let files = tree::files().iter().filter(|file| file.is_in(&["tests/scenarios"]));
    let named: BTreeSet<_> = files.flat_map(|file| rule_ids(&file.text, &listed)).collect();
    let silent: Vec<_> = listed.difference(&named).collect();
    assert!(silent.is_empty(), "no scenario of tests/scenarios names {silent:?}: play one");
    let strange: Vec<_> = named.difference(&listed).collect();
    assert!(strange.is_empty(), "tests/scenarios names {strange:?}, which ListRules does not list");
}

/// The words of a text that look like the known ids: the same letters, a hyphen, digits.
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
fn ids_of_rules_are_told_from_other_words() {
    let known = ["ON-1".to_owned(), "REL-3".to_owned()].into();
    let text = r#"(REL-3) "ON-9", `ON-x` UTF-8 REL-3x COMMON-1"#;
    assert_eq!(rule_ids(text, &known), ["REL-3", "ON-9"]);
}
