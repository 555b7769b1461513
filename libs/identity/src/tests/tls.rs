use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DnType, ExtendedKeyUsagePurpose,
    GeneralSubtree, IsCa, KeyPair, KeyUsagePurpose, NameConstraints, SanType, date_time_ymd,
};
use rustls::version::{TLS12, TLS13};
use tokio::net::UnixStream;

use super::{
    clock, compare,
    pki::{
        CALLER, Ca, Certified, Listener, ca_params, client_config, client_params, server_config,
        server_params, uri, write,
    },
};
use crate::{ClientFiles, ClientTls, KeyPairFiles, ServerFiles, ServerTls};

/// A good client certificate with one change.
fn but(change: impl FnOnce(&mut CertificateParams)) -> CertificateParams {
    let mut params = client_params();
    change(&mut params);
    params
}

fn sans(names: Vec<SanType>) -> CertificateParams {
    but(|it| it.subject_alt_names = names)
}

/// The extension of subject alternative names with these elements.
fn raw_san(names: &[(u8, &[u8])]) -> CustomExtension {
    let mut body = Vec::new();
    for (tag, name) in names {
        body.extend([*tag, u8::try_from(name.len()).unwrap()]);
        body.extend(*name);
    }
    let mut content = vec![0x30, u8::try_from(body.len()).unwrap()];
    content.extend(body);
    CustomExtension::from_oid_content(&[2, 5, 29, 17], content)
}

/// The tag of a URI among subject alternative names.
const URI: u8 = 0x86;

#[tokio::test]
async fn a_certificate_with_one_spiffe_id_proves_its_caller() {
    let listener = Listener::start();
    let proven = format!("proven: {CALLER}");
    let good = listener.ca.issue(client_params());
    for version in [&TLS12, &TLS13] {
        let config = client_config(&listener.ca, Some(&good), &[version]);
        assert_eq!(listener.connect(config).await, proven);
    }
    let intermediate = listener.ca.intermediate(ca_params("intermediate"));
    assert_eq!(listener.caller(&intermediate.issue(client_params())).await, proven);
    let other_names = vec![SanType::DnsName("a.example".try_into().unwrap()), uri(CALLER)];
    assert_eq!(listener.caller(&listener.ca.issue(sans(other_names))).await, proven);
    let raw = but(|it| {
        it.subject_alt_names.clear();
        it.custom_extensions.push(raw_san(&[(URI, CALLER.as_bytes())]));
    });
    assert_eq!(listener.caller(&listener.ca.issue(raw)).await, proven);
}

#[tokio::test]
async fn a_forged_certificate_is_refused() {
    let it = Listener::start();
    let ca = &it.ca;
    let issued = async |params| it.caller(&ca.issue(params)).await;
    let named = async |names: Vec<SanType>| issued(sans(names)).await;
    let id = async |text: &str| named(vec![uri(text)]).await;
    let raw = async |names: &[(u8, &[u8])]| {
        issued(but(|it| {
            it.subject_alt_names.clear();
            it.custom_extensions.push(raw_san(names));
        }))
        .await
    };

    let namesake = Ca::root();
    let other = Ca::with(ca_params("other"));
    let not_ca =
        ca.intermediate(but(|it| it.distinguished_name = ca_params("leaf").distinguished_name));
    let short = ca.intermediate(but_ca("short", |it| {
        it.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    }));
    let too_deep = short.intermediate(ca_params("below"));
    let old = ca.intermediate(but_ca("old", |it| it.not_after = date_time_ymd(2026, 1, 1)));
    let server_only = ca.intermediate(but_ca("server-only", |it| {
        it.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    }));
    let dns_only = ca.intermediate(but_ca("constrained", |it| {
        let subtree = GeneralSubtree::DnsName("example".into());
        let excluded = vec![GeneralSubtree::DirectoryName(it.distinguished_name.clone())];
        it.name_constraints = Some(NameConstraints {
            permitted_subtrees: vec![subtree],
            excluded_subtrees: excluded,
        });
    }));
    let mut long = ca.intermediate(ca_params("level 0"));
    for level in 1..8 {
        long = long.intermediate(ca_params(&format!("level {level}")));
    }

    let own = KeyPair::generate().unwrap();
    let self_signed = client_params().self_signed(&own).unwrap().der().clone();
    let self_signed = Certified { chain: vec![self_signed], key: own };
    let stolen =
        Certified { chain: ca.issue(client_params()).chain, key: KeyPair::generate().unwrap() };
    let mut tampered = ca.issue(client_params());
    let mut der = tampered.chain[0].to_vec();
    let at = der.windows(7).position(|it| it == b"console").unwrap();
    der[at] = b'C';
    tampered.chain[0] = der.into();
    let unpresented = Certified {
        chain: ca.intermediate(ca_params("absent")).issue(client_params()).chain[..1].to_vec(),
        key: KeyPair::generate().unwrap(),
    };
    let mut http1 = client_config(ca, Some(&ca.issue(client_params())), rustls::ALL_VERSIONS);
    http1.alpn_protocols = vec![b"http/1.1".to_vec()];

    let expired = but(|it| it.not_after = date_time_ymd(2026, 11, 26));
    let early = but(|it| it.not_before = date_time_ymd(2026, 11, 28));
    let no_client = but(|it| it.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth]);
    let a_ca = but(|it| it.is_ca = IsCa::Ca(BasicConstraints::Unconstrained));
    let signs = but(|it| it.key_usages = vec![KeyUsagePurpose::KeyCertSign]);
    let twice = but(|it| it.custom_extensions.push(raw_san(&[(URI, b"spiffe://cluster.local/b")])));
    let common_name = but(|it| {
        it.subject_alt_names.clear();
        it.distinguished_name.push(DnType::CommonName, CALLER);
    });
    let none = client_config(ca, None, rustls::ALL_VERSIONS);
    let email = SanType::Rfc822Name(CALLER.try_into().unwrap());
    let dns = SanType::DnsName("console.csp".try_into().unwrap());
    compare(&[
        ("no certificate", it.connect(none).await, "CERTIFICATE_MISSING"),
        ("expired", issued(expired).await, "handshake: invalid peer certificate: certificate exp"),
        ("not yet valid", issued(early).await, "certificate not valid yet"),
        (
            "other CA with the name of ours",
            it.caller(&namesake.issue(client_params())).await,
            "BadSignature",
        ),
        ("other CA", it.caller(&other.issue(client_params())).await, "UnknownIssuer"),
        ("self-signed", it.caller(&self_signed).await, "UnknownIssuer"),
        ("certificate of another key", it.caller(&stolen).await, "BadSignature"),
        ("altered certificate", it.caller(&tampered).await, "BadSignature"),
        ("intermediate not presented", it.caller(&unpresented).await, "UnknownIssuer"),
        ("no client EKU", issued(no_client).await, "does not allow extended key usage"),
        ("CA as client", issued(a_ca).await, "CaUsedAsEndEntity"),
        (
            "intermediate is no CA",
            it.caller(&not_ca.issue(client_params())).await,
            "EndEntityUsedAsCa",
        ),
        (
            "path length exceeded",
            it.caller(&too_deep.issue(client_params())).await,
            "PathLenConstraintViolated",
        ),
        (
            "chain too long",
            it.caller(&long.issue(client_params())).await,
            "MaximumPathDepthExceeded",
        ),
        ("intermediate expired", it.caller(&old.issue(client_params())).await, "expired"),
        (
            "intermediate for servers",
            it.caller(&server_only.issue(client_params())).await,
            "does not allow extended",
        ),
        (
            "name constraint",
            it.caller(&dns_only.issue(client_params())).await,
            "NameConstraintViolation",
        ),
        ("may sign others", issued(signs).await, "CERTIFICATE_SIGNS"),
        ("HTTP/1.1", it.connect(http1).await, "handshake"),
        (
            "right CA, other trust domain",
            id("spiffe://evil/ns/csp/sa/console").await,
            "OTHER_TRUST_DOMAIN",
        ),
        ("sub-domain", id("spiffe://a.cluster.local/a").await, "OTHER_TRUST_DOMAIN"),
        ("two URIs", named(vec![uri(CALLER), uri("spiffe://cluster.local/b")]).await, "URI_COUNT"),
        ("two equal URIs", named(vec![uri(CALLER), uri(CALLER)]).await, "URI_COUNT"),
        (
            "SPIFFE id and web address",
            named(vec![uri(CALLER), uri("https://a.example")]).await,
            "URI_COUNT",
        ),
        (
            "SPIFFE id and empty URI",
            raw(&[(URI, CALLER.as_bytes()), (URI, b"")]).await,
            "URI_COUNT",
        ),
        (
            "SPIFFE id and unreadable URI",
            raw(&[(URI, CALLER.as_bytes()), (URI, b"\xff")]).await,
            "CERTIFICATE_MALFORMED",
        ),
        (
            "SPIFFE id and unknown name",
            raw(&[(URI, CALLER.as_bytes()), (0x8a, b"x")]).await,
            "MALFORMED",
        ),
        ("two extensions of names", issued(twice).await, "handshake"),
        ("no name at all", named(vec![]).await, "URI_COUNT"),
        ("DNS name only", named(vec![dns]).await, "URI_COUNT"),
        ("email address only", named(vec![email]).await, "URI_COUNT"),
        ("common name only", issued(common_name).await, "URI_COUNT"),
        ("web address", id("https://cluster.local/ns/csp/sa/console").await, "NOT_A_SPIFFE_ID"),
        ("empty URI", raw(&[(URI, b"")]).await, "NOT_A_SPIFFE_ID"),
        ("no path", id("spiffe://cluster.local").await, "NOT_A_SPIFFE_ID"),
        ("upper case trust domain", id("spiffe://CLUSTER.local/a").await, "NOT_A_SPIFFE_ID"),
        ("percent-encoding", id("spiffe://cluster.local/%61").await, "NOT_A_SPIFFE_ID"),
        ("port", id("spiffe://cluster.local:1/a").await, "NOT_A_SPIFFE_ID"),
        ("user", id("spiffe://cluster.local@evil/a").await, "NOT_A_SPIFFE_ID"),
        ("zero byte", raw(&[(URI, b"spiffe://cluster.local/a\0b")]).await, "NOT_A_SPIFFE_ID"),
        ("line end", raw(&[(URI, b"spiffe://cluster.local/a\n")]).await, "NOT_A_SPIFFE_ID"),
    ]);
}

fn but_ca(name: &str, change: impl FnOnce(&mut CertificateParams)) -> CertificateParams {
    let mut params = ca_params(name);
    change(&mut params);
    params
}

#[tokio::test]
async fn a_listener_without_client_ca_asks_for_no_certificate() {
    let listener = Listener::start();
    let client = listener.ca.issue(client_params());
    let key_pair =
        listener.ca.issue(server_params("ordering.csp")).write(listener.folder.path(), "b");
    let tls = ServerTls::load(ServerFiles { key_pair, client_ca: None }, clock()).unwrap();
    let config = client_config(&listener.ca, Some(&client), rustls::ALL_VERSIONS);
    assert_eq!(super::pki::handshake(&tls, config).await, Ok(None));
    assert!(tls.mtls().is_none());
}

/// Calls a server as `name`.
pub async fn call(client: &ClientTls, server: rustls::ServerConfig, name: &'static str) -> String {
    let (near, far) = UnixStream::pair().unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(std::sync::Arc::new(server));
    let name = crate::ServerName::try_from(name).unwrap();
    let connector = client.connector();
    let (client, _) = tokio::join!(connector.connect(name, near), acceptor.accept(far));
    client.map_or_else(|error| error.to_string(), |_| "connected".to_owned())
}

#[tokio::test]
async fn a_forged_server_is_refused() {
    let folder = tempfile::TempDir::new().unwrap();
    let ca = Ca::root();
    let file = write(folder.path(), "ca.pem", &ca.pem());
    let client = ClientTls::load(ClientFiles { ca: file, key_pair: None }, clock()).unwrap();
    let served = async |params, name| call(&client, server_config(&ca.issue(params)), name).await;
    let good = || server_params("ordering.csp");
    let mut old = good();
    old.not_after = date_time_ymd(2026, 11, 26);
    let mut no_server = good();
    no_server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    let mut common_name = client_params();
    common_name.extended_key_usages.clear();
    common_name.distinguished_name.push(DnType::CommonName, "ordering.csp");
    let other = Ca::root().issue(good());
    compare(&[
        ("good", served(good(), "ordering.csp").await, "connected"),
        ("good by address", served(server_params("127.0.0.1"), "127.0.0.1").await, "connected"),
        ("other name", served(good(), "billing.csp").await, "not valid for name"),
        ("other address", served(server_params("127.0.0.1"), "127.0.0.2").await, "not valid for"),
        ("name in the subject only", served(common_name, "ordering.csp").await, "not valid for"),
        ("server expired", served(old, "ordering.csp").await, "expired"),
        ("client certificate", served(no_server, "ordering.csp").await, "extended key usage"),
        (
            "CA of another",
            call(&client, server_config(&other), "ordering.csp").await,
            "BadSignature",
        ),
    ]);
}

#[tokio::test]
async fn our_client_proves_itself_to_our_listener() {
    let listener = Listener::start();
    let folder = listener.folder.path();
    let key_pair = Some(listener.ca.issue(client_params()).write(folder, "client"));
    let files = ClientFiles { ca: folder.join("ca.pem"), key_pair };
    let client = ClientTls::load(files, clock()).unwrap();
    let (near, far) = UnixStream::pair().unwrap();
    let name = crate::ServerName::try_from("ordering.csp").unwrap();
    let (connector, acceptor) = (client.connector(), listener.tls.acceptor());
    let (near, far) = tokio::join!(connector.connect(name, near), acceptor.accept(far));
    assert_eq!(near.unwrap().get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let far = far.unwrap();
    let caller = listener.tls.mtls().unwrap().caller(far.get_ref().1.peer_certificates());
    assert_eq!(super::outcome(caller), format!("proven: {CALLER}"));
}

#[tokio::test]
async fn no_session_is_resumed() {
    let listener = Listener::start();
    let client = listener.ca.issue(client_params());
    for version in [&TLS12, &TLS13] {
        // Clones share the memory of sessions.
        let config = client_config(&listener.ca, Some(&client), &[version]);
        for _ in 0..2 {
            let (near, far) = UnixStream::pair().unwrap();
            let connector = tokio_rustls::TlsConnector::from(std::sync::Arc::new(config.clone()));
            let name = crate::ServerName::try_from("ordering.csp").unwrap();
            let acceptor = listener.tls.acceptor();
            let (near, far) = tokio::join!(connector.connect(name, near), acceptor.accept(far));
            assert!(near.is_ok());
            let kind = far.unwrap().get_ref().1.handshake_kind();
            assert_eq!(kind, Some(rustls::HandshakeKind::Full));
        }
    }
}

#[test]
fn unusable_files_do_not_start() {
    let listener = Listener::start();
    let folder = listener.folder.path();
    let server =
        KeyPairFiles { certificate: folder.join("server.pem"), key: folder.join("server.key") };
    let other = listener.ca.issue(server_params("b")).write(folder, "other");
    let empty = write(folder, "empty.pem", "");
    let load = |certificate: &std::path::Path, key: &std::path::Path| {
        let key_pair = KeyPairFiles { certificate: certificate.into(), key: key.into() };
        ServerTls::load(ServerFiles { key_pair, client_ca: None }, clock()).map(drop)
    };
    assert_eq!(load(&server.certificate, &server.key), Ok(()));
    for (certificate, key, error) in [
        (&server.certificate, &other.key, "server.pem: keys may not be consistent"),
        (&server.certificate, &empty, "empty.pem: not a private key"),
        (&server.certificate, &server.certificate, "server.pem: not a private key"),
        (&empty, &server.key, "empty.pem: not certificates"),
        (&server.key, &server.key, "server.key: not certificates"),
        (&folder.join("absent"), &server.key, "absent: No such file"),
    ] {
        let found = load(certificate, key).unwrap_err();
        assert!(found.contains(error) && !found.contains("PRIVATE"), "{found}");
    }
    let half = KeyPairFiles::from_settings(Some("a".into()), None).unwrap_err();
    assert_eq!(half, "the certificate has no key; set both files, or neither");
    assert!(KeyPairFiles::from_settings(None, Some("a".into())).is_err());
    assert!(KeyPairFiles::from_settings(None, None).unwrap().is_none());
}
