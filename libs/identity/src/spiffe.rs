use std::{fmt, str::FromStr};

use crate::Unproven;

/// Most bytes of a SPIFFE id (SPIFFE-ID, section 2.3).
const MAX_ID: usize = 2048;
/// Most bytes of a trust domain (SPIFFE-ID, section 2.3).
const MAX_TRUST_DOMAIN: usize = 255;
const SCHEME: &str = "spiffe://";

/// The name of an authority that issues SPIFFE ids, such as `cluster.local`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustDomain(String);

impl TrustDomain {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Refuses an id of another trust domain.
    pub(crate) fn check(&self, id: SpiffeId) -> Result<SpiffeId, Unproven> {
        if id.trust_domain() == self.0 {
            return Ok(id);
        }
        Err(Unproven::OtherTrustDomain(types::quoted(id.trust_domain())))
    }
}

impl FromStr for TrustDomain {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = |it: u8| matches!(it, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b'_');
        if text.is_empty() || text.len() > MAX_TRUST_DOMAIN || !text.bytes().all(known) {
            return Err(format!(
                "{} is not a trust domain; use 1 to {MAX_TRUST_DOMAIN} of a-z, 0-9, `.`, `-` and `_`",
                types::quoted(text)
            ));
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for TrustDomain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The id of a workload, such as `spiffe://cluster.local/ns/csp/sa/ordering`, in the only spelling that the
/// SPIFFE standard allows. Always has a path, because an id without one names the authority itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpiffeId {
    text: String,
    /// Where the path starts.
    path: usize,
}

impl SpiffeId {
    /// The whole id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The trust domain.
    #[must_use]
    pub fn trust_domain(&self) -> &str {
        &self.text[SCHEME.len()..self.path]
    }

    /// The path, with its first `/`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.text[self.path..]
    }
}

impl FromStr for SpiffeId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = |why: &str| format!("{} is not a SPIFFE id: {why}", types::quoted(text));
        if text.len() > MAX_ID {
            return Err(wrong("longer than 2048 bytes"));
        }
        let rest = text.strip_prefix(SCHEME).ok_or_else(|| wrong("must start with `spiffe://`"))?;
        let (domain, path) = rest.split_once('/').ok_or_else(|| wrong("has no path"))?;
        domain.parse::<TrustDomain>().map_err(|why| wrong(&why))?;
        let known = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'.' | b'-' | b'_');
        for segment in path.split('/') {
            if matches!(segment, "" | "." | "..") {
                return Err(wrong("has an empty, `.` or `..` segment"));
            }
            if !segment.bytes().all(known) {
                return Err(wrong("a path has only letters, digits, `.`, `-` and `_`"));
            }
        }
        Ok(Self { path: SCHEME.len() + domain.len(), text: text.to_owned() })
    }
}

impl fmt::Display for SpiffeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
