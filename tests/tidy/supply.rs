//! Crates from outside: versions, sources and licences are those that deny.toml accepts.

use std::{collections::BTreeSet, env::consts::ARCH, process::Command, sync::OnceLock};

use serde_json::Value;

use crate::{assert_none, tree};

/// The values of a list in deny.toml, such as those of `allow` in `[licenses]`.
fn list(table: &str, key: &str) -> Vec<&'static str> {
    let file = tree::files().iter().find(|file| file.path == "deny.toml");
    let text = &file.expect("there is no deny.toml at the root").text;
    let table = text.split(&format!("\n[{table}]\n")).nth(1).unwrap_or_default();
    let table = table.split("\n[").next().unwrap_or_default();
    let list = table.split(&format!("{key} = [")).nth(1).unwrap_or_default();
    let list = list.split(']').next().unwrap_or_default();
    list.split('"').skip(1).step_by(2).collect()
}

/// The packages of the build on this machine.
fn packages() -> &'static [Value] {
    static PACKAGES: OnceLock<Vec<Value>> = OnceLock::new();
    PACKAGES.get_or_init(read)
}

fn read() -> Vec<Value> {
    let root = tree::root();
    let platform = format!("{ARCH}-unknown-linux-gnu");
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--locked", "--filter-platform", &platform])
        .current_dir(root)
        .output()
        .expect("cargo starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo prints JSON");
    let resolved = metadata["resolve"]["nodes"].as_array().cloned().unwrap_or_default();
    let resolved: BTreeSet<_> = resolved.iter().filter_map(|it| it["id"].as_str()).collect();
    let packages = metadata["packages"].as_array().cloned().unwrap_or_default().into_iter();
    let of_build = |it: &Value| it["id"].as_str().is_some_and(|id| resolved.contains(id));
    // The workspace's own crates have no source.
    let packages: Vec<_> = packages.filter(|it| !it["source"].is_null() && of_build(it)).collect();
    assert!(packages.len() > 100, "found only {} packages: fix {}", packages.len(), file!());
    packages
}

fn text<'a>(package: &'a Value, key: &str) -> &'a str {
    package[key].as_str().unwrap_or_default()
}

#[test]
fn no_two_versions_of_a_crate_whose_types_are_in_interfaces() {
    let single = list("bans", "deny");
    assert!(single.contains(&"tonic"), "{single:?}: fix {}", file!());
    let packages = packages();
    let mut wrong = Vec::new();
    for name in single {
        let versions = packages.iter().filter(|it| text(it, "name") == name);
        let versions: Vec<_> = versions.map(|it| text(it, "version")).collect();
        if versions.len() != 1 {
            wrong.push(format!("{name} has the versions {versions:?}"));
        }
    }
    assert_none(&wrong, "Update what depends on the older version, or deny.toml if it is gone.");
}

#[test]
fn every_crate_comes_from_an_accepted_registry() {
    let accepted = list("sources", "allow-registry");
    let accepted: Vec<_> = accepted.iter().map(|it| format!("registry+{it}")).collect();
    let packages = packages();
    let others =
        packages.iter().filter(|it| !accepted.iter().any(|known| known == text(it, "source")));
    let others: Vec<_> =
        others.map(|it| format!("{} is from {}", text(it, "name"), text(it, "source"))).collect();
    assert_none(&others, "Use a released version from crates.io.");
}

/// Whether a licence expression is met by accepted licences. Old ones have `/` for OR.
fn accepts(expression: &str, accepted: &[&str]) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let mut words = spaced.split_whitespace().peekable();
    any(&mut words, accepted) && words.peek().is_none()
}

type Words<'a> = std::iter::Peekable<std::str::SplitWhitespace<'a>>;

/// Alternatives.
fn any(words: &mut Words<'_>, accepted: &[&str]) -> bool {
    let mut met = all(words, accepted);
    while words.next_if_eq(&"OR").is_some() {
        met |= all(words, accepted);
    }
    met
}

/// Parts that must all be met; AND binds closer than OR.
fn all(words: &mut Words<'_>, accepted: &[&str]) -> bool {
    let mut met = one(words, accepted);
    while words.next_if_eq(&"AND").is_some() {
        met &= one(words, accepted);
    }
    met
}

/// One licence, or an expression in parentheses. A licence with an exception needs its own entry.
fn one(words: &mut Words<'_>, accepted: &[&str]) -> bool {
    let Some(word) = words.next() else { return false };
    if word == "(" {
        let met = any(words, accepted);
        return words.next() == Some(")") && met;
    }
    let exception = words.next_if_eq(&"WITH").and_then(|_| words.next());
    exception.is_none() && accepted.contains(&word)
}

#[test]
fn every_crate_has_an_accepted_licence() {
    let accepted = list("licenses", "allow");
    let packages = packages();
    let others = packages.iter().filter(|it| !accepts(text(it, "license"), &accepted));
    let others: Vec<_> =
        others.map(|it| format!("{} has {}", text(it, "name"), it["license"])).collect();
    assert_none(&others, "Use another crate, or accept the licence in deny.toml.");
}

#[test]
fn licence_expressions_are_read() {
    for (expression, met) in [
        ("MIT", true),
        ("MIT/GPL-3.0", true),
        ("GPL-3.0 OR (MIT AND Zlib)", false),
        ("GPL-3.0 OR (MIT AND ISC)", true),
        ("MIT AND GPL-3.0 OR ISC", true),
        ("MIT WITH exception", false),
        ("MIT ISC", false),
        ("", false),
    ] {
        assert_eq!(accepts(expression, &["MIT", "ISC"]), met, "{expression}");
    }
}
