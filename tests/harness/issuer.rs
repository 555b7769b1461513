//! Issues tokens, and binds their subjects to roles.

use std::{fmt::Write, fs, path::Path, time::Duration};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use ring::{
    rand::SystemRandom,
    signature::{Ed25519KeyPair, KeyPair},
};
use runtime::config::Variables;
use serde_json::json;
use tempfile::TempDir;
use types::Clock;

const ISSUER: &str = "https://issuer.example.com";
const AUDIENCE: &str = "csp-channel";
const LIFETIME: Duration = Duration::from_secs(3600);
/// Subjects of the services' own tokens.
const SERVICES: [&str; 3] = ["onboarding", "relationship", "ordering"];

/// An issuer of tokens whose keys, tokens and bindings are files.
#[derive(Debug)]
pub struct Issuer {
    key: Ed25519KeyPair,
    folder: TempDir,
}

/// Roles of a subject, all of them bound to these partners, if there are any.
#[derive(Debug, Clone)]
pub struct Binding {
    /// The `sub` of its tokens.
    pub caller: String,
    /// Names of roles.
    pub roles: Vec<&'static str>,
    /// Names of partners; empty means all.
    pub tenants: Vec<String>,
}

impl Binding {
    /// A subject with one role, bound to these partners.
    #[must_use]
    pub fn new(caller: &str, role: &'static str, tenants: &[&str]) -> Self {
        let tenants = tenants.iter().map(ToString::to_string).collect();
        Self { caller: caller.to_owned(), roles: vec![role], tenants }
    }
}

impl Issuer {
    /// A new key, with bindings of the services of a cluster only.
    ///
    /// # Panics
    /// If the files cannot be written.
    #[must_use]
    pub fn new() -> Self {
        let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).expect("a key is made");
        let key = Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).expect("the key is usable");
        let issuer = Self { key, folder: tempfile::tempdir().expect("a folder is made") };
        let x = BASE64.encode(issuer.key.public_key());
        let key = json!({"kty": "OKP", "crv": "Ed25519", "x": x, "kid": "1", "alg": "EdDSA"});
        issuer.write("jwks.json", &json!({ "keys": [key] }).to_string());
        for service in SERVICES {
            issuer.write(&format!("{service}.token"), &issuer.token(service));
        }
        issuer.bind(&[]);
        issuer
    }

    /// Replaces the bindings of all callers except the services.
    ///
    /// # Panics
    /// If the file cannot be written.
    pub fn bind(&self, bindings: &[Binding]) {
        let services = SERVICES.map(|service| Binding::new(service, "service", &[]));
        let mut text = String::new();
        for Binding { caller, roles, tenants } in services.iter().chain(bindings) {
            let _ = write!(text, "[[bindings]]\ncaller = \"{caller}\"\nroles = {roles:?}\n");
            if !tenants.is_empty() {
                let _ = writeln!(text, "tenants = {tenants:?}");
            }
        }
        self.write("bindings.toml", &text);
    }

    /// A token of a subject.
    #[must_use]
    pub fn token(&self, subject: &str) -> String {
        let expires = (Clock::system().now() + LIFETIME).as_second();
        let header = json!({"alg": "EdDSA", "kid": "1", "typ": "JWT"});
        let claims = json!({"iss": ISSUER, "aud": AUDIENCE, "sub": subject, "exp": expires});
        let [header, claims] = [header, claims].map(|part| BASE64.encode(part.to_string()));
        let message = format!("{header}.{claims}");
        let signature = BASE64.encode(self.key.sign(message.as_bytes()));
        format!("{message}.{signature}")
    }

    /// The folder of `bindings.toml`, `jwks.json` and a token of each service.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Settings with which a service believes these tokens, as `IDENTITY__SOURCE`.
    #[must_use]
    pub fn settings(&self, service: &str) -> Vec<(String, String)> {
        let folder = self.folder().display();
        let settings = [
            ("source", "jwt".to_owned()),
            ("issuer", ISSUER.to_owned()),
            ("audience", AUDIENCE.to_owned()),
            ("algorithms", "EdDSA".to_owned()),
            ("jwks_file", format!("{folder}/jwks.json")),
            ("bindings_file", format!("{folder}/bindings.toml")),
            ("token_file", format!("{folder}/{service}.token")),
        ];
        let key = |key: &str| format!("identity__{key}").to_uppercase();
        settings.map(|(name, value)| (key(name), value)).into()
    }

    /// [`Self::settings`] of all services.
    #[must_use]
    pub fn variables(&self) -> Variables {
        let of = |service: &&str| {
            let prefix = service.to_uppercase();
            let settings = self.settings(service).into_iter();
            settings.map(|(key, value)| (format!("{prefix}__{key}"), value)).collect::<Vec<_>>()
        };
        Variables::Only(SERVICES.iter().flat_map(of).collect())
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.folder().join(name), text).expect("a file is written");
    }
}

impl Default for Issuer {
    fn default() -> Self {
        Self::new()
    }
}
