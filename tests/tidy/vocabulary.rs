//! One vocabulary: a word is banned if its field has a standard term.

use crate::{assert_none, tree, tree::File};

/// Banned words and phrases, and what to write instead.
const BANNED: &[(&[&str], &str)] = &[
    (
        &["tie", "ties", "tied"],
        "`relationship`, `location`, `ownership` or `epoch`, whichever is meant",
    ),
    (&["freshness"], "`validity`"),
    (&["stamp", "stamps", "stamped"], "`resource version` or `timestamp`"),
    (&["deal", "deals"], "`transaction`, or `handle` for `deal with`"),
    (&["trial", "trials"], "`dry run`"),
    (&["errand", "errands"], "`job` or `command`"),
    (&["untold"], "`unreported`"),
    (
        &["stand against", "stands against", "stood against", "speak against", "speaks against"],
        "`violates` or `blocks`",
    ),
    (&["held against"], "`checked against` or `compared with`"),
    (&["take back", "takes back", "took back", "taken back"], "`rolls back` or `reverts`"),
    (
        &["send again", "sends again", "sent again", "sending again"],
        "`retries`, `retried` or `resent`",
    ),
    (&["try again", "tries again", "tried again", "trying again"], "`retries` or `retried`"),
    (
        &["leave alone", "leaves alone", "left alone", "leaving alone"],
        "`skips`, `excludes`, or `open` of a circuit breaker",
    ),
    (&["doubled"], "`duplicated`"),
    (&["handed in"], "`submitted`"),
    (&["mend", "mends", "mended"], "`fix`"),
    (&["in work"], "`in flight`"),
    (&["sign of life", "signs of life"], "`ping` or `heartbeat`"),
    (&["what came of", "what became of"], "`the outcome of`"),
    (&["for want of"], "`because there is no`"),
    (&["anew"], "`again`, `renew` or `regenerate`"),
    (&["beside"], "`next to`, `with` or `besides`"),
    (&["whoever"], "`the caller`, `the client`, or the role that is meant"),
    (&["whatever"], "`any`, or `regardless of`"),
    (
        &["somebody", "someone", "nobody", "everybody", "everyone"],
        "the caller, client or process that is meant; `no caller`, `unknown`",
    ),
    (&["the house"], "`the workspace`"),
];

/// Generated and recorded texts, the history of releases, and this file.
const EXCLUDED: &[&str] = &[
    "tests/golden",
    "tests/clients/go.sum",
    "tests/tidy/vocabulary.rs",
    "proto/released.binpb",
    "Cargo.lock",
    "CHANGELOG.md",
    "services/relationship/proptest-regressions",
];

/// The words of a text in lower case, with their line numbers. `_` separates words, so names count.
fn words(text: &str) -> Vec<(usize, String)> {
    let lines = (1..).zip(text.lines());
    let words = lines.flat_map(|(number, line)| {
        let words = line.split(|it: char| !it.is_alphanumeric()).filter(|it| !it.is_empty());
        words.map(move |word| (number, word.to_lowercase()))
    });
    words.collect()
}

/// The banned words and phrases of a text, with line number and replacement.
fn banned(text: &str) -> Vec<String> {
    let words = words(text);
    let mut found = Vec::new();
    for at in 0..words.len() {
        for (phrases, instead) in BANNED {
            let matches = |phrase: &&&str| {
                let mut rest = words[at..].iter().map(|(_, word)| word.as_str());
                phrase.split(' ').all(|part| rest.next() == Some(part))
            };
            let phrases = phrases.iter().filter(matches);
            found.extend(phrases.map(|it| format!("{}: `{it}`; use {instead}", words[at].0)));
        }
    }
    found
}

#[test]
fn no_file_has_a_banned_word() {
    let files = tree::files().iter().filter(|file| !file.is_in(EXCLUDED));
    let in_file = |file: &File| -> Vec<String> {
        let found = banned(&file.text).into_iter();
        found.map(|it| format!("{}:{it}", file.path)).collect()
    };
    let wrong: Vec<_> = files.flat_map(in_file).collect();
    assert_none(&wrong, "Use the standard term.");
}

#[test]
fn words_and_phrases_are_found_in_names_and_across_lines() {
    for (text, lines) in [
        ("a tie", &["1"][..]),
        ("fn ties_of()\nTIED", &["1", "2"]),
        ("is sent\n/// again", &["1"]),
        ("timestamp, tier, amend, besides", &[]),
    ] {
        let found = banned(text);
        let found: Vec<_> = found.iter().filter_map(|it| it.split(':').next()).collect();
        assert_eq!(found, lines, "in: {text}");
    }
}
