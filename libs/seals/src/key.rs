//! Ed25519 keys in PEM files.

use base64::{Engine, prelude::BASE64_STANDARD};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};

/// What is before the 32 bytes of an Ed25519 key in its DER form (RFC 8410).
const PUBLIC_PREFIX: [u8; 12] = [0x30, 0x2a, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 3, 0x21, 0];

/// The key that signs checkpoints.
#[derive(Debug)]
pub struct SigningKey(Ed25519KeyPair);

impl SigningKey {
    /// Reads a private key in PKCS#8, as `openssl genpkey -algorithm ed25519` writes it.
    ///
    /// # Errors
    /// As text for the operator, without the key.
    pub fn from_pem(pem: &str) -> Result<Self, String> {
        let key = blocks(pem, "PRIVATE KEY")?;
        let [key] = key.as_slice() else { return Err("must contain one private key".to_owned()) };
        let key = Ed25519KeyPair::from_pkcs8_maybe_unchecked(key);
        key.map(Self).map_err(|error| format!("is not an Ed25519 key in PKCS#8: {error}"))
    }

    /// The key that verifies.
    #[must_use]
    pub fn public(&self) -> PublicKeys {
        PublicKeys(vec![self.0.public_key().as_ref().to_vec()])
    }

    /// The 64 bytes of a signature.
    pub(crate) fn sign(&self, text: &[u8]) -> Vec<u8> {
        self.0.sign(text).as_ref().to_vec()
    }
}

/// The keys that verify: those in use, and earlier ones.
#[derive(Debug, Clone, Default)]
pub struct PublicKeys(pub(crate) Vec<Vec<u8>>);

impl PublicKeys {
    /// Reads any number of public keys, as `openssl pkey -pubout` writes them.
    ///
    /// # Errors
    /// As text for the operator.
    pub fn from_pem(pem: &str) -> Result<Self, String> {
        let key = |der: &Vec<u8>| {
            let key = der.strip_prefix(&PUBLIC_PREFIX).filter(|key| key.len() == 32);
            key.map(<[u8]>::to_vec).ok_or("contains a public key that is not of Ed25519")
        };
        let keys: Vec<_> = blocks(pem, "PUBLIC KEY")?.iter().map(key).collect::<Result<_, _>>()?;
        if keys.is_empty() { Err("contains no public key".to_owned()) } else { Ok(Self(keys)) }
    }

    /// These keys and others.
    #[must_use]
    pub fn and(self, others: Self) -> Self {
        Self([self.0, others.0].concat())
    }

    /// Whether there is no key.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Whether a key has signed a text.
pub(crate) fn verify(key: &[u8], text: &[u8], signature: &[u8]) -> bool {
    UnparsedPublicKey::new(&ED25519, key).verify(text, signature).is_ok()
}

/// The content of the PEM blocks with a label.
fn blocks(pem: &str, label: &str) -> Result<Vec<Vec<u8>>, String> {
    let (begin, end) = (format!("-----BEGIN {label}-----"), format!("-----END {label}-----"));
    let starts = pem.split(begin.as_str()).skip(1);
    starts
        .map(|rest| {
            let body = rest.split_once(end.as_str()).ok_or("is cut off")?.0;
            let body: String = body.split_whitespace().collect();
            BASE64_STANDARD.decode(body).map_err(|error| format!("is not PEM: {error}"))
        })
        .collect()
}
