use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    sync::Semaphore,
};
use tokio_rustls::TlsAcceptor;
use types::Clock;
use url::Url;

use super::{
    clock, eventually,
    jwt::{Issuer, bearer, good, jwk, load},
    pki::{Ca, server_config, server_params, write},
    signer::Signer,
};
use crate::{Algorithm::Es256, KeySource, TokenSettings, Tokens};

fn set(keys: &[(&Signer, &str)]) -> String {
    let keys: Vec<_> = keys.iter().map(|(signer, kid)| jwk(signer, kid, json!({}))).collect();
    json!({ "keys": keys }).to_string()
}

#[tokio::test]
async fn a_replaced_key_set_is_used_and_an_unusable_one_is_not() {
    let (old, new) = (Signer::es256(), Signer::es256());
    let issuer = Issuer::with(&[jwk(&old, "a", json!({}))], &[Es256]).await;
    let Issuer { folder, tokens } = &issuer;
    tokens.watch(Duration::from_millis(10));
    write(folder.path(), "jwks.json", "{");
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(bearer(tokens, &good(&old, "ES256", "a")).await, "proven: billing");
    write(folder.path(), "jwks.json", &set(&[(&new, "b")]));
    let of_new = good(&new, "ES256", "b");
    eventually(async || bearer(tokens, &of_new).await == "proven: billing").await;
    assert_eq!(bearer(tokens, &good(&old, "ES256", "a")).await, "KEY_UNKNOWN");
}

#[tokio::test]
async fn an_unusable_key_set_does_not_start() {
    let signer = Signer::es256();
    let key = |more: Value| jwk(&signer, "a", more);
    let without_id = || signer.jwk();
    let many: Vec<_> = (0..65).map(|it| jwk(&signer, &it.to_string(), json!({}))).collect();
    for (keys, error) in [
        (json!([]), "no public key for signatures"),
        (json!([key(json!({})), key(json!({}))]), "two keys have the same `kid`, or none"),
        (json!([without_id(), without_id()]), "two keys have the same `kid`, or none"),
        (json!([jwk(&Signer::Hs256(vec![1; 32]), "a", json!({}))]), "no public key"),
        (json!([key(json!({ "use": "enc" }))]), "no public key"),
        (json!([key(json!({ "key_ops": ["sign"] }))]), "no public key"),
        (json!([key(json!({ "alg": "HS256" }))]), "the `alg` of a key is not one of its type"),
        (json!([key(json!({ "alg": "RS256" }))]), "the `alg` of a key is not one of its type"),
        (json!([key(json!({ "alg": "ES384" }))]), "the `alg` of a key is not one of its type"),
        (json!([{ "kty": "RSA", "kid": "a", "e": "AQAB", "n": "_".repeat(340) }]), "no public key"),
        (json!([key(json!({ "kid": "" }))]), "empty or too long `kid`"),
        (json!([key(json!({ "x": "?" }))]), "not base64url"),
        (json!([key(json!({ "crv": "P-1" }))]), "no public key"),
        (json!(many), "more than 64 keys"),
        (json!("a"), "not a JSON web key set"),
    ] {
        let folder = TempDir::new().unwrap();
        let jwks = json!({ "keys": keys }).to_string();
        let found = load(&folder, &jwks, &[Es256]).await.unwrap_err();
        assert!(found.contains(error), "{found}, not {error}");
    }
    let folder = TempDir::new().unwrap();
    assert!(load(&folder, &set(&[(&signer, "a")]), &[]).await.is_err());
}

/// A server of a key set, which counts its answers.
struct Server {
    url: Url,
    answer: Arc<Mutex<String>>,
    count: Arc<AtomicUsize>,
    /// Closed while no answer is written.
    gate: Arc<Semaphore>,
}

fn answer(status: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

impl Server {
    async fn start(body: &str, tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let url = format!("{scheme}://localhost:{port}/keys?tenant=a").parse().unwrap();
        let server = Self {
            url,
            answer: Arc::new(Mutex::new(answer("200 OK", body))),
            count: Arc::default(),
            gate: Arc::new(Semaphore::new(1)),
        };
        let (answer, count) = (server.answer.clone(), server.count.clone());
        let gate = server.gate.clone();
        deadline::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                drop(gate.acquire().await);
                let text = answer.lock().unwrap().clone();
                match &tls {
                    Some(tls) => {
                        if let Ok(stream) = tls.accept(stream).await {
                            respond(stream, &text).await;
                        }
                    }
                    None => respond(stream, &text).await,
                }
            }
        });
        server
    }

    fn answers(&self, status: &str, body: &str) {
        *self.answer.lock().unwrap() = answer(status, body);
    }

    fn count(&self) -> usize {
        self.count.load(Ordering::SeqCst)
    }

    async fn tokens(&self, ca_file: Option<std::path::PathBuf>, clock: Clock) -> Tokens {
        tokens(self.url.clone(), ca_file, clock).await.unwrap()
    }
}

async fn respond(mut stream: impl AsyncReadExt + AsyncWriteExt + Unpin, text: &str) {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        let Ok(next) = stream.read_u8().await else { return };
        request.push(next);
    }
    assert!(request.starts_with(b"GET /keys?tenant=a HTTP/1.1\r\nhost: localhost:"));
    let _ = stream.write_all(text.as_bytes()).await;
    let _ = stream.shutdown().await;
}

async fn tokens(
    url: Url,
    ca_file: Option<std::path::PathBuf>,
    clock: Clock,
) -> Result<Tokens, String> {
    let settings = TokenSettings {
        issuer: "https://issuer.example".into(),
        audience: "csp".into(),
        algorithms: vec![Es256],
        keys: KeySource::Url { url, ca_file },
    };
    Tokens::load(settings, clock).await
}

#[tokio::test]
async fn an_unknown_key_is_fetched_at_most_once_a_minute() {
    let (old, new) = (Signer::es256(), Signer::es256());
    let server = Server::start(&set(&[(&old, "a")]), None).await;
    let clock = clock();
    let tokens = server.tokens(None, clock.clone()).await;
    assert_eq!(bearer(&tokens, &good(&old, "ES256", "a")).await, "proven: billing");
    server.answers("200 OK", &set(&[(&new, "b")]));
    let of_new = good(&new, "ES256", "b");
    for _ in 0..20 {
        assert_eq!(bearer(&tokens, &of_new).await, "KEY_UNKNOWN");
    }
    assert_eq!(server.count(), 1);
    clock.advance(Duration::from_secs(60));
    assert_eq!(bearer(&tokens, &of_new).await, "proven: billing");
    assert_eq!(server.count(), 2);
    assert_eq!(bearer(&tokens, &good(&old, "ES256", "a")).await, "KEY_UNKNOWN");
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn a_caller_that_leaves_does_not_cancel_the_refresh() {
    let (old, new) = (Signer::es256(), Signer::es256());
    let server = Server::start(&set(&[(&old, "a")]), None).await;
    let clock = clock();
    let tokens = server.tokens(None, clock.clone()).await;
    clock.advance(Duration::from_secs(60));
    server.answers("200 OK", &set(&[(&new, "b")]));
    let of_new = good(&new, "ES256", "b");
    let closed = server.gate.acquire().await;
    let leaves = tokio::time::timeout(Duration::from_millis(20), bearer(&tokens, &of_new));
    assert!(leaves.await.is_err());
    drop(closed);
    assert_eq!(bearer(&tokens, &of_new).await, "proven: billing");
    assert_eq!(server.count(), 2);
}

#[tokio::test(start_paused = true)]
async fn keys_are_fetched_again_after_five_minutes() {
    let (old, new) = (Signer::es256(), Signer::es256());
    let server = Server::start(&set(&[(&old, "a")]), None).await;
    let tokens = server.tokens(None, clock()).await;
    tokens.watch(Duration::from_secs(1));
    server.answers("200 OK", &set(&[(&new, "b")]));
    tokio::time::sleep(Duration::from_secs(299)).await;
    assert_eq!(server.count(), 1);
    tokio::time::sleep(Duration::from_secs(2)).await;
    let of_new = good(&new, "ES256", "b");
    eventually(async || bearer(&tokens, &of_new).await == "proven: billing").await;
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn a_failed_refresh_keeps_the_keys() {
    let (signer, other) = (Signer::es256(), Signer::es256());
    let server = Server::start(&set(&[(&signer, "a")]), None).await;
    let clock = clock();
    let tokens = server.tokens(None, clock.clone()).await;
    let keys = set(&[(&other, "b")]);
    let too_long = format!("{}{keys}", " ".repeat(256 * 1024));
    for (status, body) in [
        ("500 Internal Server Error", keys.as_str()),
        ("302 Found", &keys),
        ("200 OK", r#"{"keys":[]}"#),
        ("200 OK", &too_long),
    ] {
        server.answers(status, body);
        clock.advance(Duration::from_secs(60));
        let before = server.count();
        assert_eq!(bearer(&tokens, &good(&other, "ES256", "b")).await, "KEY_UNKNOWN");
        assert_eq!(server.count(), before + 1);
        assert_eq!(bearer(&tokens, &good(&signer, "ES256", "a")).await, "proven: billing");
    }
    // The same document is used if it comes as it should.
    server.answers("200 OK", &keys);
    clock.advance(Duration::from_secs(60));
    assert_eq!(bearer(&tokens, &good(&other, "ES256", "b")).await, "proven: billing");
}

#[tokio::test]
async fn callers_with_unknown_keys_share_one_refresh() {
    let signer = Signer::es256();
    let server = Server::start(&set(&[(&signer, "a")]), None).await;
    let clock = clock();
    let tokens = server.tokens(None, clock.clone()).await;
    clock.advance(Duration::from_secs(60));
    let token = good(&signer, "ES256", "z");
    let call = || bearer(&tokens, &token);
    let closed = server.gate.acquire().await;
    let open = async {
        tokio::time::sleep(Duration::from_millis(20)).await;
        drop(closed);
    };
    tokio::join!(call(), call(), call(), call(), open);
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn keys_that_cannot_be_fetched_at_the_start_are_fetched_later() {
    let signer = Signer::es256();
    let server = Server::start("", None).await;
    let clock = clock();
    let tokens = server.tokens(None, clock.clone()).await;
    let token = good(&signer, "ES256", "a");
    assert_eq!(bearer(&tokens, &token).await, "KEYS_UNAVAILABLE");
    server.answers("200 OK", &set(&[(&signer, "a")]));
    assert_eq!(bearer(&tokens, &token).await, "KEYS_UNAVAILABLE");
    clock.advance(Duration::from_secs(60));
    assert_eq!(bearer(&tokens, &token).await, "proven: billing");
}

#[tokio::test]
async fn keys_are_fetched_over_tls_from_the_right_server_only() {
    let signer = Signer::es256();
    let folder = TempDir::new().unwrap();
    let ca = Ca::root();
    let file = write(folder.path(), "ca.pem", &ca.pem());
    let token = good(&signer, "ES256", "a");
    let other = Ca::root();
    for (issuer, name, found) in [
        (&ca, "localhost", "proven: billing"),
        (&ca, "issuer.example", "KEYS_UNAVAILABLE"),
        (&other, "localhost", "KEYS_UNAVAILABLE"),
    ] {
        let mut config = server_config(&issuer.issue(server_params(name)));
        config.alpn_protocols.clear();
        let tls = TlsAcceptor::from(Arc::new(config));
        let server = Server::start(&set(&[(&signer, "a")]), Some(tls)).await;
        // The CA is that of the file, and certificates are compared with the machine's clock.
        let tokens = server.tokens(Some(file.clone()), clock()).await;
        assert_eq!(bearer(&tokens, &token).await, found, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_does_not_answer_delays_the_start_for_five_seconds() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
    let tokens = tokio::time::timeout(Duration::from_millis(5_100), tokens(url, None, clock()));
    let tokens = tokens.await.unwrap().unwrap();
    assert_eq!(bearer(&tokens, &good(&Signer::es256(), "ES256", "a")).await, "KEYS_UNAVAILABLE");
}

#[tokio::test]
async fn keys_come_over_tls_or_from_this_machine() {
    for url in [
        "http://issuer.example/keys",
        "http://10.0.0.7/keys",
        "ftp://localhost/keys",
        "https://user:secret@issuer.example/keys",
    ] {
        let error = tokens(url.parse().unwrap(), None, clock()).await.unwrap_err();
        assert!(!error.contains("secret"), "{error}");
    }
}
