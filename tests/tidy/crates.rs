//! Dependencies between crates, and unused dependencies.

use crate::{assert_none, code, tree, tree::File};

/// Dependencies that only generated code uses.
const GENERATED: &[(&str, &str, &str)] = &[
    ("contracts", "prost", "generated code uses this crate"),
    ("contracts", "tonic-prost", "generated code uses this crate"),
];

/// Macros of this workspace, and the dependency that each needs in the calling crate.
const MACROS: &[(&str, &str)] =
    &[("serde_as_text!", "serde"), ("text_enum!", "serde"), ("serve!", "tonic")];

struct Crate {
    folder: &'static str,
    manifest: &'static str,
}

impl Crate {
    fn name(&self) -> &str {
        self.folder.rsplit('/').next().unwrap_or_default()
    }

    fn dependencies(&self) -> impl Iterator<Item = &'static str> {
        keys(self.manifest, |table| table.ends_with("dependencies"))
    }

    fn sources(&self) -> impl Iterator<Item = &'static File> {
        let files = tree::files().iter().filter(|file| file.is_rust());
        files.filter(|file| file.is_in(&[self.folder]))
    }

    fn names(&self, dependency: &str) -> bool {
        let word = dependency.replace('-', "_");
        let called = MACROS.iter().filter(|(_, named)| *named == dependency);
        let words: Vec<_> = called.map(|(call, _)| *call).chain([word.as_str()]).collect();
        self.sources().any(|file| {
            let code = code::code(&file.text);
            words.iter().any(|word| tree::has_word(&code, word))
        })
    }
}

/// The members of the workspace.
fn crates() -> Vec<Crate> {
    let manifests = tree::files().iter().filter(|file| {
        file.is_in(&["libs/*/Cargo.toml", "services/*/Cargo.toml", "tests/Cargo.toml"])
    });
    let crates: Vec<_> = manifests
        .map(|file| Crate {
            folder: file.path.trim_end_matches("/Cargo.toml"),
            manifest: &file.text,
        })
        .collect();
    assert!(crates.len() > 10, "found only {} crates: fix {}", crates.len(), file!());
    crates
}

/// The keys in some tables of a manifest, such as `prost` of `prost.workspace = true`.
fn keys(manifest: &str, wanted: impl Fn(&str) -> bool) -> impl Iterator<Item = &str> {
    let mut inside = false;
    manifest.lines().filter_map(move |line| {
        if let Some(table) = line.strip_prefix('[') {
            inside = wanted(table.trim_end_matches(']'));
            return None;
        }
        let key = line.split(['.', ' ', '=']).next()?;
        (inside && !key.is_empty() && !key.starts_with('#')).then_some(key)
    })
}

#[test]
fn services_do_not_depend_on_each_other() {
    let services: Vec<_> =
        crates().into_iter().filter(|it| it.folder.starts_with("services/")).collect();
    let names: Vec<_> = services.iter().map(Crate::name).collect();
    let mut wrong = Vec::new();
    for service in services.iter().filter(|it| it.name() != "cluster") {
        // The command line plays the tour of the cluster.
        let is_tour = |it: &&str| service.name() == "csp" && *it == "cluster";
        let others = service.dependencies().filter(|it| names.contains(it) && !is_tour(it));
        wrong.extend(others.map(|it| format!("{}/Cargo.toml depends on {it}", service.folder)));
    }
    assert_none(&wrong, "Services communicate through contracts; only cluster depends on them.");
}

#[test]
fn libraries_do_not_depend_on_services() {
    let all = crates();
    let services: Vec<_> =
        all.iter().filter(|it| it.folder.starts_with("services/")).map(Crate::name).collect();
    let mut wrong = Vec::new();
    for library in all.iter().filter(|it| it.folder.starts_with("libs/")) {
        let services = library.dependencies().filter(|it| services.contains(it));
        wrong.extend(services.map(|it| format!("{}/Cargo.toml depends on {it}", library.folder)));
    }
    assert_none(&wrong, "Move what libraries and services share into a library.");
}

#[test]
fn storage_reaches_no_grpc() {
    let all = crates();
    let dependencies =
        |name: &str| all.iter().find(|it| it.name() == name).map(Crate::dependencies);
    let mut reached = vec!["storage"];
    let mut next = 0;
    while let Some(name) = reached.get(next) {
        let further: Vec<_> = dependencies(name).into_iter().flatten().collect();
        reached.extend(further.into_iter().filter(|it| !reached.contains(it)).collect::<Vec<_>>());
        next += 1;
    }
    let grpc = reached.iter().filter(|it| it.starts_with("tonic") || it.ends_with("-otlp"));
    let wrong: Vec<_> = grpc.map(|it| format!("libs/storage reaches {it}")).collect();
    assert_none(&wrong, "A database has no wire format; use libs/metrics for its instruments.");
}

#[test]
fn every_dependency_is_used() {
    let mut wrong = Vec::new();
    for each in crates() {
        let exempt = |it: &&str| GENERATED.iter().any(|(of, on, _)| of == &each.name() && on == it);
        let unused = each.dependencies().filter(|it| !exempt(it) && !each.names(it));
        wrong.extend(unused.map(|it| format!("{}/Cargo.toml depends on {it}", each.folder)));
    }
    assert_none(
        &wrong,
        "No source of the crate uses this dependency: remove it from the manifest.",
    );
}

#[test]
fn every_workspace_dependency_is_used_by_a_member() {
    let manifest = tree::files().iter().find(|file| file.path == "Cargo.toml");
    let manifest = &manifest.expect("there is no Cargo.toml at the root").text;
    let used: Vec<_> = crates().iter().flat_map(Crate::dependencies).collect();
    let unused: Vec<_> = keys(manifest, |table| table == "workspace.dependencies")
        .filter(|key| !used.contains(key))
        .map(|key| format!("Cargo.toml has {key}"))
        .collect();
    assert_none(
        &unused,
        "No member uses this dependency: remove it from [workspace.dependencies].",
    );
}

#[test]
fn only_the_workspace_has_versions() {
    let mut wrong = Vec::new();
    for each in crates() {
        for name in each.dependencies() {
            let line = format!("{name}.workspace = true");
            if !each.manifest.lines().any(|it| it == line) {
                wrong.push(format!("{}/Cargo.toml does not have `{line}`", each.folder));
            }
        }
    }
    assert_none(&wrong, "Put version and features into [workspace.dependencies].");
}
