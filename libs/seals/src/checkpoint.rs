//! Signed checkpoints of a log, in the form of C2SP's tlog-checkpoint and signed-note.

use base64::{Engine, prelude::BASE64_STANDARD};
use types::Timestamp;
use uuid::Uuid;

use crate::{Hash, PublicKeys, SigningKey, hex, key, sha256};

/// Kind of an Ed25519 signature in a signed note.
const ED25519: u8 = 1;
/// The first part of the name of every log.
const PRODUCT: &str = "csp-channel";

/// A state of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The service.
    pub service: String,
    /// The id of the log: another database has another one.
    pub log: Uuid,
    /// The number of events.
    pub size: u64,
    /// The root of the Merkle tree over them.
    pub root: Hash,
    /// When it was made.
    pub time: Timestamp,
    /// All events before this position in the feed are in the log: the number of a transaction on PostgreSQL, of an
    /// event on SQLite.
    pub position: u64,
    /// SHA-256 of the text of the checkpoint before it.
    pub previous: Option<Hash>,
}

impl Checkpoint {
    /// The name of the log.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("{PRODUCT}/{}/{}", self.service, self.log)
    }

    /// The text that is signed.
    #[must_use]
    pub fn text(&self) -> String {
        let Self { size, time, position, .. } = self;
        let (origin, root) = (self.origin(), BASE64_STANDARD.encode(self.root));
        let previous = self.previous.map_or_else(|| "none".to_owned(), |it| hex(&it));
        format!("{origin}\n{size}\n{root}\ntime {time}\nposition {position}\nprevious {previous}\n")
    }

    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        let mut origin = lines.next()?.split('/').skip(1);
        let (service, log) = (origin.next()?.to_owned(), origin.next()?.parse().ok()?);
        let size = lines.next()?.parse().ok()?;
        let root = BASE64_STANDARD.decode(lines.next()?).ok()?.try_into().ok()?;
        let time = lines.next()?.strip_prefix("time ")?.parse().ok()?;
        let position = lines.next()?.strip_prefix("position ")?.parse().ok()?;
        let previous = match lines.next()?.strip_prefix("previous ")? {
            "none" => None,
            digits => Some(from_hex(digits)?),
        };
        let parsed = Self { service, log, size, root, time, position, previous };
        (parsed.text() == text).then_some(parsed)
    }

    /// Signs the checkpoint; without a key it stays unsigned.
    #[must_use]
    pub fn sign(self, key: Option<&SigningKey>) -> SignedCheckpoint {
        let (text, origin) = (self.text(), self.origin());
        let line = |key: &SigningKey| {
            let id = key_id(&origin, &key.public().0.concat());
            let signature = [id.as_slice(), &key.sign(text.as_bytes())].concat();
            format!("\u{2014} {origin} {}\n", BASE64_STANDARD.encode(signature))
        };
        let note = format!("{text}\n{}", key.map_or_else(String::new, line));
        SignedCheckpoint { checkpoint: self, note }
    }
}

/// Why a checkpoint does not count as signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignatureError {
    /// It has no signature.
    Unsigned,
    /// None of its signatures is of a known key.
    UnknownKey,
    /// A signature of a known key is wrong.
    Forged,
}

/// A checkpoint with its signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedCheckpoint {
    checkpoint: Checkpoint,
    note: String,
}

impl SignedCheckpoint {
    /// Reads a signed note.
    #[must_use]
    pub fn parse(note: &str) -> Option<Self> {
        let text = note.split_inclusive("\n\n").next()?.strip_suffix('\n')?;
        Some(Self { checkpoint: Checkpoint::parse(text)?, note: note.to_owned() })
    }

    /// The checkpoint.
    #[must_use]
    pub const fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The signed note: text, empty line, signatures.
    #[must_use]
    pub fn note(&self) -> &str {
        &self.note
    }

    /// SHA-256 of the text, to which the next checkpoint refers.
    #[must_use]
    pub fn digest(&self) -> Hash {
        sha256(self.checkpoint.text().as_bytes())
    }

    /// The ids of the keys that signed, as hexadecimal digits.
    #[must_use]
    pub fn key_ids(&self) -> Vec<String> {
        self.signatures().filter_map(|it| it.get(..4).map(hex)).collect()
    }

    /// Checks that a known key has signed.
    ///
    /// # Errors
    /// Why it does not count as signed.
    pub fn verify(&self, keys: &PublicKeys) -> Result<(), SignatureError> {
        let (text, origin) = (self.checkpoint.text(), self.checkpoint.origin());
        let mut outcome = Err(SignatureError::Unsigned);
        for signature in self.signatures() {
            outcome = Err(SignatureError::UnknownKey);
            let Some((id, signature)) = signature.split_at_checked(4) else { continue };
            let mut known = keys.0.iter().filter(|key| key_id(&origin, key) == id).peekable();
            if known.peek().is_some() {
                let is_valid = known.any(|it| key::verify(it, text.as_bytes(), signature));
                return if is_valid { Ok(()) } else { Err(SignatureError::Forged) };
            }
        }
        outcome
    }

    /// Key id and signature of each line of a signature.
    fn signatures(&self) -> impl Iterator<Item = Vec<u8>> {
        let after = self.note.split_once("\n\n").map_or("", |it| it.1);
        let prefix = format!("\u{2014} {} ", self.checkpoint.origin());
        let signatures = after.lines().map(move |line| {
            let encoded = line.strip_prefix(&prefix).unwrap_or_default();
            BASE64_STANDARD.decode(encoded).unwrap_or_default()
        });
        signatures.take(8)
    }
}

/// The id of an Ed25519 key in signed notes.
fn key_id(name: &str, key: &[u8]) -> [u8; 4] {
    let hash = sha256(&[name.as_bytes(), &[b'\n', ED25519], key].concat());
    [hash[0], hash[1], hash[2], hash[3]]
}

fn from_hex(digits: &str) -> Option<Hash> {
    let byte = |pair| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok();
    let bytes: Option<Vec<_>> = digits.as_bytes().chunks(2).map(byte).collect();
    bytes?.try_into().ok()
}

#[cfg(test)]
mod tests;
