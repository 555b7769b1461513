mod claims;
mod fetch;
mod keys;
mod verify;

use std::{fmt, path::PathBuf, sync::Arc, time::Duration};

use authority::{Caller, Proof};
use http::{HeaderMap, header::AUTHORIZATION};
use jsonwebtoken::{Header, Validation, decode, decode_header, errors::ErrorKind};
use keys::{Key, Keys};
use quick_cache::sync::Cache;
use types::Clock;
use url::Url;

use self::claims::Claims;
use crate::Unproven;

/// Most tokens whose signature is known to be valid, each with up to 255 bytes of subject.
const MAX_VERIFIED: usize = 1000;
/// Most bytes of a token.
const MAX_TOKEN: usize = 8 * 1024;

types::text_enum! {
    /// How tokens are signed. Only asymmetric algorithms: the service cannot make tokens.
    pub enum Algorithm: "an algorithm of tokens" {
        /// RSA, PKCS #1, SHA-256.
        Rs256 = "RS256",
        /// RSA, PKCS #1, SHA-384.
        Rs384 = "RS384",
        /// RSA, PKCS #1, SHA-512.
        Rs512 = "RS512",
        /// RSA, PSS, SHA-256.
        Ps256 = "PS256",
        /// RSA, PSS, SHA-384.
        Ps384 = "PS384",
        /// RSA, PSS, SHA-512.
        Ps512 = "PS512",
        /// ECDSA, P-256, SHA-256.
        Es256 = "ES256",
        /// ECDSA, P-384, SHA-384.
        Es384 = "ES384",
        /// Ed25519.
        EdDsa = "EdDSA",
    }
}

/// Where the public keys of the issuer are.
#[derive(Debug, Clone)]
pub enum KeySource {
    /// A JWKS file, read again when it changes.
    File(PathBuf),
    /// A JWKS document, fetched at the start, every five minutes, and for an unknown key at most once a minute.
    Url {
        /// `https`, or `http` on a loopback address.
        url: Url,
        /// The CA of the server as PEM, instead of the public ones.
        ca_file: Option<PathBuf>,
    },
}

/// Which tokens are believed.
#[derive(Debug, Clone)]
pub struct TokenSettings {
    /// The `iss` that they must have.
    pub issuer: String,
    /// The `aud` that they must have, alone or among others.
    pub audience: String,
    /// How they may be signed. Not empty.
    pub algorithms: Vec<Algorithm>,
    /// With which keys.
    pub keys: KeySource,
}

/// Believes bearer tokens of one issuer.
pub struct Tokens {
    issuer: String,
    audience: String,
    algorithms: Vec<jsonwebtoken::Algorithm>,
    keys: Keys,
    clock: Clock,
    /// Tokens whose signature was verified, by [`Key::digest_with`]. A token is sent with each call, and its
    /// signature costs more than the rest of the check.
    verified: Cache<[u8; 32], Arc<Claims>>,
}

impl Tokens {
    /// Reads the keys. A URL that does not answer is an error in the log, and refuses every caller until it does.
    ///
    /// # Errors
    /// If a setting or the file of the keys is wrong.
    pub async fn load(settings: TokenSettings, clock: Clock) -> Result<Self, String> {
        verify::install();
        let TokenSettings { issuer, audience, algorithms, keys } = settings;
        if issuer.is_empty() || audience.is_empty() || algorithms.is_empty() {
            return Err("tokens need an issuer, an audience and at least one algorithm".into());
        }
        let algorithms = algorithms.iter().map(|it| verify::algorithm(*it)).collect();
        let keys = Keys::load(keys, clock.clone()).await?;
        let verified = Cache::new(MAX_VERIFIED);
        Ok(Self { issuer, audience, algorithms, keys, clock, verified })
    }

    /// Keeps the keys current: compares a file every `every`, fetches a URL every five minutes. Ends with `self`.
    pub fn watch(&self, every: Duration) {
        self.keys.watch(every);
    }

    /// The caller that a call's token names.
    ///
    /// # Errors
    /// Why the caller is not proven.
    pub async fn caller(&self, headers: &HeaderMap) -> Result<Caller, Unproven> {
        let token = bearer(headers)?;
        let header = decode_header(token).map_err(|error| unreadable(error.kind()))?;
        check_header(&header)?;
        if !self.algorithms.contains(&header.alg) {
            return Err(Unproven::TokenAlgorithm);
        }
        let key = self.keys.find(header.kid.as_deref()).await?;
        if !key.verifies(header.alg) {
            return Err(Unproven::TokenAlgorithm);
        }
        let digest = key.digest_with(token);
        let claims = match self.verified.get(&digest) {
            Some(claims) => claims,
            None => {
                let claims = Arc::new(self.verify(token, header.alg, &key)?);
                self.verified.insert(digest, claims.clone());
                claims
            }
        };
        claims.check(self.clock.now().as_second())?;
        Ok(Caller::proven(&claims.sub, Proof::Jwt))
    }

    /// The claims of a token with a valid signature.
    fn verify(
        &self,
        token: &str,
        algorithm: jsonwebtoken::Algorithm,
        key: &Key,
    ) -> Result<Claims, Unproven> {
        let mut validation = Validation::new(algorithm);
        validation.set_required_spec_claims(&["aud", "exp", "iss", "sub"]);
        validation.set_audience(&[&self.audience]);
        validation.set_issuer(&[&self.issuer]);
        // Only `Claims` has the injected clock.
        validation.validate_exp = false;
        let decoded = decode::<Claims>(token, key.key(), &validation);
        decoded.map(|it| it.claims).map_err(|error| unreadable(error.kind()))
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

/// The token of the only `authorization` header.
fn bearer(headers: &HeaderMap) -> Result<&str, Unproven> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let value = values.next().ok_or(Unproven::TokenMissing)?;
    if values.next().is_some() {
        return Err(Unproven::TokenRepeated);
    }
    if value.len() > MAX_TOKEN + "Bearer ".len() {
        return Err(Unproven::TokenTooLong);
    }
    let text = value.to_str().map_err(|_| Unproven::TokenScheme)?;
    match text.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") && !token.is_empty() => {
            Ok(token)
        }
        _ => Err(Unproven::TokenScheme),
    }
}

/// Refuses parameters that would change with which key, or how, the token is read.
fn check_header(header: &Header) -> Result<(), Unproven> {
    let extended = header.crit.is_some()
        || header.jwk.is_some()
        || header.jku.is_some()
        || header.x5u.is_some()
        || header.x5c.is_some()
        || header.enc.is_some()
        || header.zip.is_some()
        || header.extras.inner().contains_key("b64");
    // Tokens for other purposes, such as `logout+jwt`, have types of their own (RFC 8725, section 3.11).
    let typ = header.typ.as_deref().unwrap_or("JWT");
    let access = ["jwt", "at+jwt", "application/at+jwt"];
    if extended || !access.iter().any(|it| typ.eq_ignore_ascii_case(it)) {
        return Err(Unproven::TokenHeader);
    }
    Ok(())
}

fn unreadable(error: &ErrorKind) -> Unproven {
    match error {
        ErrorKind::InvalidSignature => Unproven::TokenSignature,
        ErrorKind::InvalidAlgorithm => Unproven::TokenAlgorithm,
        ErrorKind::InvalidIssuer => Unproven::TokenIssuer,
        ErrorKind::InvalidAudience => Unproven::TokenAudience,
        _ => Unproven::TokenMalformed,
    }
}
