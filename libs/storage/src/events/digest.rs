//! What is remembered of a request: a hash of its method and content, by which it is recognized,
//! and a short one of each of its parts, by which a person learns how another request differs.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

/// Bytes of the short hashes. A difference that they miss is left out of a message, no more.
const SHORT: usize = 3;

/// The digest of a request: `{method} {hash}`.
pub(super) fn of(method: &str, request: &[u8]) -> String {
    let whole = Sha256::new().chain_update(method).chain_update([0]).chain_update(request);
    format!("{method} {}", hex(&whole.finalize()))
}

/// What follows it for the parts: ` {path}={short hash}` for each path.
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

/// The paths of the parts in which two requests differ, in the order of their texts. Empty if they
/// are of different methods.
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
    fn two_requests_differ_in_the_parts_that_one_has_otherwise_or_alone() {
        let first = [("lines", "a"), ("lines", "b"), ("seller", "b"), ("x", "1")];
        let first = digest("PlaceOrder", &first);
        let other = [("lines", "ab"), ("seller", "b"), ("y", "1")];
        let other = digest("PlaceOrder", &other);
        assert_eq!(differing(&first, &other), ["lines", "x", "y"]);
        assert_eq!(differing(&first, &first), [""; 0]);
        assert_eq!(differing(&first, &digest("CancelOrder", &[("name", "n")])), [""; 0]);
        assert_eq!(differing("", &first), [""; 0], "an event may carry no digest");
    }
}
