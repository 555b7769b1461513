//! Reasons in the contracts, in the code and in the tests.

use std::collections::BTreeSet;

use crate::{
    proto::{Reason, SERVICES, reasons},
    tree::{self, File},
};

/// The code with the reasons of all services.
const COMMON: &str = "libs/status/src";
/// Common reasons that only one service uses.
const OF_ONE_SERVICE: [(&str, &str); 3] = [
    ("DECISION_EXPIRED", "ordering"),
    ("FACTS_CHANGED", "relationship"),
    ("RELEASE_IN_PROGRESS", "ordering"),
];

fn production(folder: &str) -> Vec<&'static File> {
    let files = tree::files().iter().filter(|file| file.is_rust() && !file.is_test());
    files.filter(|file| file.is_in(&[folder])).collect()
}

fn source(service: &str) -> Vec<&'static File> {
    production(&format!("services/{service}/src"))
}

/// Literals such as `"LOST_RACE"` in a text.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('"').filter(|it| {
        it.len() > 2 && it.starts_with(|it: char| it.is_ascii_uppercase()) && it.bytes().all(plain)
    })
}

fn plain(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_'
}

/// The variant of the Rust enum: `LostRace` for `LOST_RACE`.
fn variant(word: &str) -> String {
    let parts = word.split('_').filter(|part| !part.is_empty());
    parts.map(|part| format!("{}{}", &part[..1], part[1..].to_lowercase())).collect()
}

/// The reasons in the code of a service: those of rules, and those that all services have.
fn in_code(service: &str) -> BTreeSet<String> {
    let theirs = |word: &&str| OF_ONE_SERVICE.iter().any(|(it, of)| it == word && *of != service);
    let common = production(COMMON).into_iter().flat_map(|file| quoted(&file.text));
    let common = common.filter(|word| !theirs(word)).map(str::to_owned);
    common.chain(of_rules(service).map(|it| it.to_string())).collect()
}

fn of_rules(service: &str) -> impl Iterator<Item = rules::Reason> {
    let domain = format!("{service}.csp");
    rules::Reason::ALL.iter().copied().filter(move |it| it.service().domain() == domain)
}

#[test]
fn contract_and_code_have_the_same_reasons() {
    for service in SERVICES {
        let contract: BTreeSet<_> = reasons(service).into_iter().map(|it| it.word).collect();
        assert_eq!(
            contract,
            in_code(service),
            "proto/csp/{service}/v1/error_reason.proto (left) and the code (right) differ"
        );
    }
}

#[test]
fn contract_and_catalogue_name_the_same_rule_for_each_reason() {
    for service in SERVICES {
        for reason in of_rules(service) {
            let word = reason.to_string();
            let documented = reasons(service).into_iter().find(|it| it.word == word);
            let rule = documented.and_then(|it| it.rule).unwrap_or_else(|| "STATE".to_owned());
            assert_eq!(rule, reason.rule().id, "{service}: {word}");
        }
    }
}

#[test]
fn every_reason_of_a_rule_is_used_by_its_service_alone() {
    let mut wrong = Vec::new();
    for service in SERVICES {
        let files = source(service);
        for reason in rules::Reason::ALL {
            let named = format!("Reason::{reason:?}");
            let used = files.iter().any(|file| tree::has_word(&file.text, &named));
            if used != of_rules(service).any(|it| it == *reason) {
                wrong.push(format!("{service}: {reason}, used: {used}"));
            }
        }
    }
    assert!(wrong.is_empty(), "a service refuses with its own reasons, and with each: {wrong:#?}");
}

#[test]
fn every_reason_is_named_in_a_test() {
    let mut wrong = Vec::new();
    for service in SERVICES {
        let own = format!("services/{service}");
        // Tables of tests/contract name reasons that it does not cover.
        let files =
            tree::files().iter().filter(|it| it.is_test() && !it.is_in(&["tests/contract"]));
        let files: Vec<_> = files.filter(|file| file.is_in(&["tests", "libs", &own])).collect();
        for Reason { word, .. } in reasons(service) {
            let typed = format!("Reason::{}", variant(&word));
            let named = |file: &&File| {
                tree::has_word(&file.text, &word) || tree::has_word(&file.text, &typed)
            };
            if !files.iter().any(named) {
                wrong.push(format!("{service}: {word}"));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "no test names {wrong:#?}\nadd a scenario to tests/scenarios that ends with this reason"
    );
}

/// Reasons that no scenario covers, and why.
const NOT_IN_SCENARIOS: [(&str, &str); 11] = [
    ("CALLER_NOT_PROVEN", "tests/access covers this"),
    ("DEADLINE_EXCEEDED", "the client returns this before the service does"),
    ("FACTS_CHANGED", "tests/resilience covers this"),
    ("INTERNAL", "this is a defect"),
    ("LOST_RACE", "which of two calls loses is random"),
    ("OVERLOADED", "tests/resilience covers this"),
    ("RELEASE_IN_PROGRESS", "tests/resilience covers this"),
    ("RESELLER_LOCATION_COUNTRY_MISMATCH", "AssociateLocation refuses such a location"),
    ("ROLE_REQUIRED", "tests/access covers this"),
    ("TENANT_REQUIRED", "tests/access covers this"),
    ("UNKNOWN_METHOD", "tests/contract covers this"),
];

#[test]
fn every_reason_is_in_the_golden_messages() {
    let golden = tree::files().iter().find(|file| file.path == "tests/golden/messages.txt");
    let golden = &golden.expect("the golden file exists").text;
    let exempt = |word: &str| NOT_IN_SCENARIOS.iter().any(|(it, _)| *it == word);
    let mut wrong = Vec::new();
    for service in SERVICES {
        for Reason { word, .. } in reasons(service).into_iter().filter(|it| !exempt(&it.word)) {
            if !tree::has_word(golden, &word) {
                wrong.push(format!("{service}: {word}"));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "tests/golden/messages.txt lacks {wrong:#?}\ntake the failure in a scenario with `failed` or \
         `refused`"
    );
}

#[test]
fn every_section_of_the_golden_messages_has_a_scenario() {
    let files = tree::files().iter();
    let golden = files.clone().find(|file| file.path == "tests/golden/messages.txt");
    let sections = golden.expect("the golden file exists").text.lines();
    let scenarios: Vec<_> = files.filter(|file| file.is_in(&["tests/scenarios"])).collect();
    let exists = |name: &str| scenarios.iter().any(|file| tree::has_word(&file.text, name));
    let sections = sections.filter_map(|line| line.strip_prefix("## "));
    let wrong: Vec<_> = sections.filter(|name| !exists(name)).collect();
    assert!(wrong.is_empty(), "no scenario has the name of {wrong:#?}\ndelete these sections");
}

#[test]
fn reasons_are_found_among_other_texts() {
    let text = r#"("LOST_RACE", "P1M", "lost", "ORD-3", "STATE")"#;
    assert_eq!(quoted(text).collect::<Vec<_>>(), ["LOST_RACE", "P1M", "STATE"]);
    assert_eq!(variant("SALE_TO_SELF"), "SaleToSelf");
    assert!(
        tree::has_word("a LOST_RACE.", "LOST_RACE") && !tree::has_word("LOST_RACES", "LOST_RACE")
    );
}
