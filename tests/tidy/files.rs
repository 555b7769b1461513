//! Sizes and names of files, and paths of a machine in them.

use std::collections::BTreeSet;

use crate::{assert_none, tree, tree::File};

/// Most lines of a production file.
const MAX_LINES: usize = 300;
/// Most lines of a test file.
const MAX_TEST_LINES: usize = 500;

fn lines(file: &File) -> usize {
    file.text.lines().count()
}

#[test]
fn files_are_short() {
    let mut files: Vec<_> = tree::files().iter().filter(|file| file.is_rust()).collect();
    files.sort_by_key(|file| std::cmp::Reverse(lines(file)));
    for file in files.iter().take(5) {
        println!("{} has {} lines", file.path, lines(file));
    }
    let most = |file: &File| if file.is_test() { MAX_TEST_LINES } else { MAX_LINES };
    let long = files.iter().filter(|file| lines(file) > most(file));
    let long: Vec<_> = long
        .map(|file| format!("{} has {} lines, not {}", file.path, lines(file), most(file)))
        .collect();
    assert_none(&long, "Split each into files that have one topic.");
}

#[test]
fn a_crate_has_the_name_of_its_folder() {
    let manifests = tree::files().iter().filter(|file| {
        file.is_in(&["libs/*/Cargo.toml", "services/*/Cargo.toml", "tests/Cargo.toml"])
    });
    let mut wrong = Vec::new();
    for file in manifests {
        let folder = file.path.rsplit('/').nth(1).unwrap_or_default();
        if !file.text.lines().any(|line| line == format!("name = \"{folder}\"")) {
            wrong.push(format!("{} does not have `name = \"{folder}\"`", file.path));
        }
    }
    assert_none(&wrong, "Rename the crate or the folder.");
}

#[test]
fn the_readme_names_every_service() {
    let readme = tree::files().iter().find(|file| file.path == "README.md");
    let readme = &readme.expect("there is no README.md at the root: write one").text;
    let folders = tree::files().iter().filter(|file| file.is_in(&["services"]));
    let services: BTreeSet<_> = folders.filter_map(|file| file.path.split('/').nth(1)).collect();
    let missing: Vec<_> = services.iter().filter(|it| !tree::has_word(readme, it)).collect();
    assert!(missing.is_empty(), "README.md does not name {missing:?}: describe them");
}

#[test]
fn no_file_has_a_path_of_a_developer_machine() {
    let here = format!("{}/", tree::root().display());
    let files = tree::files().iter().filter(|file| !file.is_in(&["tests", "libs/testbed"]));
    let mut wrong = Vec::new();
    for file in files {
        for (number, line) in (1..).zip(file.text.lines()) {
            for path in ["/root/", "/home/", "/tmp/", "/Users/", &here] {
                if line.contains(path) {
                    wrong.push(format!("{}:{number} has {path}", file.path));
                }
            }
        }
    }
    assert_none(&wrong, "Make it a setting, or a path from the root of the repository.");
}
