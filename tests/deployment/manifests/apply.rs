//! Applying an overlay twice changes nothing; applying another or changed overlay is accepted.

use std::{collections::BTreeMap, fs, path::PathBuf, process::Command};

use serde_json::Value;
use testbed::Folder;

use super::overlay::{OVERLAYS, Object, list, objects, of_kind, parsed, render};
use crate::root;

/// Changes by an operator: overlay, file, text, replacement.
const CHANGES: [(&str, &str, &str, &str); 4] = [
    (
        "production",
        "overlays/production/kustomization.yaml",
        "newTag: 0.2.0",
        "newTag: 0.2.0-2f0c1ab",
    ),
    ("linkerd", "overlays/production/kustomization.yaml", "registry.example.com", "registry.test"),
    ("istio", "base/shared/migration.yaml", "memory: 128Mi", "memory: 256Mi"),
    ("local", "overlays/local/kustomization.yaml", "throwaway-", "changed-"),
];

/// Renders an overlay after a change of a file.
fn changed(overlay: &str, file: &str, from: &str, to: &str) -> Vec<Object> {
    let folder = Folder::new();
    let copied = Command::new("cp").arg("-r").arg(root().join("k8s")).arg(folder.path()).status();
    assert!(copied.unwrap().success());
    let k8s = folder.path().join("k8s");
    let file = k8s.join(file);
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains(from), "there is no {from} in {}", file.display());
    fs::write(&file, text.replace(from, to)).unwrap();
    parsed(&render(&k8s.join("overlays").join(overlay)))
}

/// The template of a Job is immutable, so a changed Job needs another name.
#[test]
fn jobs_with_one_name_have_one_spec() {
    let changed: Vec<_> =
        CHANGES.map(|(overlay, file, from, to)| changed(overlay, file, from, to)).into();
    let all = OVERLAYS.iter().map(|it| objects(it)).chain(changed.iter().map(Vec::as_slice));
    let mut jobs: BTreeMap<&str, &Value> = BTreeMap::new();
    for job in all.flatten().filter(|it| it.kind() == "Job") {
        let first = *jobs.entry(job.name()).or_insert(job.at("/spec"));
        assert_eq!(first, job.at("/spec"), "{} has two specs", job.name());
        assert_eq!(
            job.at("/metadata/annotations"),
            &Value::Null,
            "kustomize did not consume the annotation"
        );
    }
    // The change of the password is in a Secret; each other change affects the Jobs.
    assert_eq!(jobs.len(), 3 * (OVERLAYS.len() + CHANGES.len() - 1), "{:?}", jobs.keys());
}

#[test]
fn a_finished_job_is_deleted_by_kubernetes() {
    for job in OVERLAYS.iter().flat_map(|it| of_kind(it, "Job")) {
        let ttl = job.at("/spec/ttlSecondsAfterFinished").as_u64();
        assert!(ttl.is_some_and(|it| it <= 3600), "{}: {ttl:?} s", job.name());
    }
}

/// Every file in a folder.
fn files(path: PathBuf) -> Vec<PathBuf> {
    if !path.is_dir() {
        return vec![path];
    }
    fs::read_dir(path).unwrap().flat_map(|it| files(it.unwrap().path())).collect()
}

/// Every kubectl command in documents and in comments of manifests.
fn commands() -> Vec<String> {
    let texts = ["README.md", "ARCHITECTURE.md", "docs", "k8s", "ops"].map(|it| root().join(it));
    let texts = texts.into_iter().flat_map(files).map(|it| fs::read(it).unwrap());
    let texts = texts.map(|it| String::from_utf8_lossy(&it).into_owned());
    let commands = texts.flat_map(|text| {
        let pieces = text.split(['\n', '`']).filter(|it| it.starts_with("kubectl "));
        pieces.map(str::to_owned).collect::<Vec<_>>()
    });
    commands.collect()
}

/// An overlay changes the namespace of the base, so applying the base alone would revert that.
#[test]
fn only_overlays_are_applied() {
    let commands = commands();
    let applied: Vec<_> = commands.iter().filter(|it| it.starts_with("kubectl apply")).collect();
    for command in &applied {
        let overlay = command.strip_prefix("kubectl apply --kustomize k8s/overlays/");
        assert!(overlay.is_some_and(|it| OVERLAYS.contains(&it)), "{command}");
    }
    assert!(applied.len() > 2, "{applied:?}");
    assert!(!commands.iter().any(|it| it.contains(" namespace ")), "{commands:?}");
    for overlay in OVERLAYS {
        assert_eq!(of_kind(overlay, "Namespace").count(), 1, "{overlay}");
    }
}

#[test]
fn every_command_can_be_repeated() {
    for command in commands() {
        assert!(!command.contains(" delete "), "{command}: a repeated command must not delete");
        if command.contains(" create ") {
            assert!(command.ends_with("-$(date +%s)"), "{command}: the name must differ each time");
        }
    }
}

/// Defaulted fields in lists that kubectl compares as a whole, or (`strategy`) in a structure whose other
/// fields it clears. If one is omitted, each apply patches it and prints `configured`.
const DEFAULTED: [(&str, &str, &[&str]); 12] = [
    ("Deployment", "/spec/strategy", &["type"]),
    ("Service", "/spec/ports/*", &["protocol"]),
    ("NetworkPolicy", "/spec/ingress/*/ports/*", &["protocol"]),
    ("NetworkPolicy", "/spec/egress/*/ports/*", &["protocol"]),
    ("Deployment", "/spec/template/spec/containers/*/ports/*", &["protocol"]),
    ("StatefulSet", "/spec/template/spec/containers/*/ports/*", &["protocol"]),
    ("StatefulSet", "/spec/volumeClaimTemplates/*", &["apiVersion", "kind", "status"]),
    ("StatefulSet", "/spec/volumeClaimTemplates/*/spec", &["volumeMode"]),
    ("StatefulSet", "/spec/volumeClaimTemplates/*/status", &["phase"]),
    ("GRPCRoute", "/spec/parentRefs/*", &["group", "kind"]),
    ("GRPCRoute", "/spec/rules/*/matches/*/method", &["type"]),
    ("GRPCRoute", "/spec/rules/*/backendRefs/*", &["group", "kind", "weight"]),
];

/// The values at a path in which `*` means every element of a list.
fn every<'a>(value: &'a Value, path: &str) -> Vec<&'a Value> {
    match path.split_once("/*") {
        None => value.pointer(path).into_iter().collect(),
        Some((before, after)) => {
            let elements = list(value.pointer(before).unwrap_or(&Value::Null)).iter();
            elements.flat_map(|it| every(it, after)).collect()
        }
    }
}

#[test]
fn manifests_set_the_fields_that_the_api_server_would_default() {
    for (kind, path, fields) in DEFAULTED {
        let mut found = 0;
        for object in OVERLAYS.iter().flat_map(|it| of_kind(it, kind)) {
            for value in every(&object.0, path) {
                for field in fields {
                    assert!(!value[field].is_null(), "{kind} {}: {path}/{field}", object.name());
                }
                found += 1;
            }
        }
        assert!(found > 0, "no {kind} has {path}");
    }
}
