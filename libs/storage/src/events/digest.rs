//! The digest of a request: a hash of its method and content, which identifies it, and short hashes of
//! its fields, which show where another request with the same id differs.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

/// Bytes of a short hash. A collision only omits a field from an error message.
const SHORT: usize = 3;

/// The digest of a request: `{method} {hash}`.
pub(super) fn of(method: &str, request: &[u8]) -> String {
    let whole = Sha256::new().chain_update(method).chain_update([0]).chain_update(request);
    format!("{method} {}", hex(&whole.finalize()))
}

/// The suffix of the digest for the fields: ` {path}={short hash}` for each path.
pub(super) fn of_parts<'a>(parts: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> String {
    let mut hashes = BTreeMap::<&str, Sha256>::new();
    for (path, content) in parts {
        let hash = hashes.entry(path).or_default();
        hash.update(content.len().to_le_bytes());
        hash.update(content);
    }
    let one = |(path, hash): (&str, Sha256)| format!(" {path}={}", hex(&hash.finalize()[..SHORT]));
    hashes.into_iter().map(one).collect()
}

/// The paths of the fields in which two requests differ, sorted. Empty if their methods differ.
pub(super) fn differing(one: &str, other: &str) -> Vec<String> {
    let (one, other) = (Parts::read(one), Parts::read(other));
    if one.method != other.method {
        return Vec::new();
    }
    let paths =
        one.hashes.keys().chain(other.hashes.keys().filter(|it| !one.hashes.contains_key(*it)));
    let mut paths: Vec<_> =
        paths.filter(|it| one.hashes.get(*it) != other.hashes.get(*it)).copied().collect();
    paths.sort_unstable();
    paths.into_iter().map(str::to_owned).collect()
}

struct Parts<'a> {
    method: &'a str,
    hashes: BTreeMap<&'a str, &'a str>,
}

impl<'a> Parts<'a> {
    fn read(digest: &'a str) -> Self {
        let mut words = digest.split(' ');
        let method = words.next().unwrap_or_default();
        Self { method, hashes: words.filter_map(|it| it.split_once('=')).collect() }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(method: &str, parts: &[(&str, &str)]) -> String {
        let whole: String = parts.iter().map(|(_, content)| *content).collect();
        let parts = parts.iter().map(|(path, content)| (*path, content.as_bytes()));
        of(method, whole.as_bytes()) + &of_parts(parts)
    }

    #[test]
    fn requests_differ_in_changed_added_and_missing_fields() {
        let first = [("lines", "a"), ("lines", "b"), ("seller", "b"), ("x", "1")];
        let first = digest("PlaceOrder", &first);
        let other = [("lines", "ab"), ("seller", "b"), ("y", "1")];
        let other = digest("PlaceOrder", &other);
        assert_eq!(differing(&first, &other), ["lines", "x", "y"]);
        assert_eq!(differing(&first, &first), [""; 0]);
        assert_eq!(differing(&first, &digest("CancelOrder", &[("name", "n")])), [""; 0]);
        assert_eq!(differing("", &first), [""; 0], "an event may have no digest");
    }
}
