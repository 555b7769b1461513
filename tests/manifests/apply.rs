//! Applying an overlay again changes nothing, and applying another one or a changed one is accepted.

use std::{collections::BTreeMap, fs, path::PathBuf, process::Command};

use serde_json::Value;
use testbed::Folder;

use crate::overlay::{OVERLAYS, Object, list, objects, of_kind, parsed, render, root};

/// What an operator changes: the overlay, the file, what stands there, and what is put in its place.
const CHANGES: [(&str, &str, &str, &str); 4] = [
    (
        "production",
        "overlays/production/kustomization.yaml",
        "newTag: 0.1.0",
        "newTag: 0.1.0-2f0c1ab",
    ),
    ("linkerd", "overlays/production/kustomization.yaml", "registry.example.com", "registry.test"),
    ("istio", "base/migrations.yaml", "memory: 128Mi", "memory: 256Mi"),
    ("local", "overlays/local/kustomization.yaml", "throwaway-", "changed-"),
];

/// An overlay after a change of its files.
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

/// The template of a Job is immutable, so a Job that runs something else needs another name.
#[test]
fn jobs_of_one_name_run_the_same() {
    let changed: Vec<_> =
        CHANGES.map(|(overlay, file, from, to)| changed(overlay, file, from, to)).into();
    let all = OVERLAYS.iter().map(|it| objects(it)).chain(changed.iter().map(Vec::as_slice));
    let mut jobs: BTreeMap<&str, &Value> = BTreeMap::new();
    for job in all.flatten().filter(|it| it.kind() == "Job") {
        let known = *jobs.entry(job.name()).or_insert(job.at("/spec"));
        assert_eq!(known, job.at("/spec"), "{} runs two things", job.name());
        assert_eq!(job.at("/metadata/annotations"), &Value::Null, "kustomize did not read it");
    }
    // The password is in a Secret; every other change is one of what runs.
    assert_eq!(jobs.len(), 3 * (OVERLAYS.len() + CHANGES.len() - 1), "{:?}", jobs.keys());
}

#[test]
fn a_finished_job_is_deleted_by_kubernetes() {
    for job in OVERLAYS.iter().flat_map(|it| of_kind(it, "Job")) {
        let kept = job.at("/spec/ttlSecondsAfterFinished").as_u64();
        assert!(kept.is_some_and(|it| it <= 3600), "{}: {kept:?} s", job.name());
    }
}

/// Every file in a folder.
fn files(path: PathBuf) -> Vec<PathBuf> {
    if !path.is_dir() {
        return vec![path];
    }
    fs::read_dir(path).unwrap().flat_map(|it| files(it.unwrap().path())).collect()
}

/// Every command for kubectl in the documents and in the comments of the manifests.
fn commands() -> Vec<String> {
    let texts = ["README.md", "ARCHITECTURE.md", "docs", "k8s", "ops"].map(|it| root().join(it));
    let texts = texts.into_iter().flat_map(files).map(|it| fs::read_to_string(it).unwrap());
    let commands = texts.flat_map(|text| {
        let pieces = text.split(['\n', '`']).filter(|it| it.starts_with("kubectl "));
        pieces.map(str::to_owned).collect::<Vec<_>>()
    });
    commands.collect()
}

/// An overlay changes the namespace of the base, so the base alone would take back its changes.
#[test]
fn the_namespace_is_applied_by_the_overlay_alone() {
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
        assert!(!command.contains(" delete "), "{command}: nothing has to be deleted");
        if command.contains(" create ") {
            assert!(command.ends_with("-$(date +%s)"), "{command}: a name that is taken later");
        }
    }
}

/// Fields with a default in the lists that kubectl compares as a whole, or (`strategy`) in a structure
/// whose other fields it clears: without them it patches, and prints `configured`, each time.
const FILLED_IN: [(&str, &str, &[&str]); 12] = [
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

/// What is at a path, in which `*` stands for every element of a list.
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
fn what_the_api_server_would_fill_in_is_written_out() {
    for (kind, path, fields) in FILLED_IN {
        let mut known = 0;
        for object in OVERLAYS.iter().flat_map(|it| of_kind(it, kind)) {
            for value in every(&object.0, path) {
                for field in fields {
                    assert!(!value[field].is_null(), "{kind} {}: {path}/{field}", object.name());
                }
                known += 1;
            }
        }
        assert!(known > 0, "no {kind} has {path}");
    }
}
