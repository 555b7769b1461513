use std::{
    collections::BTreeMap,
    fmt::{Display, Write},
    fs,
    path::Path,
    sync::{Mutex, PoisonError},
};

use rules::{Lifecycle, Move};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden");

/// Compares a text with a file of `tests/golden`, or writes the file if `GOLDEN=write` is set.
///
/// # Panics
/// If they differ.
pub fn golden(file: &str, text: &str) {
    let path = Path::new(FOLDER).join(file);
    if is_written() {
        fs::create_dir_all(FOLDER).expect("the folder can be made");
        fs::write(&path, text).expect("the file can be written");
    }
    let golden = fs::read_to_string(path).unwrap_or_default();
    let hint = format!("differs from tests/golden/{file}; set GOLDEN=write to update the file");
    for (at, (golden, now)) in golden.lines().zip(text.lines()).enumerate() {
        assert_eq!(golden, now, "line {}: {hint}", at + 1);
    }
    assert_eq!(golden.len(), text.len(), "{hint}");
}

/// Compares or writes one section of a file that several tests share. An empty section is omitted.
///
/// # Panics
/// If they differ.
pub fn golden_section(file: &str, section: &str, text: &str) {
    /// One test at a time writes the file.
    static FILE: Mutex<()> = Mutex::new(());
    let path = Path::new(FOLDER).join(file);
    let _only = FILE.lock().unwrap_or_else(PoisonError::into_inner);
    let whole = fs::read_to_string(&path).unwrap_or_default();
    let (head, mut sections) = sections(&whole);
    let before = sections.get(section).copied().unwrap_or_default();
    if is_written() {
        sections.insert(section, text);
        let sections = sections.iter().filter(|(_, text)| !text.is_empty());
        let sections = sections.map(|(name, text)| format!("{MARK}{name}\n{text}"));
        let whole = [head.to_owned()].into_iter().chain(sections).collect::<String>();
        fs::write(&path, whole).expect("the file can be written");
        return;
    }
    let hint =
        format!("differs from {section} of tests/golden/{file}; set GOLDEN=write to update it");
    for (golden, now) in before.lines().zip(text.lines()) {
        assert_eq!(golden, now, "{hint}");
    }
    assert_eq!(before, text, "{hint}");
}

/// Start of a section.
const MARK: &str = "\n## ";

/// The text before the first section, and the sections by name.
fn sections(whole: &str) -> (&str, BTreeMap<&str, &str>) {
    let mut parts = whole.split(MARK);
    let head = parts.next().unwrap_or_default();
    (head, parts.filter_map(|part| part.split_once('\n')).collect())
}

#[allow(clippy::disallowed_methods, reason = "tests have no configuration file")]
fn is_written() -> bool {
    std::env::var("GOLDEN").is_ok_and(|it| it == "write")
}

/// The moves of a resource as a Mermaid state diagram.
#[must_use]
pub fn diagram<S: Display>(lifecycle: &Lifecycle<S>) -> String {
    let mut arrows = Vec::new();
    for Move { call, from, to, .. } in lifecycle.moves {
        let from: Vec<_> = from.iter().map(ToString::to_string).collect();
        let from = if from.is_empty() { vec!["[*]".to_owned()] } else { from };
        arrows.extend(
            from.iter()
                .flat_map(|from| to.iter().map(move |to| (from.clone(), to.to_string(), *call))),
        );
    }
    let mut text = "```mermaid\nstateDiagram-v2\n".to_owned();
    while let Some((from, to, _)) = arrows.first().cloned() {
        let same = |it: &(String, String, &str)| (&it.0, &it.1) == (&from, &to);
        let labels: Vec<_> = arrows.iter().filter(|it| same(it)).map(|it| it.2).collect();
        arrows.retain(|it| !same(it));
        let _ = writeln!(text, "    {from} --> {to}: {}", labels.join(", "));
    }
    text + "```\n"
}

/// Compares `docs/lifecycles/{service}.md` with the state diagrams of its resources.
pub fn golden_lifecycles(service: &str, diagrams: &[(&str, String)]) {
    let mut text = format!(
        "# Lifecycles of {service}\n\nWritten from the tables in the code by `GOLDEN=write cargo test \
         --workspace --lib golden`. A label that is no call names the time at which \
         the state changes.\n"
    );
    for (title, diagram) in diagrams {
        text.push_str(&format!("\n## {title}\n\n{diagram}"));
    }
    golden(&format!("../../docs/lifecycles/{service}.md"), &text);
}
