//! The settings of the pods, read by the loader of the services.

use std::{collections::BTreeMap, fs, net::SocketAddr, path::PathBuf, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD};
use onboarding::Onboarding;
use ordering::Ordering;
use relationship::Relationship;
use runtime::{
    config::{DurationOrZero, PositiveDuration, Reader, Variables},
    process::{Service, load},
};
use serde_json::{Value, json};
use testbed::Folder;

use super::{
    graph::{SERVICES, ServiceInfo},
    overlay::{NAMESPACE, OVERLAYS, Object, list, of_kind},
};
use crate::root;

/// Time to export the last spans and stop the runtime, after drain and grace.
const MARGIN: Duration = Duration::from_secs(5);

/// Connections of PostgreSQL with default settings, without those reserved for superusers.
const DATABASE_CONNECTIONS: u64 = 97;

/// The settings of a pod: its file and environment variables.
struct PodSettings {
    _folder: Folder,
    file: PathBuf,
    variables: BTreeMap<String, String>,
    pod: &'static Value,
}

impl PodSettings {
    fn new(overlay: &str, service: &str) -> Self {
        let deployment = named(overlay, "Deployment", service);
        let pod = &deployment.template().unwrap()["spec"];
        let container = &pod["containers"][0];
        let file = format!("{service}.toml");
        assert_eq!(container["args"], json!(["--config", format!("/etc/csp/{file}")]));
        let mount = &list(&container["volumeMounts"])[0];
        assert_eq!(mount["mountPath"], "/etc/csp");
        let volumes = list(&pod["volumes"]).iter();
        let volume = { volumes }.find(|it| it["name"] == mount["name"]).unwrap();
        let map = named(overlay, "ConfigMap", volume["configMap"]["name"].as_str().unwrap());
        assert!(map.name().len() > service.len(), "the name has a hash of the content");
        let folder = Folder::new();
        let path = folder.path().join(&file);
        fs::write(&path, map.at("/data")[&file].as_str().unwrap()).unwrap();
        let mut variables = BTreeMap::<String, String>::new();
        for variable in list(&container["env"]) {
            let mut value = value(overlay, service, variable);
            // Kubernetes replaces references to the variables before.
            for (before, text) in &variables {
                value = value.replace(&format!("$({before})"), text);
            }
            variables.insert(variable["name"].as_str().unwrap().to_owned(), value);
        }
        Self { _folder: folder, file: path, variables, pod }
    }

    fn variables(&self) -> Variables {
        Variables::Only(self.variables.clone().into_iter().collect())
    }

    fn reader(&self, of: &ServiceInfo) -> Reader {
        Reader::load(of.name, of.defaults, Some(&self.file), self.variables()).unwrap()
    }

    fn assert_loads<S: Service>(&self) {
        if let Err(problems) = load::<S>(Some(&self.file), self.variables()) {
            panic!("{}: {problems}", S::NAME);
        }
    }
}

fn named(overlay: &str, kind: &str, name: &str) -> &'static Object {
    let found = of_kind(overlay, kind).find(|it| it.name() == name);
    found.unwrap_or_else(|| panic!("{overlay} has no {kind} {name}"))
}

/// The value of a variable; a placeholder for secrets that the overlay does not contain.
fn value(overlay: &str, service: &str, variable: &Value) -> String {
    if let Some(field) = variable.pointer("/valueFrom/fieldRef/fieldPath") {
        assert_eq!(field, "status.podIPs");
        return "192.0.2.60,2001:db8::60".to_owned();
    }
    let Some(reference) = variable.pointer("/valueFrom/secretKeyRef") else {
        return variable["value"].as_str().unwrap().to_owned();
    };
    let (name, key) = (reference["name"].as_str().unwrap(), reference["key"].as_str().unwrap());
    if overlay != "local" {
        assert_eq!((name, key), (&*format!("{service}-database"), "url"));
        return format!("postgres://{service}:secret@192.0.2.50/{service}");
    }
    secret(named(overlay, "Secret", name), key)
}

fn secret(secret: &Object, key: &str) -> String {
    let value = secret.at("/data")[key].as_str().unwrap_or_else(|| panic!("{key} is missing"));
    let value: String = value.split_whitespace().collect();
    String::from_utf8(STANDARD.decode(value).unwrap()).unwrap()
}

#[test]
fn every_service_loads_the_settings_of_its_pods() {
    for overlay in OVERLAYS {
        PodSettings::new(overlay, Onboarding::NAME).assert_loads::<Onboarding>();
        PodSettings::new(overlay, Relationship::NAME).assert_loads::<Relationship>();
        PodSettings::new(overlay, Ordering::NAME).assert_loads::<Ordering>();
    }
}

#[test]
fn pod_specs_match_the_settings() {
    for overlay in OVERLAYS {
        for service in &SERVICES {
            let settings = PodSettings::new(overlay, service.name);
            let mut reader = settings.reader(service);
            let container = &settings.pod["containers"][0];
            let mut port_of = |key: &str, at: usize| {
                let address: SocketAddr = reader.take(key).unwrap();
                assert!(
                    address.ip().is_unspecified(),
                    "{key} must accept connections from outside the pod"
                );
                assert_eq!(container["ports"][at]["containerPort"], address.port());
                address.port()
            };
            let port = port_of("grpc.listen", 0);
            port_of("telemetry.prometheus_listen", 1);
            for (probe, name) in [
                ("startupProbe", "liveness"),
                ("livenessProbe", "liveness"),
                ("readinessProbe", service.grpc_name),
            ] {
                assert_eq!(container[probe]["grpc"], json!({ "port": port, "service": name }));
            }
            let limit: usize = reader.take("grpc.max_in_flight").unwrap();
            let per_connection: usize = reader.take("grpc.max_in_flight_per_connection").unwrap();
            match overlay {
                "linkerd" | "istio" => {
                    assert_eq!(per_connection, limit, "a proxy has one connection");
                }
                _ => assert_eq!(per_connection, limit / 2, "a caller has a few connections"),
            }
            let drain = reader.take::<DurationOrZero>("grpc.drain").unwrap().0;
            let grace = reader.take::<PositiveDuration>("grpc.grace").unwrap().0;
            assert!(drain > Duration::ZERO, "endpoints are updated with a delay");
            let period = settings.pod["terminationGracePeriodSeconds"].as_u64().unwrap();
            assert!(Duration::from_secs(period) >= drain + grace + MARGIN, "{period} s");
            for name in [service.name.to_owned(), format!("{}-headless", service.name)] {
                let address = named(overlay, "Service", &name);
                assert_eq!(address.at("/spec/ports/0/port"), &json!(port));
                assert_eq!(address.text("/spec/ports/0/appProtocol"), "kubernetes.io/h2c");
                assert_eq!(
                    address.at("/spec/selector"),
                    named(overlay, "Deployment", service.name).at("/spec/selector/matchLabels"),
                );
            }
        }
    }
}

#[test]
fn callers_are_proven_in_a_mesh_only() {
    for overlay in OVERLAYS {
        let source = match overlay {
            "linkerd" => "linkerd",
            "istio" => "envoy",
            _ => "none",
        };
        for service in &SERVICES {
            let settings = PodSettings::new(overlay, service.name);
            let mut reader = settings.reader(service);
            let mut take = |key: &str| reader.take::<String>(&format!("identity.{key}")).unwrap();
            assert_eq!(take("source"), source, "{overlay}");
            let unproven = take("serve_unproven_callers_on_any_address");
            assert_eq!(unproven, (source == "none").to_string(), "{overlay}");
            if source == "none" {
                continue;
            }
            let (folder, map) = ("/etc/callers", named(overlay, "ConfigMap", "callers"));
            let file = format!("{}.toml", service.name);
            assert_eq!(take("bindings_file"), format!("{folder}/{file}"));
            assert!(map.at("/data")[&file].is_string(), "{overlay}: {file}");
            let mounts = list(&settings.pod["containers"][0]["volumeMounts"]).iter();
            let mount = { mounts }.find(|it| it["mountPath"] == folder).unwrap();
            // A file that is mounted by its path is not replaced when the ConfigMap changes.
            assert_eq!(mount["subPath"], Value::Null);
            let volumes = list(&settings.pod["volumes"]).iter();
            let volume = { volumes }.find(|it| it["name"] == mount["name"]).unwrap();
            assert_eq!(volume["configMap"], json!({ "name": "callers" }));
            let account = settings.pod["serviceAccountName"].as_str().unwrap();
            let own_id = match source {
                "envoy" => format!("spiffe://cluster.local/ns/{NAMESPACE}/sa/{account}"),
                _ => String::new(),
            };
            assert_eq!(take("own_id"), own_id);
        }
    }
}

#[test]
fn a_database_has_connections_for_all_pods_and_the_migration() {
    let documented = fs::read_to_string(root().join("k8s/overlays/production/kustomization.yaml"));
    let documented = documented.unwrap();
    for overlay in ["production", "linkerd", "istio"] {
        for service in &SERVICES {
            let settings = PodSettings::new(overlay, service.name);
            let mut reader = settings.reader(service);
            // The pool, and the connection that reads changes.
            let each = reader.take::<u64>("database.max_connections").unwrap() + 1;
            let scaler = named(overlay, "HorizontalPodAutoscaler", service.name);
            let surge = named(overlay, "Deployment", service.name)
                .at("/spec/strategy/rollingUpdate/maxSurge");
            let pods = scaler.at("/spec/maxReplicas").as_u64().unwrap() + surge.as_u64().unwrap();
            let all = pods * each + 1;
            assert!(
                all <= DATABASE_CONNECTIONS,
                "{all} connections for {} in {overlay}",
                service.name
            );
            assert!(
                documented.contains(&format!("{all} for {}", service.name)),
                "the kustomization does not state {all} for {}",
                service.name
            );
        }
    }
}

/// Without a mesh the client balances over the addresses of a headless Service; a mesh balances over a
/// Service with a clusterIP.
#[test]
fn peer_urls_name_the_services_that_exist() {
    for overlay in OVERLAYS {
        let meshed = ["linkerd", "istio"].contains(&overlay);
        for service in &SERVICES {
            let settings = PodSettings::new(overlay, service.name);
            for peer in service.peers() {
                let mut reader = Reader::load(
                    service.name,
                    service.defaults,
                    Some(&settings.file),
                    settings.variables(),
                )
                .unwrap();
                let url: String = reader.take(&format!("{}.url", peer.name)).unwrap();
                let host =
                    if meshed { peer.name.to_owned() } else { format!("{}-headless", peer.name) };
                assert_eq!(url, format!("http://{host}:{}", peer.port()), "{overlay}");
                let headless = named(overlay, "Service", &host).at("/spec/clusterIP") == "None";
                assert_eq!(headless, !meshed, "{overlay}: {host}");
            }
        }
    }
}

#[test]
fn the_local_roles_have_the_passwords_of_the_secrets() {
    let roles = secret_of_prefix("postgres-roles");
    for service in &SERVICES {
        for (kind, role) in [
            ("database", service.name.to_owned()),
            ("migration", format!("{}_owner", service.name)),
        ] {
            let url = secret(secret_of_prefix(&format!("{}-{kind}", service.name)), "url");
            let password = secret(roles, &role);
            assert_eq!(url, format!("postgres://{role}:{password}@postgres:5432/{}", service.name));
        }
    }
}

/// A generated Secret of the local overlay. Names of Secrets for Deployments end with a hash.
fn secret_of_prefix(name: &str) -> &'static Object {
    let mut found = of_kind("local", "Secret").filter(|it| {
        it.name() == name || it.name().rsplit_once('-').is_some_and(|(before, _)| before == name)
    });
    found.next().unwrap_or_else(|| panic!("there is no Secret {name}"))
}

/// Kubernetes sets such variables for Services.
#[test]
fn variables_of_kubernetes_are_not_read_as_settings() {
    let variables = ["ORDERING_SERVICE_HOST", "ORDERING_SERVICE_PORT", "ORDERING_PORT"];
    let variables = variables.map(|it| (it.to_owned(), "tcp://10.0.0.1:50053".to_owned()));
    load::<Ordering>(None, Variables::Only(variables.into_iter().collect())).unwrap();
}
