use std::{
    collections::HashSet,
    path::PathBuf,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use jsonwebtoken::{
    Algorithm, AlgorithmFamily, DecodingKey, DecodingKeyKind,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, JwkSet, KeyOperations, PublicKeyUse},
};
use ring::digest::{Context, SHA256};
use tokio::sync::Mutex;
use types::{Clock, Stopwatch};

use super::{KeySource, fetch::Fetch};
use crate::{Unproven, tls::Watched};

/// Least time between two refreshes that unknown keys cause.
const LEAST_REFRESH: Duration = Duration::from_secs(60);
/// Time between two refreshes without a cause.
const REFRESH: Duration = Duration::from_secs(300);
/// Most keys of a set.
const MAX_KEYS: usize = 64;
/// Least bytes of the modulus of an RSA key: 2048 bits. ring verifies nothing with less.
const MIN_MODULUS: usize = 256;
/// Most bytes of the id of a key.
const MAX_KEY_ID: usize = 255;

/// A public key, and what it may verify.
#[derive(Clone)]
pub(super) struct Key {
    id: Option<String>,
    key: DecodingKey,
    /// If the set states it.
    algorithm: Option<Algorithm>,
    curve: Option<Algorithm>,
    /// Digest of the key as the set has it.
    fingerprint: [u8; 32],
}

impl Key {
    pub fn key(&self) -> &DecodingKey {
        &self.key
    }

    /// Identifies a token together with the key that verifies it.
    pub fn digest_with(&self, token: &str) -> [u8; 32] {
        sha256(&[&self.fingerprint, token.as_bytes()])
    }

    /// Whether the key's type, and the algorithm that the set states for it, are those of a token.
    pub fn verifies(&self, algorithm: Algorithm) -> bool {
        self.key.family() == algorithm.family()
            && self.curve.is_none_or(|it| it == algorithm)
            && self.algorithm.is_none_or(|it| it == algorithm)
    }

    /// `None` for keys of other uses and types, and for weak ones, which a set may contain too. A symmetric key is never
    /// used.
    fn read(jwk: &Jwk) -> Option<Result<Self, String>> {
        let common = &jwk.common;
        let signs = common.public_key_use.as_ref().is_none_or(|it| *it == PublicKeyUse::Signature)
            && common.key_operations.as_ref().is_none_or(|it| it.contains(&KeyOperations::Verify));
        let curve = match &jwk.algorithm {
            AlgorithmParameters::RSA(_) => None,
            AlgorithmParameters::EllipticCurve(it) => match it.curve {
                EllipticCurve::P256 => Some(Algorithm::ES256),
                EllipticCurve::P384 => Some(Algorithm::ES384),
                _ => return None,
            },
            AlgorithmParameters::OctetKeyPair(it) => match it.curve {
                EllipticCurve::Ed25519 => Some(Algorithm::EdDSA),
                _ => return None,
            },
            _ => return None,
        };
        let algorithm = match common.key_algorithm.map(Algorithm::try_from).transpose() {
            Ok(algorithm) if signs => algorithm,
            _ => return None,
        };
        let id = common.key_id.clone();
        if id.as_ref().is_some_and(|it| it.is_empty() || it.len() > MAX_KEY_ID) {
            return Some(Err("a key has an empty or too long `kid`".into()));
        }
        let key = DecodingKey::from_jwk(jwk).map_err(|_| "a key is not base64url".to_owned());
        if let Ok(DecodingKeyKind::RsaModulusExponent { n, .. }) =
            key.as_ref().map(DecodingKey::kind)
            && n.len() < MIN_MODULUS
        {
            return None;
        }
        let Ok(text) = serde_json::to_vec(jwk) else {
            return Some(Err("a key has no JSON form".into()));
        };
        let fingerprint = sha256(&[&text]);
        let key = key.map(|key| Self { id, key, algorithm, curve, fingerprint });
        Some(
            key.and_then(|key| if key.contradicts() { Err(CONTRADICTION.into()) } else { Ok(key) }),
        )
    }

    fn contradicts(&self) -> bool {
        let known = [AlgorithmFamily::Rsa, AlgorithmFamily::Ec, AlgorithmFamily::Ed];
        !known.contains(&self.key.family()) || self.algorithm.is_some_and(|it| !self.verifies(it))
    }
}

fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut context = Context::new(&SHA256);
    parts.iter().for_each(|part| context.update(part));
    let mut digest = [0; 32];
    digest.copy_from_slice(context.finish().as_ref());
    digest
}

const CONTRADICTION: &str = "the `alg` of a key is not one of its type";

/// The keys of a JWKS document that can verify tokens.
pub(super) fn parse(json: &[u8]) -> Result<Vec<Key>, String> {
    let set: JwkSet = serde_json::from_slice(json)
        .map_err(|error| format!("not a JSON web key set (line {})", error.line()))?;
    if set.keys.len() > MAX_KEYS {
        return Err(format!("more than {MAX_KEYS} keys"));
    }
    let keys: Vec<_> = set.keys.iter().filter_map(Key::read).collect::<Result<_, _>>()?;
    let mut ids = HashSet::new();
    if !keys.iter().all(|key| ids.insert(key.id.as_deref())) {
        return Err("two keys have the same `kid`, or none".into());
    }
    if keys.is_empty() {
        return Err("no public key for signatures".into());
    }
    Ok(keys)
}

pub(super) enum Keys {
    File(Arc<Watched<Vec<Key>>>),
    Url(Arc<Remote>),
}

impl Keys {
    pub async fn load(source: KeySource, clock: Clock) -> Result<Self, String> {
        Ok(match source {
            KeySource::File(path) => {
                Self::File(Watched::load("the key set", vec![path], parse_file)?)
            }
            KeySource::Url { url, ca_file } => Self::Url(Remote::start(url, ca_file, clock).await?),
        })
    }

    pub fn watch(&self, every: Duration) {
        match self {
            Self::File(file) => file.watch(every),
            Self::Url(remote) => remote.watch(),
        }
    }

    /// The key with an id, or the only key for a token without one.
    pub async fn find(&self, id: Option<&str>) -> Result<Key, Unproven> {
        match self {
            Self::File(file) => pick(&file.current(), id),
            Self::Url(remote) => {
                let found = pick(&remote.current(), id);
                if found.is_ok() {
                    return found;
                }
                remote.refresh_for_caller().await;
                pick(&remote.current(), id)
            }
        }
    }
}

fn parse_file(_: &[PathBuf], contents: &[Vec<u8>]) -> Result<Vec<Key>, String> {
    parse(contents.first().map(Vec::as_slice).unwrap_or_default())
}

fn pick(keys: &[Key], id: Option<&str>) -> Result<Key, Unproven> {
    if keys.is_empty() {
        return Err(Unproven::KeysUnavailable);
    }
    let found = match id {
        Some(id) => keys.iter().find(|key| key.id.as_deref() == Some(id)),
        None if keys.len() == 1 => keys.first(),
        None => None,
    };
    found.cloned().ok_or(Unproven::KeyUnknown)
}

/// Keys behind a URL.
pub(super) struct Remote {
    fetch: Fetch,
    clock: Clock,
    current: RwLock<Arc<Vec<Key>>>,
    /// Time since the last attempt. Locked during one, so that there is one at a time.
    last: Mutex<Stopwatch>,
}

impl Remote {
    async fn start(url: url::Url, ca: Option<PathBuf>, clock: Clock) -> Result<Arc<Self>, String> {
        let fetch = Fetch::new(url, ca.as_deref())?;
        let last = Mutex::new(clock.stopwatch());
        let remote = Arc::new(Self { fetch, clock, current: RwLock::default(), last });
        remote.refresh(Duration::ZERO).await;
        Ok(remote)
    }

    fn current(&self) -> Arc<Vec<Key>> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Fetches the keys, unless that was attempted less than `least` ago. A failure keeps the old keys.
    async fn refresh(&self, least: Duration) {
        let mut last = self.last.lock().await;
        if last.elapsed() < least {
            return;
        }
        *last = self.clock.stopwatch();
        match self.fetch.get().await.and_then(|json| parse(&json)) {
            Ok(keys) => {
                *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keys);
            }
            Err(error) => tracing::error!(
                from = self.fetch.place(),
                error,
                "cannot refresh the key set; the keys stay as they were"
            ),
        }
    }

    /// Refreshes in a task of its own: a caller with a short deadline would cancel the only refresh of a minute.
    async fn refresh_for_caller(self: &Arc<Self>) {
        let due = self.last.lock().await.elapsed() >= LEAST_REFRESH;
        if due {
            let remote = self.clone();
            let task = deadline::spawn(async move { remote.refresh(LEAST_REFRESH).await });
            // A panic leaves the keys as they were.
            let _ = task.await;
        }
    }

    fn watch(self: &Arc<Self>) {
        let weak = Arc::downgrade(self);
        deadline::spawn(async move {
            loop {
                tokio::time::sleep(REFRESH).await;
                let Some(remote) = weak.upgrade() else { return };
                remote.refresh(Duration::ZERO).await;
            }
        });
    }
}
