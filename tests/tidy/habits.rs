//! What no file that runs in production may hold.

use crate::{assert_none, code, tree, tree::File};

/// Code whose failure ends a test, not a service.
const SUPPORT: &[&str] = &["libs/testbed", "libs/*/build.rs", "services/*/build.rs"];

fn production() -> impl Iterator<Item = &'static File> {
    let files = tree::files().iter().filter(|file| file.is_rust());
    files.filter(|file| !file.is_test() && !file.is_in(SUPPORT))
}

#[test]
fn production_code_does_not_panic() {
    let words = [".unwrap()", ".expect(", "panic!(", "todo!(", "unimplemented!(", "unreachable!("];
    let mut wrong = Vec::new();
    for file in production() {
        let code = code::production(&file.text);
        for word in words {
            let lines = code::lines_with(&code, word);
            wrong.extend(lines.iter().map(|at| format!("{}:{at} says `{word}`", file.path)));
        }
    }
    assert_none(&wrong, "Give a errors::Failure, or words where the process starts.");
}

/// Where the form of a type for engineers is written, for engineers.
const FOR_ENGINEERS: &[&str] = &["libs/telemetry/src/logs.rs", "services/ordering/src/job.rs"];

#[test]
fn no_answer_holds_a_name_of_the_code() {
    let mut wrong = Vec::new();
    for file in production().filter(|file| !file.is_in(FOR_ENGINEERS)) {
        // With its literals, which is where forms stand.
        let text = file.text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        for form in [":?}", ":#?}"] {
            let lines = code::lines_with(text, form);
            wrong
                .extend(lines.iter().map(|at| format!("{}:{at} formats with `{form}`", file.path)));
        }
    }
    assert_none(&wrong, "Write the text that a caller knows: `Display` of the value, or its name.");
}

#[test]
fn nothing_is_left_for_later() {
    let files = tree::files().iter().filter(|file| !file.is_test() && !file.is_in(SUPPORT));
    let mut wrong = Vec::new();
    for file in files {
        for word in ["TODO", "FIXME", "XXX", "HACK"] {
            let lines = code::lines_with(&file.text, word);
            wrong.extend(lines.iter().map(|at| format!("{}:{at} says `{word}`", file.path)));
        }
    }
    assert_none(&wrong, "Do it now, or leave it out; a note in the code is done by nobody.");
}

#[test]
fn no_test_is_switched_off() {
    let mut wrong = Vec::new();
    for file in tree::files().iter().filter(|file| file.is_rust()) {
        let lines = code::lines_with(&code::code(&file.text), "#[ignore");
        wrong.extend(lines.iter().map(|at| format!("{}:{at}", file.path)));
    }
    assert_none(&wrong, "Mend the test, or delete it: one that never runs says nothing.");
}
