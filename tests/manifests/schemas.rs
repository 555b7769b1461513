use std::{
    io::Write,
    process::{Command, Output, Stdio},
};

use crate::overlay::{OVERLAYS, root, tool, yaml};

/// The Kubernetes whose schemas count.
const KUBERNETES: &str = "1.34";
const CUSTOM_RESOURCES: [&str; 3] = [
    ".tools/manifests/crds/gateway.networking.k8s.io_grpcroutes.yaml",
    ".tools/manifests/crds/istio.yaml",
    "tests/manifests/linkerd.yaml",
];

/// What is wrong with a stream of objects, a line each.
fn faults(yaml: &str) -> String {
    let mut validator = Command::new(tool("python"))
        .args(["tests/manifests/validate.py", KUBERNETES])
        .args(CUSTOM_RESOURCES)
        .current_dir(root())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the validator is not installed: run tests/setup");
    validator.stdin.take().unwrap().write_all(yaml.as_bytes()).unwrap();
    let Output { status, stdout, stderr } = validator.wait_with_output().unwrap();
    let said = String::from_utf8(stdout).unwrap();
    let broken = String::from_utf8_lossy(&stderr);
    assert!(broken.is_empty(), "{broken}");
    assert_eq!(status.success(), said.is_empty(), "{said}");
    said
}

#[test]
fn every_object_is_what_its_schema_says() {
    let all = OVERLAYS.map(yaml);
    assert_eq!(faults(&all.join("---\n")), "");
}

#[test]
fn a_slip_of_the_pen_is_found() {
    let once = |overlay: &str, from: &str, to: &str| {
        let all = yaml(overlay);
        let object = all.split("---\n").find(|it| it.contains(from));
        object.unwrap_or_else(|| panic!("there is no {from}")).replacen(from, to, 1)
    };
    for (broken, told) in [
        (once("production", "readinessProbe:", "readynessProbe:"), "readynessProbe"),
        (once("production", "maxSurge: 1", "maxSurge: true"), "maxSurge"),
        (once("production", "  minReplicas: 2", "  minReplicas: 2\n  minReplicas: 3"), "twice"),
        (once("production", "apiVersion: apps/v1", "apiVersion: apps/v2"), "schema"),
        (once("linkerd", "accessPolicy: deny", "accesPolicy: deny"), "accesPolicy"),
        (once("linkerd", "        service: csp", "        servise: csp"), "servise"),
        (once("istio", "retryOn: connect", "retriesOn: connect"), "retriesOn"),
        (once("istio", "mode: STRICT", "mode: STRIKT"), "STRIKT"),
    ] {
        let said = faults(&broken);
        assert!(said.contains(told), "{told} is not in: {said}");
    }
}
