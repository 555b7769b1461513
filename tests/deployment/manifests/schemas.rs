use std::{
    io::Write,
    process::{Command, Output, Stdio},
};

use super::overlay::{OVERLAYS, tool, yaml};
use crate::root;

/// Version of the Kubernetes schemas.
const KUBERNETES: &str = "1.34";
const CUSTOM_RESOURCES: [&str; 3] = [
    ".tools/manifests/crds/gateway.networking.k8s.io_grpcroutes.yaml",
    ".tools/manifests/crds/istio.yaml",
    "tests/deployment/manifests/linkerd.yaml",
];

/// The faults of a YAML stream of objects, one per line.
fn faults(yaml: &str) -> String {
    let mut validator = Command::new(tool("python"))
        .args(["tests/deployment/manifests/validate.py", KUBERNETES])
        .args(CUSTOM_RESOURCES)
        .current_dir(root())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the validator is not installed: run tests/setup");
    validator.stdin.take().unwrap().write_all(yaml.as_bytes()).unwrap();
    let Output { status, stdout, stderr } = validator.wait_with_output().unwrap();
    let faults = String::from_utf8(stdout).unwrap();
    let errors = String::from_utf8_lossy(&stderr);
    assert!(errors.is_empty(), "{errors}");
    assert_eq!(status.success(), faults.is_empty(), "{faults}");
    faults
}

#[test]
fn every_object_matches_its_schema() {
    let all = OVERLAYS.map(yaml);
    assert_eq!(faults(&all.join("---\n")), "");
}

#[test]
fn typing_errors_are_found() {
    let with = |overlay: &str, from: &str, to: &str| {
        let all = yaml(overlay);
        let object = all.split("---\n").find(|it| it.contains(from));
        object.unwrap_or_else(|| panic!("there is no {from}")).replacen(from, to, 1)
    };
    for (yaml, expected) in [
        (with("production", "readinessProbe:", "readynessProbe:"), "readynessProbe"),
        (with("production", "maxSurge: 1", "maxSurge: true"), "maxSurge"),
        (
            with("production", "  minReplicas: 2", "  minReplicas: 2\n  minReplicas: 3"),
            "duplicate key",
        ),
        (with("production", "apiVersion: apps/v1", "apiVersion: apps/v2"), "schema"),
        (with("linkerd", "accessPolicy: deny", "accesPolicy: deny"), "accesPolicy"),
        (with("linkerd", "        service: csp", "        servise: csp"), "servise"),
        (with("istio", "retryOn: connect", "retriesOn: connect"), "retriesOn"),
        (with("istio", "mode: STRICT", "mode: STRIKT"), "STRIKT"),
    ] {
        let faults = faults(&yaml);
        assert!(faults.contains(expected), "{expected} is not in: {faults}");
    }
}
