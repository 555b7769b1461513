//! Constructs that are banned from production code.

use crate::{assert_none, code, tree, tree::File};

/// Code of tests and builds, which may panic.
const SUPPORT: &[&str] = &["libs/fuzz", "libs/testbed", "libs/*/build.rs", "services/*/build.rs"];

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
            wrong.extend(lines.iter().map(|at| format!("{}:{at} has `{word}`", file.path)));
        }
    }
    assert_none(&wrong, "Return an errors::Failure, or an error text at the start of the process.");
}

/// Files that write Debug output for engineers.
const FOR_ENGINEERS: &[&str] = &["libs/telemetry/src/logs.rs", "services/ordering/src/job.rs"];

#[test]
fn no_response_has_debug_output() {
    let mut wrong = Vec::new();
    for file in production().filter(|file| !file.is_in(FOR_ENGINEERS)) {
        // Formats are in literals, so these stay.
        let text = file.text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        for form in [":?}", ":#?}"] {
            let lines = code::lines_with(text, form);
            wrong
                .extend(lines.iter().map(|at| format!("{}:{at} formats with `{form}`", file.path)));
        }
    }
    assert_none(&wrong, "Use `Display`, or a name that callers know.");
}

#[test]
fn no_file_has_a_to_do_note() {
    let files = tree::files().iter().filter(|file| !file.is_test() && !file.is_in(SUPPORT));
    let mut wrong = Vec::new();
    for file in files {
        for word in ["TODO", "FIXME", "XXX", "HACK"] {
            let lines = code::lines_with(&file.text, word);
            wrong.extend(lines.iter().map(|at| format!("{}:{at} has `{word}`", file.path)));
        }
    }
    assert_none(&wrong, "Do it now, or delete the note.");
}

#[test]
fn no_test_is_ignored() {
    let mut wrong = Vec::new();
    for file in tree::files().iter().filter(|file| file.is_rust()) {
        let lines = code::lines_with(&code::code(&file.text), "#[ignore");
        wrong.extend(lines.iter().map(|at| format!("{}:{at}", file.path)));
    }
    assert_none(&wrong, "Fix the test, or delete it.");
}
