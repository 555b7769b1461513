use http::{HeaderMap, HeaderValue};
use proptest::prelude::*;

use super::{compare, outcome};
use crate::{Mesh, MeshKind};

pub const PROXY: &str = "127.0.0.1";
const OWN: &str = "spiffe://cluster.local/ns/csp/sa/ordering";
const CALLER: &str = "spiffe://cluster.local/ns/csp/sa/console";
const LINKERD_ID: &str = "console.csp.serviceaccount.identity.linkerd.cluster.local";

fn mesh(kind: MeshKind) -> Mesh {
    let proxies = [PROXY.parse().unwrap(), "fd00::6".parse().unwrap()];
    Mesh::new(kind, &proxies, "cluster.local".parse().unwrap()).unwrap()
}

pub fn linkerd() -> Mesh {
    mesh(MeshKind::Linkerd)
}

pub fn envoy() -> Mesh {
    mesh(MeshKind::Envoy { own_id: OWN.parse().unwrap() })
}

fn called(mesh: &Mesh, headers: &[(&'static str, &str)], peer: &str) -> String {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(*name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
    }
    outcome(mesh.caller(&map, peer.parse().unwrap()))
}

/// The element that our own proxy appends for the caller.
fn own_element() -> String {
    element(CALLER)
}

fn element(uri: &str) -> String {
    format!("By={OWN};Hash=0a1b;Subject=\"CN=x,O=\\\"y\\\"\";URI={uri};DNS=a.example")
}

fn xfcc(lines: &[&str]) -> String {
    let headers: Vec<_> = lines.iter().map(|line| ("x-forwarded-client-cert", *line)).collect();
    called(&envoy(), &headers, PROXY)
}

#[test]
fn the_caller_that_linkerd_names_is_proven() {
    let id = |value: &str, peer: &str| called(&linkerd(), &[("l5d-client-id", value)], peer);
    assert_eq!(id(LINKERD_ID, PROXY), format!("proven: {CALLER}"));
    assert_eq!(id(LINKERD_ID, "::ffff:127.0.0.1"), format!("proven: {CALLER}"));
    assert_eq!(id(CALLER, "fd00::6"), format!("proven: {CALLER}"));
    let dotted = "a.b.ns.serviceaccount.identity.linkerd.cluster.local";
    assert_eq!(id(dotted, PROXY), "proven: spiffe://cluster.local/ns/ns/sa/a.b");
}

#[test]
fn the_caller_that_envoy_names_last_is_proven() {
    let proven = format!("proven: {CALLER}");
    let other = element("spiffe://cluster.local/ns/csp/sa/admin");
    for lines in [
        &[own_element().as_str()][..],
        &[&format!("{other},{}", own_element())],
        &[&format!("{other}, {}", own_element())],
        &[&other, &own_element()],
        &[&format!("by=\"{OWN}\";uri=\"{CALLER}\"")],
        &[&format!("By={OWN};Subject=\"\";URI={CALLER}")],
        &[&format!("By={OWN};Subject=\"CN=\\\\\";URI={CALLER}")],
        &[&format!("By={OWN};Subject=\"URI=spiffe://cluster.local/admin;By=x\";URI={CALLER}")],
    ] {
        assert_eq!(xfcc(lines), proven, "{lines:?}");
    }
}

#[test]
fn a_forged_header_of_linkerd_is_refused() {
    let one = |value: &str| called(&linkerd(), &[("l5d-client-id", value)], PROXY);
    let from = |peer: &str| called(&linkerd(), &[("l5d-client-id", LINKERD_ID)], peer);
    let two = [("l5d-client-id", LINKERD_ID), ("l5d-client-id", LINKERD_ID)];
    let long = format!("{}.{LINKERD_ID}", "a".repeat(4000));
    compare(&[
        ("past the sidecar", from("10.0.0.7"), "NOT_THE_PROXY"),
        ("past the sidecar, mapped address", from("::ffff:10.0.0.7"), "NOT_THE_PROXY"),
        ("another loopback address", from("127.0.0.2"), "NOT_THE_PROXY"),
        ("IPv6 loopback", from("::1"), "NOT_THE_PROXY"),
        ("IPv4-compatible address", from("::7f00:1"), "NOT_THE_PROXY"),
        ("no header", called(&linkerd(), &[], PROXY), "MESH_HEADER_MISSING"),
        ("two equal headers", called(&linkerd(), &two, PROXY), "MESH_HEADER_REPEATED"),
        ("empty", one(""), "MESH_HEADER_MALFORMED"),
        ("two ids in one header", one(&format!("{LINKERD_ID},{LINKERD_ID}")), "NOT_A_SPIFFE_ID"),
        ("id of Envoy's header", xfcc_of_linkerd(), "MESH_HEADER_MISSING"),
        ("wrong suffix", one("console.csp.pod.identity.linkerd.cluster.local"), "MALFORMED"),
        ("no trust domain", one("console.csp.serviceaccount.identity.linkerd."), "NOT_A_SPIFFE"),
        ("other trust domain", one(&LINKERD_ID.replace("local", "evil")), "OTHER_TRUST_DOMAIN"),
        ("sub-domain", one(&LINKERD_ID.replace("cluster", "a.cluster")), "OTHER_TRUST_DOMAIN"),
        ("trailing dot", one(&format!("{LINKERD_ID}.")), "OTHER_TRUST_DOMAIN"),
        ("suffix twice", one(&format!("{LINKERD_ID}.{LINKERD_ID}")), "OTHER_TRUST_DOMAIN"),
        ("upper case", one(&LINKERD_ID.to_uppercase()), "MESH_HEADER_MALFORMED"),
        ("upper case account", one(&LINKERD_ID.replace("console", "Console")), "MALFORMED"),
        ("no namespace", one("a.serviceaccount.identity.linkerd.cluster.local"), "MALFORMED"),
        ("empty account", one(".csp.serviceaccount.identity.linkerd.cluster.local"), "MALFORMED"),
        ("empty namespace", one("a..serviceaccount.identity.linkerd.cluster.local"), "MALFORMED"),
        ("slash in the account", one(&LINKERD_ID.replace("console", "../x")), "MALFORMED"),
        ("not ASCII", one("cönsole.csp.serviceaccount.identity.linkerd.cluster.local"), "MALF"),
        ("oversize", one(&long), "MESH_HEADER_MALFORMED"),
        ("SPIFFE id of another domain", one("spiffe://evil/a"), "OTHER_TRUST_DOMAIN"),
        ("SPIFFE id with user", one("spiffe://cluster.local@evil/a"), "NOT_A_SPIFFE_ID"),
    ]);
}

fn xfcc_of_linkerd() -> String {
    called(&linkerd(), &[("x-forwarded-client-cert", &own_element())], PROXY)
}

#[test]
fn a_forged_header_of_envoy_is_refused() {
    let own = own_element();
    let one = |value: &str| xfcc(&[value]);
    let other = format!("By=spiffe://cluster.local/ns/csp/sa/other;URI={CALLER}");
    let admin = "spiffe://cluster.local/ns/csp/sa/admin";
    let pairs = |text: &str| one(&format!("By={OWN};{text}"));
    let from = |peer: &str| called(&envoy(), &[("x-forwarded-client-cert", &own)], peer);
    let many = vec![own.as_str(); 17].join(",");
    let padded = format!("By={OWN};Cert=\"{}\";URI={CALLER}", "a".repeat(17_000));
    compare(&[
        ("past the sidecar", from("10.0.0.7"), "NOT_THE_PROXY"),
        ("no header", called(&envoy(), &[], PROXY), "MESH_HEADER_MISSING"),
        ("header of Linkerd", called(&envoy(), &[("l5d-client-id", CALLER)], PROXY), "MISSING"),
        ("empty", one(""), "MESH_HEADER_MALFORMED"),
        ("element after ours", one(&format!("{own},{other}")), "NOT_BY_OUR_PROXY"),
        ("element after ours in a line", xfcc(&[&own, &other]), "NOT_BY_OUR_PROXY"),
        ("empty element after ours", one(&format!("{own},")), "MESH_HEADER_MALFORMED"),
        ("empty line after ours", xfcc(&[&own, ""]), "MESH_HEADER_MALFORMED"),
        ("malformed element before ours", one(&format!("x,{own}")), "MESH_HEADER_MALFORMED"),
        ("open quote before ours", one(&format!("Subject=\",{own}")), "MESH_HEADER_MALFORMED"),
        ("open quote, escaped", one(&format!("Subject=\"\\\",{own}")), "MESH_HEADER_MALFORMED"),
        ("quote over two lines", xfcc(&["Subject=\"", &own]), "MESH_HEADER_MALFORMED"),
        ("URI in a quoted subject only", pairs(&format!("Subject=\"URI={admin}\"")), "URI_COUNT"),
        (
            "URI after an escaped quote",
            pairs(&format!("Subject=\"\\\";URI={admin}\"")),
            "URI_COUNT",
        ),
        ("quote without its end", pairs(&format!("URI=\"{CALLER}")), "MESH_HEADER_MALFORMED"),
        ("text after a quote", pairs(&format!("URI=\"{CALLER}\"x")), "MESH_HEADER_MALFORMED"),
        ("quote inside a value", pairs(&format!("URI={CALLER}\"\"")), "MESH_HEADER_MALFORMED"),
        ("equals sign inside a value", pairs(&format!("URI={CALLER}=")), "MESH_HEADER_MALFORMED"),
        ("no equals sign", pairs("URI"), "MESH_HEADER_MALFORMED"),
        ("empty pair", pairs(&format!(";URI={CALLER}")), "MESH_HEADER_MALFORMED"),
        ("two URIs", pairs(&format!("URI={CALLER};URI={admin}")), "MESH_URI_COUNT"),
        ("two equal URIs", pairs(&format!("URI={CALLER};URI={CALLER}")), "MESH_URI_COUNT"),
        ("URI in other case", pairs(&format!("URI={CALLER};uri={admin}")), "MESH_URI_COUNT"),
        ("no URI", pairs("Hash=0a"), "MESH_URI_COUNT"),
        ("empty URI", pairs("URI="), "NOT_A_SPIFFE_ID"),
        ("DNS instead of URI", pairs(&format!("DNS={CALLER}")), "MESH_URI_COUNT"),
        ("URI that is no SPIFFE id", pairs("URI=https://cluster.local/a"), "NOT_A_SPIFFE_ID"),
        ("other trust domain", pairs("URI=spiffe://evil/ns/csp/sa/a"), "OTHER_TRUST_DOMAIN"),
        ("By missing", one(&format!("URI={CALLER}")), "NOT_BY_OUR_PROXY"),
        ("By of another", one(&other), "NOT_BY_OUR_PROXY"),
        ("By twice", one(&format!("By={OWN};{own}")), "NOT_BY_OUR_PROXY"),
        ("By in upper case", one(&own.replace(OWN, &OWN.to_uppercase())), "NOT_BY_OUR_PROXY"),
        ("By in an earlier element", one(&format!("By={OWN},URI={CALLER}")), "NOT_BY_OUR_PROXY"),
        ("not ASCII", pairs(&format!("Subject=\"ü\";URI={CALLER}")), "MESH_HEADER_MALFORMED"),
        ("17 elements", one(&many), "MESH_HEADER_TOO_LONG"),
        ("33 pairs", pairs(&vec!["Hash=0a"; 33].join(";")), "MESH_HEADER_TOO_LONG"),
        ("oversize", one(&padded), "MESH_HEADER_TOO_LONG"),
        ("oversize over lines", xfcc(&[padded.as_str(); 2]), "MESH_HEADER_TOO_LONG"),
    ]);
}

#[test]
fn a_mesh_without_proxies_or_with_a_foreign_own_id_does_not_start() {
    let domain = || "cluster.local".parse().unwrap();
    assert!(Mesh::new(MeshKind::Linkerd, &[], domain()).is_err());
    let own_id = "spiffe://other/a".parse().unwrap();
    let proxies = [PROXY.parse().unwrap()];
    assert!(Mesh::new(MeshKind::Envoy { own_id }, &proxies, domain()).is_err());
}

/// What callers write before the element of our own proxy, or into the subject of their certificate.
fn written() -> impl Strategy<Value = String> {
    let admin = "spiffe://cluster.local/ns/csp/sa/admin";
    let pieces = vec![
        ",".to_owned(),
        ";".to_owned(),
        "=".to_owned(),
        "\"".to_owned(),
        "\\".to_owned(),
        " ".to_owned(),
        "x".to_owned(),
        "By=".to_owned(),
        "URI=".to_owned(),
        "Subject=\"".to_owned(),
        OWN.to_owned(),
        admin.to_owned(),
        format!("By={OWN};URI={admin}"),
    ];
    prop::collection::vec(prop::sample::select(pieces), 0..12).prop_map(|it| it.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 5_000, failure_persistence: None, ..<_>::default() })]

    #[test]
    fn nothing_that_a_caller_writes_changes_who_it_is(
        before in written(),
        subject in written(),
        line in any::<bool>(),
    ) {
        // As Envoy escapes a subject.
        let subject = subject.replace('\\', "\\\\").replace('"', "\\\"");
        let own = format!("By={OWN};Hash=0a;Subject=\"{subject}\";URI={CALLER}");
        let found = if line { xfcc(&[&before, &own]) } else { xfcc(&[&format!("{before},{own}")]) };
        let proven = found.strip_prefix("proven: ");
        prop_assert!(proven.is_none_or(|id| id == CALLER), "{found}");
        prop_assert_eq!(xfcc(&[&own]), format!("proven: {CALLER}"));
    }
}
