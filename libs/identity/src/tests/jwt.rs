use http::{HeaderMap, HeaderValue};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{NOW, clock, compare, outcome, signer::Signer};
use crate::{
    Algorithm::{self, EdDsa, Es256, Es384, Ps256, Rs256, Rs512},
    KeySource, TokenSettings, Tokens,
};

const ISSUER: &str = "https://issuer.example";
const AUDIENCE: &str = "csp";

/// A JWKS file, and what believes its keys.
pub struct Issuer {
    pub folder: TempDir,
    pub tokens: Tokens,
}

pub async fn load(
    folder: &TempDir,
    jwks: &str,
    algorithms: &[Algorithm],
) -> Result<Tokens, String> {
    let file = folder.path().join("jwks.json");
    std::fs::write(&file, jwks).unwrap();
    let keys = KeySource::File(file);
    let (issuer, audience) = (ISSUER.into(), AUDIENCE.into());
    let algorithms = algorithms.to_vec();
    Tokens::load(TokenSettings { issuer, audience, algorithms, keys }, clock()).await
}

/// A key of a set.
pub fn jwk(signer: &Signer, kid: &str, more: Value) -> Value {
    let mut key = signer.jwk();
    key["kid"] = json!(kid);
    for (name, value) in more.as_object().unwrap() {
        key[name] = value.clone();
    }
    key
}

impl Issuer {
    pub async fn with(keys: &[Value], algorithms: &[Algorithm]) -> Self {
        let folder = TempDir::new().unwrap();
        let jwks = json!({ "keys": keys }).to_string();
        let tokens = load(&folder, &jwks, algorithms).await.unwrap();
        Self { folder, tokens }
    }
}

pub async fn called(tokens: &Tokens, authorization: &[&str]) -> String {
    let mut headers = HeaderMap::new();
    for value in authorization {
        headers.append("authorization", HeaderValue::from_bytes(value.as_bytes()).unwrap());
    }
    let caller = tokens.caller(&headers).await;
    if let Err(why) = &caller {
        let shown = format!("{why} {why:?} {tokens:?}");
        let parts = authorization.iter().flat_map(|it| it.split(['.', ' ']));
        let shown: Vec<_> = parts.filter(|it| it.len() > 8 && shown.contains(it)).collect();
        assert!(shown.is_empty(), "a text shows a part of the token: {shown:?}");
    }
    outcome(caller)
}

pub async fn bearer(tokens: &Tokens, token: &str) -> String {
    called(tokens, &[&format!("Bearer {token}")]).await
}

/// The claims of a good token; the rows of the table change one.
pub fn claims() -> Value {
    json!({ "iss": ISSUER, "aud": AUDIENCE, "sub": "billing", "exp": NOW + 300, "nbf": NOW - 1 })
}

fn claims_with(name: &str, value: Value) -> String {
    let mut claims = claims();
    claims[name] = value;
    claims.to_string()
}

fn claims_without(name: &str) -> String {
    let mut claims = claims();
    claims.as_object_mut().unwrap().remove(name);
    claims.to_string()
}

pub fn good(signer: &Signer, algorithm: &str, kid: &str) -> String {
    let header = json!({ "alg": algorithm, "kid": kid, "typ": "JWT" }).to_string();
    signer.token(&header, &claims().to_string())
}

#[tokio::test]
async fn a_token_of_each_kind_of_key_proves_its_subject() {
    for (signer, algorithm, name) in [
        (Signer::es256(), Es256, "ES256"),
        (Signer::es384(), Es384, "ES384"),
        (Signer::ed(), EdDsa, "EdDSA"),
        (Signer::Rs256(Signer::rsa()), Rs256, "RS256"),
        (Signer::Rs512(Signer::rsa()), Rs512, "RS512"),
        (Signer::Ps256(Signer::rsa()), Ps256, "PS256"),
    ] {
        for stated in [json!({}), json!({ "alg": name, "use": "sig", "key_ops": ["verify"] })] {
            let issuer = Issuer::with(&[jwk(&signer, "a", stated)], &[algorithm]).await;
            let found = bearer(&issuer.tokens, &good(&signer, name, "a")).await;
            assert_eq!(found, "proven: billing", "{name}");
        }
    }
}

#[tokio::test]
async fn what_the_standard_leaves_open_is_accepted() {
    let signer = Signer::es256();
    let issuer = Issuer::with(&[jwk(&signer, "a", json!({}))], &[Es256]).await;
    let token = |header: &str, claims: &str| signer.token(header, claims);
    let header = r#"{"alg":"ES256","kid":"a"}"#;
    let good = claims().to_string();
    for token in [
        token(header, &good),
        token(r#"{"alg":"ES256"}"#, &good),
        token(r#"{"alg":"ES256","typ":"at+jwt","x5t":"eA"}"#, &good),
        token(header, &claims_with("aud", json!(["other", AUDIENCE]))),
        token(header, &claims_with("exp", json!(NOW as f64 + 0.5))),
        token(header, &claims_with("exp", json!(NOW - 29))),
        token(header, &claims_with("exp", json!(NOW + 24 * 3600))),
        token(header, &claims_with("nbf", json!(NOW + 30))),
        token(header, &claims_without("nbf")),
        token(header, &claims_with("sub", json!("s".repeat(255)))),
    ] {
        let found = bearer(&issuer.tokens, &token).await;
        assert!(found.starts_with("proven: "), "{found}: {token}");
    }
    let lower = format!("bearer {}", token(header, &good));
    assert_eq!(called(&issuer.tokens, &[&lower]).await, "proven: billing");
}

#[tokio::test]
async fn a_token_with_a_forged_header_is_refused() {
    let signer = Signer::es256();
    let rsa = || Signer::Rs256(Signer::rsa());
    let keys = [
        jwk(&signer, "a", json!({})),
        jwk(&rsa(), "r", json!({})),
        jwk(&Signer::es384(), "b", json!({})),
        jwk(&Signer::Hs256(b"secret".to_vec()), "h", json!({})),
        jwk(&Signer::ed(), "enc", json!({ "use": "enc" })),
        jwk(&rsa(), "rs512", json!({ "alg": "RS512" })),
    ];
    let it = Issuer::with(&keys, &[Es256, Rs256, EdDsa]).await;
    let signed = async |signer: &Signer, header: Value| {
        bearer(&it.tokens, &signer.token(&header.to_string(), &claims().to_string())).await
    };
    let none = async |alg: &str| signed(&Signer::Nothing, json!({ "alg": alg, "kid": "a" })).await;
    let extended = async |name: &str, value: Value| {
        let mut header = json!({ "alg": "ES256", "kid": "a" });
        header[name] = value;
        signed(&signer, header).await
    };
    let public = rsa().jwk();
    let modulus = Signer::Hs256(public["n"].as_str().unwrap().as_bytes().to_vec());
    let document = Signer::Hs256(public.to_string().into_bytes());
    let x = Signer::Hs256(signer.jwk()["x"].as_str().unwrap().as_bytes().to_vec());
    let hmac = async |signer: &Signer, kid: &str| {
        signed(signer, json!({ "alg": "HS256", "kid": kid })).await
    };
    let es = async |kid: Value| signed(&signer, json!({ "alg": "ES256", "kid": kid })).await;
    let ours = Signer::es256();
    let embedded = json!({ "alg": "ES256", "kid": "a", "jwk": ours.jwk() });
    let twice = signer.token(r#"{"alg":"none","alg":"ES256","kid":"a"}"#, &claims().to_string());
    let two_kids = signer.token(r#"{"alg":"ES256","kid":"a","kid":"b"}"#, &claims().to_string());
    compare(&[
        ("good", es(json!("a")).await, "proven: billing"),
        ("alg none", none("none").await, "TOKEN_MALFORMED"),
        ("alg None", none("None").await, "TOKEN_MALFORMED"),
        ("alg NONE", none("NONE").await, "TOKEN_MALFORMED"),
        ("alg nOnE", none("nOnE").await, "TOKEN_MALFORMED"),
        ("alg empty", none("").await, "TOKEN_MALFORMED"),
        ("alg with a blank", none("ES256 ").await, "TOKEN_MALFORMED"),
        ("alg in lower case", none("es256").await, "TOKEN_MALFORMED"),
        ("alg missing", signed(&signer, json!({ "kid": "a" })).await, "TOKEN_MALFORMED"),
        ("alg twice", bearer(&it.tokens, &twice).await, "TOKEN_MALFORMED"),
        ("HMAC with the modulus", hmac(&modulus, "r").await, "TOKEN_ALGORITHM"),
        ("HMAC with the public key", hmac(&document, "r").await, "TOKEN_ALGORITHM"),
        ("HMAC with the point", hmac(&x, "a").await, "TOKEN_ALGORITHM"),
        (
            "HMAC with a key of the set",
            hmac(&Signer::Hs256(b"secret".to_vec()), "h").await,
            "TOKEN_ALGORITHM",
        ),
        ("symmetric key of the set", es(json!("h")).await, "KEY_UNKNOWN"),
        (
            "key for encryption",
            signed(&Signer::ed(), json!({ "alg": "EdDSA", "kid": "enc" })).await,
            "KEY_UNKNOWN",
        ),
        (
            "algorithm not configured",
            signed(&Signer::Rs512(Signer::rsa()), json!({ "alg": "RS512", "kid": "r" })).await,
            "TOKEN_ALGORITHM",
        ),
        (
            "padding not configured",
            signed(&Signer::Ps256(Signer::rsa()), json!({ "alg": "PS256", "kid": "r" })).await,
            "TOKEN_ALGORITHM",
        ),
        (
            "algorithm other than the key's",
            signed(&rsa(), json!({ "alg": "RS256", "kid": "rs512" })).await,
            "TOKEN_ALGORITHM",
        ),
        (
            "type other than the key's",
            signed(&rsa(), json!({ "alg": "RS256", "kid": "a" })).await,
            "TOKEN_ALGORITHM",
        ),
        ("curve other than the key's", es(json!("b")).await, "TOKEN_ALGORITHM"),
        (
            "EdDSA for a key of ECDSA",
            signed(&Signer::ed(), json!({ "alg": "EdDSA", "kid": "a" })).await,
            "TOKEN_ALGORITHM",
        ),
        ("kid unknown", es(json!("z")).await, "KEY_UNKNOWN"),
        ("kid missing", signed(&signer, json!({ "alg": "ES256" })).await, "KEY_UNKNOWN"),
        ("kid empty", es(json!("")).await, "KEY_UNKNOWN"),
        ("kid null", es(json!(null)).await, "KEY_UNKNOWN"),
        ("kid of two", bearer(&it.tokens, &two_kids).await, "TOKEN_MALFORMED"),
        ("kid is a number", es(json!(1)).await, "TOKEN_MALFORMED"),
        ("kid is a path", es(json!("../../dev/null")).await, "KEY_UNKNOWN"),
        ("kid is a query", es(json!("a' OR '1'='1")).await, "KEY_UNKNOWN"),
        ("kid in other case", es(json!("A")).await, "KEY_UNKNOWN"),
        (
            "kid of another key",
            signed(&ours, json!({ "alg": "ES256", "kid": "a" })).await,
            "TOKEN_SIGNATURE",
        ),
        ("embedded key", signed(&ours, embedded).await, "TOKEN_HEADER"),
        ("jku", extended("jku", json!("https://evil.example/jwks")).await, "TOKEN_HEADER"),
        ("x5u", extended("x5u", json!("https://evil.example/x5u")).await, "TOKEN_HEADER"),
        ("x5c", extended("x5c", json!(["MAo="])).await, "TOKEN_HEADER"),
        ("crit", extended("crit", json!(["exp"])).await, "TOKEN_HEADER"),
        ("crit empty", extended("crit", json!([])).await, "TOKEN_HEADER"),
        ("b64", extended("b64", json!(false)).await, "TOKEN_HEADER"),
        ("zip", extended("zip", json!("DEF")).await, "TOKEN_HEADER"),
        ("enc", extended("enc", json!("A128GCM")).await, "TOKEN_HEADER"),
        ("token of logout", extended("typ", json!("logout+jwt")).await, "TOKEN_HEADER"),
        ("proof of possession", extended("typ", json!("dpop+jwt")).await, "TOKEN_HEADER"),
    ]);
}

#[tokio::test]
async fn a_token_with_other_claims_is_refused() {
    let signer = Signer::es256();
    let it = Issuer::with(&[jwk(&signer, "a", json!({}))], &[Es256]).await;
    let header = r#"{"alg":"ES256","kid":"a"}"#;
    let text = async |claims: &str| bearer(&it.tokens, &signer.token(header, claims)).await;
    let with = async |name: &str, value: Value| text(&claims_with(name, value)).await;
    let without = async |name: &str| text(&claims_without(name)).await;
    let good = claims().to_string();
    let twice = |name: &str, value: &str| good.replacen('{', &format!("{{\"{name}\":{value},"), 1);
    let raw = |value: &str| good.replace(&(NOW + 300).to_string(), value);
    compare(&[
        ("good", text(&good).await, "proven: billing"),
        ("other issuer", with("iss", json!("https://evil.example")).await, "TOKEN_ISSUER"),
        ("issuer with a slash", with("iss", json!(format!("{ISSUER}/"))).await, "TOKEN_ISSUER"),
        ("issuer in upper case", with("iss", json!(ISSUER.to_uppercase())).await, "TOKEN_ISSUER"),
        ("issuer among others", with("iss", json!(["evil", ISSUER])).await, "TOKEN_MALFORMED"),
        ("issuer empty", with("iss", json!("")).await, "TOKEN_ISSUER"),
        ("issuer missing", without("iss").await, "TOKEN_MALFORMED"),
        (
            "issuer twice",
            text(&twice("iss", "\"https://issuer.example\"")).await,
            "TOKEN_MALFORMED",
        ),
        ("other audience", with("aud", json!("other")).await, "TOKEN_AUDIENCE"),
        ("audience is a prefix", with("aud", json!("csp-admin")).await, "TOKEN_AUDIENCE"),
        ("no audience in the list", with("aud", json!([])).await, "TOKEN_AUDIENCE"),
        ("audience is an object", with("aud", json!({"csp": 1})).await, "TOKEN_MALFORMED"),
        ("audience null", with("aud", json!(null)).await, "TOKEN_MALFORMED"),
        ("audience missing", without("aud").await, "TOKEN_MALFORMED"),
        ("audience twice", text(&twice("aud", "\"other\"")).await, "TOKEN_MALFORMED"),
        ("exp missing", without("exp").await, "TOKEN_MALFORMED"),
        ("exp null", with("exp", json!(null)).await, "TOKEN_MALFORMED"),
        ("exp past", with("exp", json!(NOW - 30)).await, "TOKEN_EXPIRED"),
        ("exp zero", with("exp", json!(0)).await, "TOKEN_EXPIRED"),
        ("exp negative", with("exp", json!(-1)).await, "TOKEN_"),
        ("exp in milliseconds", with("exp", json!(NOW * 1000)).await, "TOKEN_LIFETIME"),
        ("exp over a day", with("exp", json!(NOW + 24 * 3600 + 31)).await, "TOKEN_LIFETIME"),
        ("exp huge", with("exp", json!(u64::MAX)).await, "TOKEN_LIFETIME"),
        ("exp beyond 64 bits", text(&raw("99999999999999999999999999")).await, "TOKEN_"),
        ("exp infinite", text(&raw("1e999")).await, "TOKEN_MALFORMED"),
        ("exp not a number", text(&raw("NaN")).await, "TOKEN_MALFORMED"),
        ("exp is a text", with("exp", json!("9999999999")).await, "TOKEN_MALFORMED"),
        ("exp is a list", with("exp", json!([NOW + 300])).await, "TOKEN_MALFORMED"),
        ("exp twice", text(&twice("exp", "1")).await, "TOKEN_MALFORMED"),
        ("nbf in the future", with("nbf", json!(NOW + 31)).await, "TOKEN_NOT_YET_VALID"),
        ("nbf is a text", with("nbf", json!("0")).await, "TOKEN_MALFORMED"),
        ("sub missing", without("sub").await, "TOKEN_MALFORMED"),
        ("sub null", with("sub", json!(null)).await, "TOKEN_MALFORMED"),
        ("sub is a number", with("sub", json!(1)).await, "TOKEN_MALFORMED"),
        ("sub empty", with("sub", json!("")).await, "TOKEN_SUBJECT"),
        ("sub blank", with("sub", json!(" ")).await, "TOKEN_SUBJECT"),
        ("sub with a line end", with("sub", json!("billing\nadmin")).await, "TOKEN_SUBJECT"),
        ("sub with a zero byte", with("sub", json!("billing\0")).await, "TOKEN_SUBJECT"),
        ("sub that turns the text", with("sub", json!("\u{202e}gnillib")).await, "TOKEN_SUBJECT"),
        (
            "sub with a letter that looks like another",
            with("sub", json!("b\u{456}lling")).await,
            "SUBJECT",
        ),
        ("sub too long", with("sub", json!("s".repeat(256))).await, "TOKEN_SUBJECT"),
        ("sub anonymous", with("sub", json!("anonymous")).await, "TOKEN_SUBJECT"),
        ("sub SPIFFE id", with("sub", json!("spiffe://cluster.local/a")).await, "TOKEN_SUBJECT"),
        ("sub twice", text(&twice("sub", "\"admin\"")).await, "TOKEN_MALFORMED"),
        ("claims are a list", text("[]").await, "TOKEN_MALFORMED"),
        ("claims are empty", text("").await, "TOKEN_MALFORMED"),
        ("text after the claims", text(&format!("{good}x")).await, "TOKEN_MALFORMED"),
    ]);
}

#[tokio::test]
async fn a_token_that_was_altered_or_sent_otherwise_is_refused() {
    let signer = Signer::es256();
    let it = Issuer::with(&[jwk(&signer, "a", json!({}))], &[Es256]).await;
    let token = good(&signer, "ES256", "a");
    let [header, claims, signature] = token.split('.').collect::<Vec<_>>()[..] else { panic!() };
    let one = async |token: &str| bearer(&it.tokens, token).await;
    let sent = async |values: &[&str]| called(&it.tokens, values).await;
    let admin = super::signer::base64(claims_with("sub", json!("admin")));
    let other_header = super::signer::base64(r#"{"alg":"ES256"}"#);
    let flipped: String = signature.chars().rev().collect();
    let value = format!("Bearer {token}");
    let basic = format!("Basic {token}");
    let long = signer.token(r#"{"alg":"ES256"}"#, &claims_with("x", json!("x".repeat(9000))));
    let mut elsewhere = HeaderMap::new();
    for name in ["access_token", "x-access-token", "cookie", "proxy-authorization"] {
        elsewhere.insert(name, HeaderValue::from_str(&value).unwrap());
    }
    let elsewhere = outcome(it.tokens.caller(&elsewhere).await);
    let short = super::signer::base64([1; 63]);
    let zeros = super::signer::base64([0; 64]);
    compare(&[
        ("good", one(&token).await, "proven: billing"),
        ("no header", sent(&[]).await, "TOKEN_MISSING"),
        ("in other headers", elsewhere, "TOKEN_MISSING"),
        ("two equal headers", sent(&[&value, &value]).await, "TOKEN_REPEATED"),
        ("good and bad header", sent(&[&value, "Bearer x"]).await, "TOKEN_REPEATED"),
        ("two tokens in a header", sent(&[&format!("{value}, {value}")]).await, "TOKEN_MALFORMED"),
        ("Basic", sent(&[&basic]).await, "TOKEN_SCHEME"),
        ("no scheme", sent(&[&token]).await, "TOKEN_SCHEME"),
        ("scheme only", sent(&["Bearer"]).await, "TOKEN_SCHEME"),
        ("empty token", sent(&["Bearer "]).await, "TOKEN_"),
        ("blank before the token", sent(&[&format!("Bearer  {token}")]).await, "TOKEN_MALFORMED"),
        ("empty header", sent(&[""]).await, "TOKEN_SCHEME"),
        ("not ASCII", sent(&[&format!("Bearer ü{token}")]).await, "TOKEN_SCHEME"),
        ("oversize", one(&long).await, "TOKEN_TOO_LONG"),
        ("altered claims", one(&format!("{header}.{admin}.{signature}")).await, "TOKEN_SIGNATURE"),
        (
            "altered header",
            one(&format!("{other_header}.{claims}.{signature}")).await,
            "TOKEN_SIGNATURE",
        ),
        ("altered signature", one(&format!("{header}.{claims}.{flipped}")).await, "TOKEN_"),
        ("signature of zeros", one(&format!("{header}.{claims}.{zeros}")).await, "TOKEN_SIGNATURE"),
        ("empty signature", one(&format!("{header}.{claims}.")).await, "TOKEN_SIGNATURE"),
        ("no signature", one(&format!("{header}.{claims}")).await, "TOKEN_MALFORMED"),
        ("short signature", one(&format!("{header}.{claims}.{short}")).await, "TOKEN_SIGNATURE"),
        ("long signature", one(&format!("{token}AAAA")).await, "TOKEN_SIGNATURE"),
        ("padding", one(&format!("{token}==")).await, "TOKEN_MALFORMED"),
        ("five parts", one(&format!("{token}.x.y")).await, "TOKEN_MALFORMED"),
        ("dots only", one("..").await, "TOKEN_MALFORMED"),
        ("JSON form", one(&json!({ "payload": claims }).to_string()).await, "TOKEN_MALFORMED"),
    ]);
}

#[tokio::test]
async fn a_token_expires_while_the_clock_moves() {
    let signer = Signer::es256();
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("jwks.json");
    std::fs::write(&file, json!({ "keys": [jwk(&signer, "a", json!({}))] }).to_string()).unwrap();
    let settings = TokenSettings {
        issuer: ISSUER.into(),
        audience: AUDIENCE.into(),
        algorithms: vec![Es256],
        keys: KeySource::File(file),
    };
    let clock = clock();
    let tokens = Tokens::load(settings, clock.clone()).await.unwrap();
    let token = good(&signer, "ES256", "a");
    clock.advance(std::time::Duration::from_secs(329));
    assert_eq!(bearer(&tokens, &token).await, "proven: billing");
    clock.advance(std::time::Duration::from_secs(1));
    assert_eq!(bearer(&tokens, &token).await, "TOKEN_EXPIRED");
}
