//! Reasons: the words of the contract, of the code and of the tests.

use crate::{
    proto::{Reason, SERVICES, reasons},
    tree::{self, File},
};

/// Where the failures that every service has get their words.
const COMMON: &str = "libs/status/src";
/// Words among them that one service alone gives.
const OF_ONE: [(&str, &str); 3] = [
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

/// Texts like `"LOST_RACE"` in a file.
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

#[test]
fn every_reason_of_the_contract_is_given_by_the_code() {
    let mut wrong = Vec::new();
    for service in SERVICES {
        let files = [source(service), production(COMMON)].concat();
        for Reason { word, .. } in reasons(service) {
            let given = files.iter().any(|file| quoted(&file.text).any(|it| it == word));
            if !given {
                wrong.push(format!("{service}: {word}"));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "no code says {wrong:#?}\ngive the reason in the service's domain, or mark the value of \
         error_reason.proto as reserved"
    );
}

#[test]
fn every_reason_in_the_code_is_in_the_contract() {
    let mut wrong = Vec::new();
    for service in SERVICES {
        let known = reasons(service);
        let theirs = |word: &&str| OF_ONE.iter().any(|(it, of)| it == word && *of != service);
        let common = production(COMMON).into_iter().flat_map(|file| quoted(&file.text));
        let common = common.filter(|word| !theirs(word));
        let own = source(service).into_iter().flat_map(|file| quoted(&file.text));
        for word in common.chain(own.filter(|word| word.contains('_') && !word.ends_with('_'))) {
            if !known.iter().any(|it| it.word == word) {
                wrong.push(format!("proto/csp/{service}/v1/error_reason.proto lacks {word}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}\nadd the value with a comment, or mend the word");
}

#[test]
fn every_reason_is_named_in_a_test() {
    let mut wrong = Vec::new();
    for service in SERVICES {
        let own = format!("services/{service}");
        // The tables of this test name words that it does not reach.
        let files =
            tree::files().iter().filter(|it| it.is_test() && !it.is_in(&["tests/contract"]));
        let files: Vec<_> = files.filter(|file| file.is_in(&["tests", "libs", &own])).collect();
        for Reason { word, .. } in reasons(service) {
            let typed = format!("Reason::{}", variant(&word));
            let named =
                |file: &&File| tree::says(&file.text, &word) || tree::says(&file.text, &typed);
            if !files.iter().any(named) {
                wrong.push(format!("{service}: {word}"));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "no test names {wrong:#?}\nplay a scenario in tests/scenarios that ends with this reason"
    );
}

/// Reasons that no scenario can look at, and why.
const UNHEARD: [(&str, &str); 8] = [
    ("DEADLINE_EXCEEDED", "a client answers it before the service does"),
    ("FACTS_CHANGED", "tests/resilience changes facts while they are read"),
    ("INTERNAL", "it is a defect"),
    ("LOST_RACE", "which of two calls loses is a matter of chance"),
    ("OVERLOADED", "tests/resilience overloads a service"),
    ("RELEASE_IN_PROGRESS", "tests/resilience cuts releases off"),
    ("RESELLER_LOCATION_COUNTRY_MISMATCH", "AssociateLocation refuses such a location"),
    ("UNKNOWN_METHOD", "tests/contract calls methods of other services"),
];

#[test]
fn every_reason_is_in_the_golden_text_of_messages() {
    let golden = tree::files().iter().find(|file| file.path == "tests/golden/messages.txt");
    let golden = &golden.expect("the golden text is there").text;
    let unheard = |word: &str| UNHEARD.iter().any(|(it, _)| *it == word);
    let mut wrong = Vec::new();
    for service in SERVICES {
        for Reason { word, .. } in reasons(service).into_iter().filter(|it| !unheard(&it.word)) {
            if !tree::says(golden, &word) {
                wrong.push(format!("{service}: {word}"));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "tests/golden/messages.txt lacks {wrong:#?}\nlook at the failure in a scenario by `failed` or \
         `refused`"
    );
}

/// A section of the golden text goes with its scenario.
#[test]
fn every_section_of_the_golden_text_of_messages_is_that_of_a_scenario() {
    let files = tree::files().iter();
    let golden = files.clone().find(|file| file.path == "tests/golden/messages.txt");
    let sections = golden.expect("the golden text is there").text.lines();
    let scenarios: Vec<_> = files.filter(|file| file.is_in(&["tests/scenarios"])).collect();
    let is_played = |name: &str| scenarios.iter().any(|file| tree::says(&file.text, name));
    let sections = sections.filter_map(|line| line.strip_prefix("## "));
    let wrong: Vec<_> = sections.filter(|name| !is_played(name)).collect();
    assert!(wrong.is_empty(), "no scenario is called {wrong:#?}\ndelete what stands for it");
}

#[test]
fn words_are_told_from_other_texts() {
    let text = r#"("LOST_RACE", "P1M", "lost", "ORD-3", "STATE")"#;
    assert_eq!(quoted(text).collect::<Vec<_>>(), ["LOST_RACE", "P1M", "STATE"]);
    assert_eq!(variant("SALE_TO_SELF"), "SaleToSelf");
    assert!(tree::says("a LOST_RACE.", "LOST_RACE") && !tree::says("LOST_RACES", "LOST_RACE"));
}
