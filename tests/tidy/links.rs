//! Links in Markdown: their files and headings exist.

use std::path::Path;

use crate::{assert_none, tree, tree::File};

/// The targets of links in a text, such as `docs/api.md#errors` of `[errors](docs/api.md#errors)`.
fn targets(text: &str) -> Vec<&str> {
    let links = text.split("](").skip(1);
    links.filter_map(|it| Some(it.split_once(')')?.0)).collect()
}

/// The anchor that GitHub gives to a heading.
fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|it| it.is_alphanumeric() || [' ', '-', '_'].contains(it));
    kept.map(|it| if it == ' ' { '-' } else { it.to_ascii_lowercase() }).collect()
}

fn anchors(file: &File) -> impl Iterator<Item = String> {
    let headings = file.text.lines().filter(|it| it.starts_with('#'));
    headings.map(|it| anchor(it.trim_start_matches('#').trim()))
}

/// The path of a relative target, seen from the folder of a file.
fn resolved(from: &str, target: &str) -> String {
    let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<_> = folder.split('/').filter(|it| !it.is_empty()).collect();
    for part in target.split('/') {
        match part {
            ".." => drop(parts.pop()),
            "." => {}
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// What is wrong with a target, if anything.
fn problem(from: &File, target: &str) -> Option<String> {
    let (path, heading) = target.split_once('#').unwrap_or((target, ""));
    let path = if path.is_empty() { from.path.clone() } else { resolved(&from.path, path) };
    let file = tree::files().iter().find(|it| it.path == path);
    let is_folder = || tree::files().iter().any(|it| it.path.starts_with(&format!("{path}/")));
    match file {
        None if is_folder() && heading.is_empty() => None,
        // A picture is no text.
        None if tree::root().join(&path).is_file() => None,
        None => Some(format!("{} links to {target}, which does not exist", from.path)),
        Some(_) if heading.is_empty() => None,
        Some(file) if anchors(file).any(|it| it == heading) => None,
        Some(_) => Some(format!("{} links to {target}, which is no heading", from.path)),
    }
}

#[test]
fn every_relative_link_leads_to_a_file_and_heading() {
    let documents = tree::files().iter().filter(|file| file.path.ends_with(".md"));
    let (mut count, mut wrong) = (0, Vec::new());
    for file in documents {
        for target in targets(&file.text).into_iter().filter(|it| !it.contains("://")) {
            count += 1;
            wrong.extend(problem(file, target));
        }
    }
    assert!(count > 40, "only {count} links are found: fix {}", file!());
    assert_none(&wrong, "Fix the link, or restore its target.");
}

#[test]
fn links_are_resolved_from_their_file() {
    assert_eq!(targets("[a](b.md), [c](../d.md#e)"), ["b.md", "../d.md#e"]);
    assert_eq!(anchor("Retries and request ids"), "retries-and-request-ids");
    assert_eq!(anchor("`grpc.drain`, and more"), "grpcdrain-and-more");
    assert_eq!(resolved("docs/contributing/a.md", "../api.md"), "docs/api.md");
    assert_eq!(resolved("README.md", "docs/api.md"), "docs/api.md");
}

/// Paths of files in code spans, such as `docs/api.md`.
fn paths(text: &str) -> impl Iterator<Item = &str> {
    const FOLDERS: [&str; 7] = ["docs/", "k8s/", "libs/", "ops/", "proto/", "services/", "tests/"];
    let spans = text.lines().flat_map(|line| line.split('`').skip(1).step_by(2));
    spans
        .filter(|it| FOLDERS.iter().any(|folder| it.starts_with(folder)) && it.contains('.'))
        .filter(|it| !it.contains(['*', '{', ' ', '$', '<']))
}

#[test]
fn paths_in_documents_exist() {
    let documents = tree::files().iter().filter(|it| it.path.ends_with(".md"));
    let mut wrong = Vec::new();
    for file in documents.filter(|it| it.path != "CHANGELOG.md") {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let exists = |path: &&str| root.join(path).exists();
        let lacking = paths(&file.text).filter(|path| !exists(path));
        wrong.extend(lacking.map(|path| format!("{}: `{path}`", file.path)));
    }
    assert_none(&wrong, "Name the file where it is now.");
}

#[test]
fn paths_are_found_in_code_spans() {
    let text = "`docs/api.md`, `cargo test`, `libs/*/src/a.rs` and `tests/{a,b}.rs` of `libs/x`";
    assert_eq!(paths(text).collect::<Vec<_>>(), ["docs/api.md"]);
}
