//! Seals of a log: the canonical form of its records, the Merkle tree over them (RFC 9162), and signed
//! checkpoints of the tree (C2SP tlog-checkpoint). No I/O.

mod checkpoint;
mod key;
mod merkle;
mod record;

pub use checkpoint::{Checkpoint, SignatureError, SignedCheckpoint};
pub use key::{PublicKeys, SigningKey};
pub use merkle::{Frontier, Hash, Node, leaf, path, root, root_of};
pub use record::{Record, Value};

/// SHA-256 of some bytes.
#[must_use]
pub fn sha256(bytes: &[u8]) -> Hash {
    use sha2::Digest;
    sha2::Sha256::digest(bytes).into()
}

/// Bytes as lower-case hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
