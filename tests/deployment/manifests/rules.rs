//! Rules of this project for manifests, beyond what Kubernetes validates.

use serde_json::{Value, json};
use tests::process::run;

use super::overlay::{NAMESPACE, OVERLAYS, Object, list, objects, of_kind};

/// Every workload with its overlay and pod template.
fn workloads() -> impl Iterator<Item = (&'static str, &'static Object, &'static Value)> {
    OVERLAYS.into_iter().flat_map(|overlay| {
        let all = objects(overlay).iter();
        all.filter_map(move |it| Some((overlay, it, it.template()?)))
    })
}

fn containers() -> impl Iterator<Item = (String, &'static Value)> {
    workloads().flat_map(|(overlay, object, template)| {
        assert_eq!(template.pointer("/spec/initContainers"), None, "{}", object.name());
        list(&template["spec"]["containers"])
            .iter()
            .map(move |it| (format!("{} of {overlay}", object.name()), it))
    })
}

#[test]
fn every_overlay_has_every_workload() {
    for overlay in OVERLAYS {
        let names: Vec<_> = objects(overlay)
            .iter()
            .filter(|it| it.template().is_some() && it.name() != "postgres")
            .map(|it| (it.kind(), it.stem()))
            .collect();
        let expected = [
            ("Deployment", "onboarding"),
            ("Deployment", "ordering"),
            ("Deployment", "relationship"),
            ("CronJob", "settlement"),
            ("Job", "onboarding-migration"),
            ("Job", "ordering-migration"),
            ("Job", "relationship-migration"),
        ];
        assert_eq!(names.len(), expected.len(), "{overlay}: {names:?}");
        assert!(expected.iter().all(|it| names.contains(it)), "{overlay}: {names:?}");
    }
}

#[test]
fn pods_run_unprivileged() {
    for (overlay, object, template) in workloads() {
        let at = |pointer: &str| template.pointer(pointer).unwrap_or(&Value::Null);
        let about = format!("{} of {overlay}", object.name());
        assert_eq!(at("/spec/automountServiceAccountToken"), &json!(false), "{about}");
        assert_eq!(at("/spec/enableServiceLinks"), &json!(false), "{about}");
        assert_eq!(at("/spec/securityContext/runAsNonRoot"), &json!(true), "{about}");
        assert!(at("/spec/securityContext/runAsUser").as_i64() > Some(0), "{about}");
        let seccomp = at("/spec/securityContext/seccompProfile/type");
        assert_eq!(seccomp, &json!("RuntimeDefault"), "{about}");
        let account = at("/spec/serviceAccountName").as_str().unwrap();
        let mut accounts = of_kind(overlay, "ServiceAccount");
        let account = accounts.find(|it| it.name() == account).unwrap();
        assert_eq!(account.at("/automountServiceAccountToken"), &json!(false), "{about}");
    }
}

#[test]
fn containers_have_resource_limits_and_no_capabilities() {
    for (about, container) in containers() {
        let context = &container["securityContext"];
        let expected = json!({
            "allowPrivilegeEscalation": false,
            "readOnlyRootFilesystem": true,
            "capabilities": { "drop": ["ALL"] },
        });
        assert_eq!(context, &expected, "{about}");
        let resources = &container["resources"];
        for bound in ["/requests/cpu", "/requests/memory", "/limits/memory"] {
            assert!(resources.pointer(bound).is_some(), "{about} has no {bound}");
        }
    }
}

#[test]
fn images_have_a_version() {
    for (about, container) in containers() {
        let image = container["image"].as_str().unwrap();
        let (_, tag) = image.rsplit_once(['@', ':']).unwrap_or_else(|| panic!("{about}: {image}"));
        assert!(tag != "latest" && tag.starts_with(|it: char| it.is_ascii_digit()), "{image}");
        if image.contains("csp-channel") {
            let build = tag.strip_prefix(env!("CARGO_PKG_VERSION"));
            let known = build.is_some_and(|it| it.is_empty() || it.starts_with('-'));
            assert!(known, "{about}: {image} is of another version");
        }
    }
}

#[test]
fn pods_and_objects_have_the_recommended_labels() {
    for (overlay, object, template) in workloads() {
        let labels = &template["metadata"]["labels"];
        for label in ["name", "component", "part-of"] {
            let label = format!("app.kubernetes.io/{label}");
            assert!(labels[&label].is_string(), "{} of {overlay}: {label}", object.name());
        }
    }
    for overlay in OVERLAYS {
        for object in objects(overlay) {
            let part_of = object.at("/metadata/labels/app.kubernetes.io~1part-of");
            assert_eq!(part_of, &json!(NAMESPACE), "{} {}", object.kind(), object.name());
        }
    }
}

#[test]
fn all_objects_are_in_a_namespace_of_restricted_pods() {
    for overlay in OVERLAYS {
        for object in objects(overlay) {
            match object.kind() {
                "Namespace" => {
                    let level = "/metadata/labels/pod-security.kubernetes.io~1enforce";
                    assert_eq!((object.name(), object.text(level)), (NAMESPACE, "restricted"));
                }
                _ => assert_eq!(object.text("/metadata/namespace"), NAMESPACE, "{object:?}"),
            }
        }
    }
}

#[test]
fn services_can_be_rescheduled_and_scaled_without_an_outage() {
    for overlay in ["production", "linkerd", "istio"] {
        for deployment in of_kind(overlay, "Deployment") {
            let name = deployment.name();
            let of = |kind| of_kind(overlay, kind).find(|it| it.name() == name).unwrap();
            let scaler = of("HorizontalPodAutoscaler");
            assert_eq!(scaler.text("/spec/scaleTargetRef/name"), name);
            assert!(scaler.at("/spec/minReplicas").as_i64() >= Some(2), "{name}");
            assert_eq!(
                deployment.at("/spec/replicas"),
                &Value::Null,
                "the autoscaler sets the count"
            );
            let labels = deployment.at("/spec/selector/matchLabels");
            let budget = of("PodDisruptionBudget");
            assert_eq!(budget.at("/spec/selector/matchLabels"), labels);
            assert_eq!(budget.at("/spec/maxUnavailable"), &json!(1));
            assert_eq!(deployment.at("/spec/strategy/rollingUpdate/maxUnavailable"), &json!(0));
            let spread = list(deployment.at("/spec/template/spec/topologySpreadConstraints"));
            assert_eq!(spread.len(), 2, "{name} over zones and hosts");
            for constraint in spread {
                let mut matched = constraint["labelSelector"]["matchLabels"].clone();
                for key in list(&constraint["matchLabelKeys"]) {
                    let key = key.as_str().unwrap();
                    matched[key] = labels[key].clone();
                }
                matched.as_object_mut().unwrap().retain(|_, value| !value.is_null());
                assert_eq!(&matched, labels, "{name} over its own pods");
            }
        }
    }
}

#[test]
fn passwords_come_from_secrets() {
    for (about, container) in containers() {
        let variables = list(&container["env"]).iter();
        for variable in variables.filter(|it| it["name"].as_str().unwrap().ends_with("URL")) {
            let name = variable["name"].as_str().unwrap();
            let secret = variable.pointer("/valueFrom/secretKeyRef").is_some();
            assert_eq!(secret, name.ends_with("__DATABASE__URL"), "{about}: {name}");
        }
    }
    for overlay in ["production", "linkerd", "istio"] {
        assert_eq!(of_kind(overlay, "Secret").count(), 0, "secrets in the repository");
    }
}

/// With `--help` a program prints its usage if it accepts the arguments before.
#[test]
fn programs_accept_the_arguments_of_their_containers() {
    let mut checked = 0;
    for (about, container) in containers() {
        let image = container["image"].as_str().unwrap();
        let Some((_, program)) = image.split_once("csp-channel/") else {
            continue;
        };
        let (program, _) = program.split_once(':').unwrap();
        let arguments = list(&container["args"]).iter().map(|it| it.as_str().unwrap());
        let arguments: Vec<_> = arguments.chain(["--help"]).collect();
        let output = run(program, &arguments, &[]);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{about}: {stderr}");
        checked += 1;
    }
    assert_eq!(checked, OVERLAYS.len() * 7);
}
