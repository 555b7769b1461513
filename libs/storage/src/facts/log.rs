use std::{
    collections::{HashSet, VecDeque},
    hash::Hash,
};

/// Changes remembered. A reading that began before them counts as changed.
const CAPACITY: usize = 4096;

/// The keys of the latest changes, numbered from 1.
#[derive(Debug)]
pub(super) struct Log<K> {
    /// Number of the latest change.
    version: u64,
    latest: VecDeque<K>,
}

impl<K> Default for Log<K> {
    fn default() -> Self {
        Self { version: 0, latest: VecDeque::new() }
    }
}

impl<K: Eq + Hash> Log<K> {
    pub(super) fn version(&self) -> u64 {
        self.version
    }

    pub(super) fn push(&mut self, key: K) {
        if self.latest.len() == CAPACITY {
            self.latest.pop_front();
        }
        self.latest.push_back(key);
        self.version += 1;
    }

    /// Records that any key may have changed.
    pub(super) fn restart(&mut self) {
        self.latest.clear();
        self.version += 1;
    }

    /// Whether none of these keys has changed since a version.
    pub(super) fn is_unchanged(&self, since: u64, keys: &[K]) -> bool {
        let changes = self.version - since;
        match usize::try_from(changes) {
            Ok(0) => true,
            Ok(changes) if changes <= self.latest.len() => {
                let keys: HashSet<_> = keys.iter().collect();
                let mut changed = self.latest.range(self.latest.len() - changes..);
                !changed.any(|key| keys.contains(key))
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_unchanged_until_its_next_change() {
        let mut log = Log::default();
        log.push('a');
        let since = log.version();
        log.push('b');
        assert!(log.is_unchanged(since, &['a', 'c']));
        assert!(!log.is_unchanged(since, &['a', 'b']));
        assert!(!log.is_unchanged(0, &['a']));
        assert!(log.is_unchanged(log.version(), &['b']));
    }

    #[test]
    fn every_key_has_changed_before_what_the_log_remembers() {
        let mut log = Log::default();
        let start = log.version();
        log.restart();
        assert!(!log.is_unchanged(start, &['a']));
        let restarted = log.version();
        log.push('b');
        assert!(log.is_unchanged(restarted, &['a']));
        assert!(!log.is_unchanged(start, &['a']));
        for _ in 0..CAPACITY {
            log.push('c');
        }
        assert!(!log.is_unchanged(restarted, &['a']));
        assert!(log.is_unchanged(restarted + 1, &['a']));
    }
}
