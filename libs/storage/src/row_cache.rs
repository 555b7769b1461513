use std::{
    borrow::Borrow,
    collections::{BTreeMap, BTreeSet},
    hash::Hash,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use errors::Failure;
use quick_cache::{Weighter, sync::Cache};
use serde::Serialize;

/// Bytes of a value in addition to its content: key, counters, place in the table.
const OVERHEAD: u64 = 200;
/// Expected size of a value, to size the table.
const TYPICAL: u64 = 512;

/// Rows in memory, limited in bytes. They may be stale: before the caller acts on one, it compares it with
/// the row in the database, and forgets it if they differ.
#[derive(Debug)]
pub struct RowCache<K, V> {
    values: Cache<K, Weighed<V>, ByBytes>,
    /// How often values were forgotten. Locked for that and for insertions, so that a value read before is
    /// not inserted after it.
    forgotten: Mutex<u64>,
    /// Changes when the database was restored: then rows have the revisions of others again.
    generations: Arc<AtomicU64>,
    /// The generation of the values.
    generation: AtomicU64,
}

/// A value and about how many bytes it takes in memory.
#[derive(Debug, Clone)]
pub(crate) struct Weighed<V> {
    pub value: V,
    bytes: u64,
}

#[derive(Debug, Clone)]
pub(crate) struct ByBytes;

impl<K, V> Weighter<K, Weighed<V>> for ByBytes {
    fn weight(&self, _: &K, value: &Weighed<V>) -> u64 {
        value.bytes
    }
}

impl<V: Serialize> Weighed<V> {
    pub(crate) fn new(value: V) -> Self {
        // In memory a value takes about twice the bytes of its JSON.
        let json = serde_json::to_vec(&value).map_or(0, |json| json.len() as u64);
        Self { value, bytes: OVERHEAD + 2 * json }
    }
}

/// A cache of at most this many bytes.
pub(crate) fn cache<K: Eq + Hash, V: Clone>(max_bytes: u64) -> Cache<K, Weighed<V>, ByBytes> {
    let items = usize::try_from(max_bytes / TYPICAL).unwrap_or(usize::MAX);
    Cache::with_weighter(items, max_bytes, ByBytes)
}

impl<K: Clone + Ord + Hash, V: Clone + Serialize> RowCache<K, V> {
    pub(crate) fn new(max_bytes: u64, generations: Arc<AtomicU64>) -> Self {
        let (values, forgotten) = (cache(max_bytes), Mutex::new(0));
        Self { values, forgotten, generations, generation: AtomicU64::new(0) }
    }

    /// The values of these keys that exist: from memory, or else as `read` returns them.
    ///
    /// # Errors
    /// Those of `read`.
    pub async fn find<F>(
        &self,
        keys: BTreeSet<K>,
        read: impl FnOnce(Vec<K>) -> F,
    ) -> Result<BTreeMap<K, V>, Failure>
    where
        F: Future<Output = Result<BTreeMap<K, V>, Failure>>,
    {
        self.forget_earlier_generation();
        let since = *self.forgotten();
        let cached = |key: &K| Some((key.clone(), self.values.get(key)?.value));
        let mut found: BTreeMap<_, _> = keys.iter().filter_map(cached).collect();
        if found.len() < keys.len() {
            let missing = keys.into_iter().filter(|key| !found.contains_key(key)).collect();
            let loaded = read(missing).await?;
            loaded.iter().for_each(|(key, value)| self.insert(since, key, value));
            found.extend(loaded);
        }
        Ok(found)
    }

    /// Forgets these values. A later read of them begins after this call.
    pub fn forget(&self, keys: impl IntoIterator<Item: Borrow<K>>) {
        let mut forgotten = self.forgotten();
        *forgotten += 1;
        keys.into_iter().for_each(|key| drop(self.values.remove(key.borrow())));
    }

    fn forget_earlier_generation(&self) {
        let now = self.generations.load(Ordering::SeqCst);
        if self.generation.load(Ordering::SeqCst) != now {
            let mut forgotten = self.forgotten();
            *forgotten += 1;
            self.values.clear();
            self.generation.store(now, Ordering::SeqCst);
        }
    }

    fn insert(&self, since: u64, key: &K, value: &V) {
        let value = Weighed::new(value.clone());
        let forgotten = self.forgotten();
        if *forgotten == since {
            self.values.insert(key.clone(), value);
        }
    }

    fn forgotten(&self) -> MutexGuard<'_, u64> {
        self.forgotten.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    fn read(cache: &RowCache<u8, u32>, value: u32, during: impl FnOnce()) -> BTreeMap<u8, u32> {
        let read = |missing: Vec<u8>| async move {
            during();
            Ok(missing.into_iter().map(|key| (key, value)).collect())
        };
        cache.find([1, 2].into(), read).now_or_never().unwrap().unwrap()
    }

    #[test]
    fn a_value_is_read_one_time_until_it_is_forgotten() {
        let cache = RowCache::new(1 << 20, Arc::default());
        assert_eq!(read(&cache, 7, || ()), [(1, 7), (2, 7)].into());
        assert_eq!(read(&cache, 8, || ()), [(1, 7), (2, 7)].into());
        cache.forget([2]);
        assert_eq!(read(&cache, 9, || ()), [(1, 7), (2, 9)].into());
    }

    #[test]
    fn a_value_read_before_it_was_forgotten_is_not_stored_after_it() {
        let cache = RowCache::new(1 << 20, Arc::default());
        read(&cache, 7, || cache.forget([1]));
        assert_eq!(read(&cache, 8, || ()), [(1, 8), (2, 8)].into());
    }

    #[test]
    fn a_cache_without_memory_stores_nothing() {
        let cache = RowCache::new(0, Arc::default());
        read(&cache, 7, || ());
        assert_eq!(read(&cache, 8, || ()), [(1, 8), (2, 8)].into());
    }

    #[test]
    fn values_of_an_earlier_generation_of_the_database_are_read_again() {
        let generations = Arc::new(AtomicU64::new(1));
        let cache = RowCache::new(1 << 20, generations.clone());
        read(&cache, 7, || ());
        generations.fetch_add(1, Ordering::SeqCst);
        assert_eq!(read(&cache, 8, || ()), [(1, 8), (2, 8)].into());
        assert_eq!(read(&cache, 9, || ()), [(1, 8), (2, 8)].into());
    }
}
