//! NetworkPolicies allow exactly the required connections, for every pair of endpoints and port.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    graph::{SERVICES, callers},
    overlay::{NAMESPACE, OVERLAYS, Object, objects, of_kind},
    policy::{End, Port, allow},
};

/// Name of an endpoint.
type Name = String;
/// A connection: from, to, port.
type Edge = (Name, Name, u16);

const DNS: u16 = 53;
const POSTGRES: u16 = 5432;
const OTLP: u16 = 4317;
const METRICS: u16 = 9464;
/// Port on which a Linkerd proxy accepts connections of other proxies.
const LINKERD_INBOUND: u16 = 4143;
const LINKERD_CONTROL: [u16; 3] = [8080, 8086, 8090];
const ISTIO_CONTROL: u16 = 15012;

/// The pods of an overlay, by the name of their workload.
fn ours(overlay: &str) -> BTreeMap<Name, End> {
    let pods = objects(overlay).iter().filter_map(|it| Some((it, it.template()?)));
    let pods = pods.map(|(object, template)| {
        let labels = template["metadata"]["labels"].as_object().unwrap();
        let labels: Vec<_> =
            labels.iter().map(|(key, value)| (key.as_str(), value.as_str().unwrap())).collect();
        (object.stem().to_owned(), End::pod(NAMESPACE, &labels))
    });
    pods.collect()
}

fn others() -> BTreeMap<Name, End> {
    let name = "app.kubernetes.io/name";
    let caller = [("csp-channel/caller", "true")];
    let admitted = "csp-channel/callers";
    [
        ("caller", End::pod("portal", &caller).admitted(admitted)),
        ("other pod in the namespace of a caller", End::pod("portal", &[]).admitted(admitted)),
        ("caller in a namespace that is not admitted", End::pod("elsewhere", &caller)),
        ("caller in our namespace", End::pod(NAMESPACE, &caller)),
        ("stranger", End::pod("elsewhere", &[("app.kubernetes.io/component", "server")])),
        ("stranger in our namespace", End::pod(NAMESPACE, &[])),
        ("prometheus", End::pod("observability", &[(name, "prometheus")])),
        ("collector", End::pod("observability", &[(name, "opentelemetry-collector")])),
        ("dns", End::pod("kube-system", &[("k8s-app", "kube-dns")])),
        ("node-local dns", End::Address("169.254.20.10".to_owned())),
        ("linkerd", End::pod("linkerd", &[])),
        ("istiod", End::pod("istio-system", &[("app", "istiod")])),
        ("internet", End::Address("198.51.100.7".to_owned())),
    ]
    .map(|(name, end)| (name.to_owned(), end))
    .into()
}

/// The databases outside the cluster, by their service.
fn external(overlay: &str) -> BTreeMap<Name, End> {
    let policies = of_kind(overlay, "NetworkPolicy");
    let blocks = policies.filter_map(|it| {
        let cidr = it.at("/spec/egress/0/to/0/ipBlock/cidr").as_str()?;
        Some((it.name().to_owned(), End::Address(cidr.strip_suffix("/32").unwrap().to_owned())))
    });
    blocks.collect()
}

/// Every required connection.
fn needed(overlay: &str, ends: &BTreeMap<Name, End>) -> BTreeSet<Edge> {
    let mut edges = BTreeSet::new();
    let mut need =
        |from: &str, to: &str, port| edges.insert((from.to_owned(), to.to_owned(), port));
    for service in &SERVICES {
        let own = format!("{}-database", service.name);
        let database = if ends.contains_key("postgres") { "postgres" } else { &own };
        need(service.name, database, POSTGRES);
        need(&format!("{}-migration", service.name), database, POSTGRES);
        need(service.name, "collector", OTLP);
        need("prometheus", service.name, METRICS);
        // Prometheus and the collector may be in the mesh.
        if overlay == "linkerd" {
            need(service.name, "collector", LINKERD_INBOUND);
            need("prometheus", service.name, LINKERD_INBOUND);
        }
        for who in callers(service).into_iter().map(|(who, _)| who).chain(["caller"]) {
            need(who, service.name, service.port());
            if overlay == "linkerd" {
                need(who, service.name, LINKERD_INBOUND);
            }
        }
    }
    let meshed = SERVICES.iter().map(|it| it.name).chain(["settlement"]);
    for meshed in meshed {
        match overlay {
            "linkerd" => LINKERD_CONTROL.map(|port| need(meshed, "linkerd", port)).len(),
            "istio" => usize::from(need(meshed, "istiod", ISTIO_CONTROL)),
            _ => 0,
        };
    }
    edges
}

#[test]
fn exactly_the_required_connections_are_allowed() {
    for overlay in OVERLAYS {
        let policies: Vec<&Object> = of_kind(overlay, "NetworkPolicy").collect();
        let mut ends = ours(overlay);
        let within: Vec<_> =
            ends.keys().cloned().chain(["stranger in our namespace".to_owned()]).collect();
        ends.extend(others());
        ends.extend(external(overlay));
        let needed = needed(overlay, &ends);
        let ports: BTreeSet<u16> = needed.iter().map(|it| it.2).chain([22, 443]).collect();
        let mut allowed = BTreeSet::new();
        for (from, start) in &ends {
            for (to, end) in ends.iter().filter(|it| it.0 != from) {
                let bound = within.contains(from)
                    || within.contains(to)
                    || to == "caller in our namespace"
                    || from == "caller in our namespace";
                for port in ports.iter().filter(|_| bound) {
                    if allow(&policies, start, end, Port("TCP", *port)) {
                        allowed.insert((from.clone(), to.clone(), *port));
                    }
                }
            }
        }
        assert!(needed.len() > 15 && ends.len() > 18, "{overlay}");
        let differ: Vec<_> = allowed.symmetric_difference(&needed).collect();
        assert!(
            differ.is_empty(),
            "{overlay}: allowed and not needed, or the reverse: {differ:#?}"
        );
    }
}

#[test]
fn every_pod_can_reach_dns_and_nothing_else_by_udp() {
    for overlay in OVERLAYS {
        let policies: Vec<&Object> = of_kind(overlay, "NetworkPolicy").collect();
        let others = others();
        for (name, pod) in ours(overlay) {
            for port in [Port("UDP", DNS), Port("TCP", DNS)] {
                for dns in ["dns", "node-local dns"] {
                    assert!(allow(&policies, &pod, &others[dns], port), "{name} of {overlay}");
                }
                assert!(!allow(&policies, &pod, &others["internet"], port), "{name} of {overlay}");
            }
            assert!(!allow(&policies, &others["caller"], &pod, Port("UDP", 50051)), "{name}");
        }
    }
}

#[test]
fn each_service_has_its_own_database() {
    for overlay in ["production", "linkerd", "istio"] {
        let addresses = external(overlay);
        let names: Vec<_> = addresses.keys().cloned().collect();
        assert_eq!(names, ["onboarding-database", "ordering-database", "relationship-database"]);
        let distinct: BTreeSet<_> = addresses.values().map(|it| format!("{it:?}")).collect();
        assert_eq!(distinct.len(), names.len(), "{addresses:?}");
    }
}
