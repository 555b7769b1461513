use std::str::from_utf8;

use fuzz::run;
use http::{HeaderMap, HeaderValue};
use serde_json::{Value, json};

use super::{
    NOW,
    jwt::{Issuer, bearer, jwk},
    mesh::{PROXY, envoy, linkerd},
    outcome,
    signer::Signer,
};
use crate::Algorithm::Es256;

#[test]
fn fuzzing_of_mesh_headers() {
    run(concat!(env!("CARGO_MANIFEST_DIR"), "/corpus/mesh.txt"), |input| {
        let Ok(value) = HeaderValue::from_bytes(input) else { return "no header".to_owned() };
        let mut headers = HeaderMap::new();
        headers.insert("l5d-client-id", value.clone());
        headers.insert("x-forwarded-client-cert", value);
        let peer = PROXY.parse().unwrap();
        let outcomes = [linkerd(), envoy()].map(|mesh| match mesh.caller(&headers, peer) {
            Ok(caller) => {
                assert!(caller.id().starts_with("spiffe://cluster.local/"), "{caller}");
                "proven".to_owned()
            }
            refused => outcome(refused),
        });
        outcomes.join(" ")
    });
}

#[test]
fn fuzzing_of_tokens() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let signer = Signer::es256();
    let issuer = runtime.block_on(Issuer::with(&[jwk(&signer, "a", json!({}))], &[Es256]));
    run(concat!(env!("CARGO_MANIFEST_DIR"), "/corpus/tokens.txt"), |input| {
        let Ok(text) = from_utf8(input) else { return "no text".to_owned() };
        let (header, claims) = text.split_once('\n').unwrap_or((text, ""));
        let outcome = runtime.block_on(bearer(&issuer.tokens, &signer.token(header, claims)));
        let Some(caller) = outcome.strip_prefix("proven: ") else { return outcome };
        let claims: Value = serde_json::from_str(claims).unwrap();
        assert_eq!(claims["sub"], caller);
        assert_eq!(claims["iss"], "https://issuer.example");
        assert!(claims["exp"].as_f64().unwrap() > NOW as f64 - 60.0, "{claims}");
        "proven".to_owned()
    });
}
