//! What each layer may know of. The words are looked for in code, tests included.

use std::collections::BTreeSet;

use crate::{assert_none, code, tree};

/// Words that are at home in some places and must not stand anywhere else.
struct Fence {
    words: &'static [&'static str],
    /// Where the fence stands; `*` stands for any one name, or for the rest of one.
    within: &'static [&'static str],
    /// Where the words are at home.
    but: &'static [&'static str],
    advice: &'static str,
}

impl Fence {
    fn check(&self) {
        let files = tree::files()
            .iter()
            .filter(|file| file.is_rust() && file.is_in(self.within) && !file.is_in(self.but));
        let mut wrong = Vec::new();
        for file in files {
            let code = code::code(&file.text);
            for word in self.words {
                let lines = code::lines_with(&code, word);
                wrong.extend(lines.iter().map(|at| format!("{}:{at} says `{word}`", file.path)));
            }
        }
        assert_none(&wrong, self.advice);
    }
}

const CODE: &[&str] = &["libs", "services", "tests"];

#[test]
fn the_domain_knows_neither_transport_nor_storage_nor_the_machine() {
    let within = &["services/*/src/domain", "services/*/src/domain.rs", "libs/rules/src"];
    Fence {
        words: &[
            "tonic",
            "prost",
            "sea_orm",
            "tracing",
            "tokio",
            "contracts",
            "errors::",
            "status::",
            "storage::",
            "runtime::",
        ],
        within,
        but: &[],
        advice: "The domain takes values and gives values: do this in transport or store.",
    }
    .check();
    let guarded = tree::files().iter().filter(|file| file.is_in(within)).count();
    assert!(guarded > 20, "only {guarded} files are in {within:?}: fix the paths in {}", file!());
}

#[test]
fn only_stores_know_the_database() {
    Fence {
        words: &["sea_orm", "DbErr"],
        within: CODE,
        but: &["services/*/src/store*", "libs/storage", "libs/testbed", "tests"],
        advice: "Move it into the service's store, or into libs/storage where all need it.",
    }
    .check();
}

#[test]
fn only_edges_know_the_generated_types() {
    Fence {
        words: &["contracts::", "contracts as"],
        within: CODE,
        but: &[
            "services/*/src/transport*",
            "services/*/src/peers.rs",
            "services/*/src/job.rs",
            "services/*/src/lib.rs",
            "services/cluster",
            "services/csp/src/api.rs",
            "services/console",
            "libs/client",
            "libs/contracts",
            "libs/runtime/src/server.rs",
            "libs/status",
            "libs/world",
            "tests",
        ],
        advice: "Convert between messages and domain values in transport or peers.",
    }
    .check();
}

#[test]
fn a_status_is_made_in_one_place() {
    Fence {
        words: &["Status::"],
        within: CODE,
        but: &[
            "libs/client/src/tests.rs",
            "libs/rpc_client",
            "libs/runtime/src/server/admission/tests*",
            "libs/status",
            "services/cluster/src/tour",
            "tests",
        ],
        advice: "Answer with an errors::Failure; libs/status renders it.",
    }
    .check();
}

#[test]
fn time_comes_from_the_clock() {
    Fence {
        words: &["SystemTime::now", "Instant::now", "Timestamp::now", "Uuid::now_v7"],
        within: CODE,
        but: &["libs/types/src/clock.rs", "libs/deadline", "libs/fuzz", "libs/rpc_client"],
        advice: "Take a types::Clock, so that a test can move it.",
    }
    .check();
}

#[test]
fn tasks_are_spawned_in_one_place() {
    Fence {
        words: &["tokio::spawn", "tokio::task::spawn("],
        within: CODE,
        but: &["libs/deadline/src/lib.rs"],
        advice: "Use deadline::spawn, which keeps the task inside the current span.",
    }
    .check();
}

#[test]
fn the_environment_is_read_in_one_place() {
    Fence {
        words: &["env::", "std::env"],
        within: CODE,
        but: &[
            "libs/fuzz",
            "libs/runtime",
            "libs/testbed",
            "libs/*/build.rs",
            "libs/*/src/tests*",
            "services/*/src/*/tests*",
            "services/csp/src/settings.rs",
            "tests",
        ],
        advice: "Make it a setting; runtime::config reads those from the environment.",
    }
    .check();
}

#[test]
fn no_two_files_import_each_other_by_module_path() {
    let files = tree::files()
        .iter()
        .filter(|file| file.is_rust() && file.is_in(&["libs", "services"]) && !file.is_test());
    let mut imports = Vec::new();
    for file in files {
        let (folder, name) = file.path.rsplit_once('/').unwrap_or_default();
        let from = name.trim_end_matches(".rs");
        imports.extend(siblings(&file.text).into_iter().map(|to| (folder, from.to_owned(), to)));
    }
    let back = |(folder, from, to): &(&str, String, String)| {
        let back = (*folder, to.clone(), from.clone());
        (from < to && imports.contains(&back)).then(|| format!("{folder}: {from}.rs and {to}.rs"))
    };
    let wrong: Vec<_> = imports.iter().filter_map(back).collect();
    assert_none(&wrong, "Move what both need into a third file, or into one of them.");
}

/// The modules next to a file that it imports from, and further names that are no modules.
fn siblings(text: &str) -> BTreeSet<String> {
    let code = code::code(text);
    let uses = code.split(';').filter_map(|it| {
        let (_, path) = it.rsplit_once("use super::").or_else(|| it.rsplit_once("use crate::"))?;
        Some(path.trim())
    });
    let mut found = BTreeSet::new();
    for path in uses {
        let path = path.strip_prefix('{').map_or(path, |it| it.trim_end_matches('}'));
        let mut depth = 0;
        let top = path.split(|letter| {
            depth += i32::from(letter == '{') - i32::from(letter == '}');
            letter == ',' && depth == 0
        });
        found.extend(top.filter_map(|it| Some(it.split("::").next()?.trim().to_owned())));
    }
    found
}

#[test]
fn imports_of_modules_next_to_a_file_are_found() {
    let text = "use super::{Store, a::{x, y}, b};\npub use crate::c::Z;\nuse std::d;";
    assert_eq!(siblings(text).into_iter().collect::<Vec<_>>(), ["Store", "a", "b", "c"]);
}

#[test]
fn a_fence_finds_what_stands_outside_it() {
    let stray = tree::File { path: "services/x/src/domain/a.rs".into(), text: String::new() };
    for (places, inside) in [
        (&["services/*/src/domain"][..], true),
        (&["services/*/src/store*", "services"][..], true),
        (&["services/*/src/do*"][..], true),
        (&["services/*/src/store*"][..], false),
        (&["libs"][..], false),
    ] {
        assert_eq!(stray.is_in(places), inside, "{places:?}");
    }
}
