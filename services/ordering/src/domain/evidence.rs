use std::{fmt, str::FromStr};

use sha2::{Digest, Sha256};

/// The decision that an order was accepted on, identified by its SHA-256. Its text, also in events, is the
/// digest in lower-case hexadecimal digits; only the row of the order holds the decision itself.
#[derive(Debug, Clone)]
pub struct Evidence {
    sha256: [u8; 32],
    decision: Option<Vec<u8>>,
}

impl Evidence {
    /// An encoded `csp.relationship.v1.Decision`.
    #[must_use]
    pub fn new(decision: Vec<u8>) -> Self {
        Self { sha256: Sha256::digest(&decision).into(), decision: Some(decision) }
    }

    /// The encoded decision; `None` if only the digest was read.
    #[must_use]
    pub fn decision(&self) -> Option<&[u8]> {
        self.decision.as_deref()
    }

    /// Whether this encoded decision has the digest.
    #[must_use]
    pub fn identifies(&self, decision: &[u8]) -> bool {
        *Sha256::digest(decision) == self.sha256
    }
}

/// Equal digests mean equal decisions.
impl PartialEq for Evidence {
    fn eq(&self, other: &Self) -> bool {
        self.sha256 == other.sha256
    }
}

impl Eq for Evidence {}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.sha256.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for Evidence {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let byte = |digits| u8::from_str_radix(str::from_utf8(digits).ok()?, 16).ok();
        let bytes: Option<Vec<_>> = text.as_bytes().chunks(2).map(byte).collect();
        let sha256 =
            bytes.and_then(|it| it.try_into().ok()).map(|sha256| Self { sha256, decision: None });
        // Written in another way, such as in upper case, it would not be equal in SQL.
        let canonical = sha256.filter(|it| it.to_string() == text);
        canonical.ok_or("is not a SHA-256 in 64 lower-case hexadecimal digits")
    }
}

types::serde_as_text!(Evidence);
