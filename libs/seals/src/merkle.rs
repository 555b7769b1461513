//! The Merkle tree of RFC 9162, section 2.1, over the leaves of a log that only grows. Every complete subtree is
//! stored with the leaf that completes it, so that a root or a proof needs a few stored hashes only.

use sha2::{Digest, Sha256};

/// A SHA-256.
pub type Hash = [u8; 32];

/// The hash of a record as a leaf. The first byte keeps leaves and inner nodes apart.
#[must_use]
pub fn leaf(record: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(record).finalize().into()
}

fn inner(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// A complete subtree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Node {
    /// It has 2^level leaves.
    pub level: u32,
    /// Its place among the subtrees of its level.
    pub place: u64,
}

impl Node {
    /// The index of the leaf that completes it.
    #[must_use]
    pub const fn last_leaf(self) -> u64 {
        ((self.place + 1) << self.level) - 1
    }

    /// The complete subtrees over the leaves from `start` to before `end`, largest first. `start` must be a
    /// multiple of the largest.
    fn cover(start: u64, end: u64) -> Vec<Self> {
        let (mut at, mut nodes) = (start, Vec::new());
        for level in (0..u64::BITS).rev().filter(|level| (end - start) >> level & 1 == 1) {
            nodes.push(Self { level, place: at >> level });
            at += 1 << level;
        }
        nodes
    }
}

/// The right edge of a tree: what is needed to append leaves and to compute its root.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Hash>,
}

impl Frontier {
    /// The subtrees whose hashes make the frontier of a tree of this size.
    #[must_use]
    pub fn nodes(size: u64) -> Vec<Node> {
        Node::cover(0, size)
    }

    /// The frontier of a tree of this size, from the hashes of its [`Frontier::nodes`].
    #[must_use]
    pub const fn new(size: u64, peaks: Vec<Hash>) -> Self {
        Self { size, peaks }
    }

    /// The number of leaves.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Appends a leaf. Returns the hashes of the subtrees that it completes, by level; the first is the leaf.
    pub fn append(&mut self, leaf: Hash) -> Vec<Hash> {
        let (mut top, mut completed) = (leaf, vec![leaf]);
        for _ in 0..self.size.trailing_ones() {
            let Some(left) = self.peaks.pop() else { break };
            top = inner(&left, &top);
            completed.push(top);
        }
        self.peaks.push(top);
        self.size += 1;
        completed
    }

    /// The root of the tree.
    #[must_use]
    pub fn root(&self) -> Hash {
        root(&self.peaks)
    }
}

/// The root over adjacent subtrees, largest first.
#[must_use]
pub fn root(subtrees: &[Hash]) -> Hash {
    let mut rest = subtrees.iter().rev();
    let Some(last) = rest.next() else { return Sha256::digest([]).into() };
    rest.fold(*last, |right, left| inner(left, &right))
}

/// The inclusion proof of a leaf in a tree of this size: for each hash, leaf first, the subtrees whose [`root`] it is.
#[must_use]
pub fn path(index: u64, size: u64) -> Vec<Vec<Node>> {
    let (mut start, mut end, mut path) = (0, size, Vec::new());
    while end.saturating_sub(start) > 1 {
        let middle = start + (1 << (end - start - 1).ilog2());
        if index < middle {
            path.push(Node::cover(middle, end));
            end = middle;
        } else {
            path.push(Node::cover(start, middle));
            start = middle;
        }
    }
    path.reverse();
    path
}

/// The root that an inclusion proof leads to (RFC 9162, section 2.1.3.2). `None` if its length is wrong.
#[must_use]
pub fn root_of(leaf: Hash, index: u64, size: u64, path: &[Hash]) -> Option<Hash> {
    let (mut place, mut last) = (index, size.checked_sub(1)?);
    if place > last {
        return None;
    }
    let mut hash = leaf;
    for sibling in path {
        if last == 0 {
            return None;
        }
        if place & 1 == 1 || place == last {
            hash = inner(sibling, &hash);
            let skipped = if place & 1 == 1 { 0 } else { place.trailing_zeros() };
            (place, last) = (place >> skipped, last >> skipped);
        } else {
            hash = inner(&hash, sibling);
        }
        (place, last) = (place >> 1, last >> 1);
    }
    (last == 0).then_some(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The definition of the RFC.
    fn definition(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => Sha256::digest([]).into(),
            [leaf] => *leaf,
            _ => {
                let (left, right) = leaves.split_at(1 << (leaves.len() - 1).ilog2());
                inner(&definition(left), &definition(right))
            }
        }
    }

    #[test]
    fn roots_and_proofs_of_all_small_trees_are_those_of_the_definition() {
        let leaves: Vec<_> = (0..70_u8).map(|it| leaf(&[it])).collect();
        let mut frontier = Frontier::default();
        let mut stored = Vec::new();
        for size in 1..=70 {
            stored.push(frontier.append(leaves[size - 1]));
            let expected = definition(&leaves[..size]);
            assert_eq!(frontier.root(), expected, "{size}");
            let hash = |node: &Node| stored[node.last_leaf() as usize][node.level as usize];
            let size = size as u64;
            let peaks = Frontier::nodes(size).iter().map(hash).collect();
            assert_eq!(Frontier::new(size, peaks), frontier);
            for index in 0..size {
                let hashes = |nodes: Vec<Node>| nodes.iter().map(hash).collect::<Vec<_>>();
                let path: Vec<_> =
                    path(index, size).into_iter().map(|it| root(&hashes(it))).collect();
                let leaf = leaves[index as usize];
                assert_eq!(root_of(leaf, index, size, &path), Some(expected), "{index} of {size}");
                assert_ne!(root_of([0; 32], index, size, &path), Some(expected));
                for other in (0..size).filter(|it| *it != index) {
                    assert_ne!(root_of(leaf, other, size, &path), Some(expected));
                }
                let longer = [path.as_slice(), &[leaf]].concat();
                assert_eq!(root_of(leaf, index, size, &longer), None);
                if let Some((_, shorter)) = path.split_last() {
                    assert_ne!(root_of(leaf, index, size, shorter), Some(expected));
                }
            }
            assert_eq!(root_of(leaves[0], size, size, &[]), None);
        }
    }

    /// The known answer of RFC 6962's reference implementation.
    #[test]
    fn the_root_of_eight_known_leaves_is_the_published_one() {
        let leaves: [&[u8]; 8] = [
            b"",
            b"\x00",
            b"\x10",
            b"\x20\x21",
            b"\x30\x31",
            b"\x40\x41\x42\x43",
            b"\x50\x51\x52\x53\x54\x55\x56\x57",
            b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
        ];
        let mut frontier = Frontier::default();
        for it in leaves {
            frontier.append(leaf(it));
        }
        let root = "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328";
        assert_eq!(crate::hex(&frontier.root()), root);
    }
}
