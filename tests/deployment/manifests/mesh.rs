//! Authorization and retry policies of the meshes, compared with the calls between services.

use std::collections::BTreeSet;

use authority::{Bindings, Caller, Proof, Role};

use super::{
    graph::{SERVICES, callers},
    overlay::{NAMESPACE, Object, list, of_kind},
};

/// Caller and method; `*` means all methods of a service.
type Rights = BTreeSet<(String, String)>;

/// The methods that are safe to retry: reads, and the mutation whose request id is required.
fn retryable() -> BTreeSet<String> {
    let reads = |method: &String| {
        ["Get", "List", "Batch", "Check", "Verify"].iter().any(|verb| method.starts_with(verb))
            || method == "PlaceOrder"
    };
    let all = SERVICES.iter().flat_map(|service| {
        let methods = service.methods().into_iter().filter(reads);
        methods.map(|it| format!("/{}/{it}", service.grpc_name))
    });
    all.collect()
}

fn needed() -> Rights {
    let all = SERVICES.iter().flat_map(|service| {
        let methods = callers(service)
            .into_iter()
            .flat_map(|(who, methods)| methods.into_iter().map(move |it| (who.to_owned(), it)));
        let methods = methods.chain([("callers".to_owned(), "*".to_owned())]);
        methods.map(|(who, it)| (who, format!("/{}/{it}", service.grpc_name)))
    });
    all.collect()
}

/// Whether a path belongs to the contracts. Health and reflection are open to all callers.
fn is_contract(path: &str) -> bool {
    path.starts_with("/csp.")
}

fn text(value: &serde_json::Value) -> String {
    value.as_str().unwrap().to_owned()
}

#[test]
fn istio_authorizes_exactly_the_calls_between_services() {
    let mut rights = Rights::new();
    for policy in of_kind("istio", "AuthorizationPolicy").filter(|it| it.name() != "allow-nothing")
    {
        for rule in list(policy.at("/spec/rules")) {
            let source = &rule["from"][0]["source"];
            let who = match source["principals"][0].as_str() {
                Some(principal) => {
                    principal.strip_prefix("cluster.local/ns/csp-channel/sa/").unwrap().to_owned()
                }
                None => {
                    assert_eq!(source["namespaces"][0], "csp-callers");
                    "callers".to_owned()
                }
            };
            let paths = list(&rule["to"][0]["operation"]["paths"]).iter().map(text);
            rights.extend(paths.filter(|it| is_contract(it)).map(|it| (who.clone(), it)));
        }
    }
    assert_eq!(rights, needed());
    let nothing = of_kind("istio", "AuthorizationPolicy").find(|it| it.name() == "allow-nothing");
    assert_eq!(nothing.unwrap().at("/spec"), &serde_json::json!({}), "for the whole namespace");
    let strict = of_kind("istio", "PeerAuthentication").next().unwrap();
    assert_eq!(strict.text("/spec/mtls/mode"), "STRICT");
}

/// The methods that a GRPCRoute matches; a match without a method means all.
fn matched(route: &Object) -> impl Iterator<Item = String> {
    let rules = list(route.at("/spec/rules")).iter();
    let matches = rules.flat_map(|rule| list(&rule["matches"])).map(|it| &it["method"]);
    matches.map(|it| format!("/{}/{}", text(&it["service"]), it["method"].as_str().unwrap_or("*")))
}

#[test]
fn linkerd_authorizes_exactly_the_calls_between_services() {
    let mut rights = Rights::new();
    for policy in of_kind("linkerd", "AuthorizationPolicy") {
        let (who, target) = (
            policy.text("/spec/requiredAuthenticationRefs/0/name"),
            policy.text("/spec/targetRef/name"),
        );
        let route = of_kind("linkerd", "GRPCRoute").find(|it| it.name() == target).unwrap();
        assert_eq!(route.text("/spec/parentRefs/0/kind"), "Server");
        let paths: Vec<_> = matched(route).collect();
        if who == "kubelet" {
            assert_eq!(
                paths,
                ["/grpc.health.v1.Health/*"],
                "a caller without identity may only check health"
            );
        }
        rights
            .extend(paths.into_iter().filter(|it| is_contract(it)).map(|it| (who.to_owned(), it)));
    }
    // A route of single methods removes them from the route of all, so callers need access to both.
    let single = rights.clone().into_iter().filter(|(who, path)| {
        who == "callers"
            && !path.ends_with('*')
            && rights.iter().any(|(other, it)| other != who && it == path)
    });
    let single: Rights = single.collect();
    let rights: Rights = rights.difference(&single).cloned().collect();
    assert_eq!(rights, needed());
    for (_, path) in needed().into_iter().filter(|(_, path)| !path.ends_with('*')) {
        assert!(single.contains(&("callers".to_owned(), path.clone())), "{path}");
    }
    for server in of_kind("linkerd", "Server").filter(|it| it.name() != "metrics") {
        assert_eq!(server.text("/spec/accessPolicy"), "deny");
    }
}

#[test]
fn services_are_bound_to_the_role_of_their_calls_and_to_no_other() {
    for (overlay, service) in
        ["linkerd", "istio"].into_iter().flat_map(|it| SERVICES.iter().map(move |of| (it, of)))
    {
        let map = of_kind(overlay, "ConfigMap").find(|it| it.name() == "callers").unwrap();
        let bindings = Bindings::read(map.text(&format!("/data/{}.toml", service.name))).unwrap();
        let callers: Vec<_> = callers(service).into_iter().map(|(who, _)| who).collect();
        for account in ["onboarding", "relationship", "ordering", "settlement"] {
            let id = format!("spiffe://cluster.local/ns/{NAMESPACE}/sa/{account}");
            let access = bindings.of(&Caller::proven(&id, Proof::Mesh));
            let needed = if account == "settlement" { Role::Settlement } else { Role::Service };
            for role in Role::ALL {
                let expected = callers.contains(&account) && *role == needed;
                assert_eq!(access.has(*role), expected, "{id} at {}: {role}", service.name);
            }
        }
    }
}

#[test]
fn meshes_retry_idempotent_methods_only() {
    let mut istio = BTreeSet::new();
    for service in of_kind("istio", "VirtualService") {
        for route in list(service.at("/spec/http")) {
            if route["retries"]["attempts"] != 0 {
                istio.extend(list(&route["match"]).iter().map(|it| text(&it["uri"]["exact"])));
                // A call that a service has answered is not retried.
                assert_eq!(route["retries"]["retryOn"], "connect-failure,refused-stream");
            }
        }
    }
    assert_eq!(istio, retryable());
    // Linkerd cannot tell whether a service answered. Callers of the other methods retry themselves.
    let mut linkerd = retryable();
    linkerd.retain(|path| path.starts_with("/csp.ordering."));
    let retry = "/metadata/annotations/retry.linkerd.io~1grpc";
    let routes = of_kind("linkerd", "GRPCRoute").filter(|it| it.at(retry) == "unavailable");
    assert_eq!(routes.flat_map(matched).collect::<BTreeSet<_>>(), linkerd);
}
