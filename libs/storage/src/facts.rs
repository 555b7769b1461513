//! Facts for decisions, in memory, validated before they are used.
//!
//! A reading collects facts, from memory if possible, and then asks the feed of changes whether any of
//! them has changed since it began. If not, all of them held together from then until the answer of the
//! feed. No fact is used because it is recent: a size that is too small, or a process that has just
//! started, costs reads and nothing else.

mod log;

use std::{
    fmt::Debug,
    hash::Hash,
    slice,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use errors::Failure;
use log::Log;
use quick_cache::sync::Cache;
use serde::Serialize;
use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};
use types::{Clock, Stopwatch};

use crate::{
    feed::{Change, Changes, Feed, Position},
    row_cache::{ByBytes, Weighed, cache},
};

/// How long facts are not kept after the feed has connected again: the pool may have connections to the
/// earlier server for up to its test of idle ones.
const PAUSE: Duration = Duration::from_secs(30);

/// The facts of one service.
pub trait Source: Debug + Send + Sync + 'static {
    /// What identifies a fact.
    type Key: Clone + Debug + Eq + Hash + Send + Sync;
    /// A fact, also that something does not exist.
    type Fact: Debug + Serialize + Send + Sync;

    /// Reads the facts of these keys from one state of the database, in their order.
    fn load(
        &self,
        keys: &[Self::Key],
    ) -> impl Future<Output = Result<Vec<Self::Fact>, Failure>> + Send;

    /// The keys of all facts that a change may have changed; `None` if they are not known.
    fn changed(change: &Change) -> Option<Vec<Self::Key>>;
}

/// Facts in memory, limited in bytes.
#[derive(Debug)]
pub struct Facts<S: Source> {
    source: S,
    shared: Arc<Shared<S::Key, S::Fact>>,
    follower: Arc<AsyncMutex<Follower>>,
}

#[derive(Debug)]
struct Shared<K, V> {
    cached: Cache<K, Weighed<Arc<V>>, ByBytes>,
    /// Locked for every change and insertion, so that a fact read before a change is not inserted
    /// after it.
    log: Mutex<Log<K>>,
    /// Since when facts are not kept.
    paused: Mutex<Option<Stopwatch>>,
    /// Reads of the feed that have begun.
    begun: AtomicU64,
}

/// The only reader of the feed. Calls that wait for it share its next read.
#[derive(Debug)]
struct Follower {
    feed: Feed,
    position: Option<Position>,
    /// The last read, by its number, and how it ended.
    last: (u64, Result<(), Failure>),
}

impl<S: Source> Facts<S> {
    pub(crate) fn new(source: S, feed: Feed, max_bytes: u64) -> Self {
        let shared = Shared {
            cached: cache(max_bytes),
            log: Mutex::default(),
            paused: Mutex::default(),
            begun: AtomicU64::new(0),
        };
        let follower = Follower { feed, position: None, last: (0, Ok(())) };
        Self { source, shared: Arc::new(shared), follower: Arc::new(AsyncMutex::new(follower)) }
    }

    /// Begins a reading. If it is unchanged at its end, its facts held together from now until then.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] if the database does not answer.
    pub async fn read(&self) -> Result<Reading<'_, S>, Failure> {
        if self.shared.begun.load(Ordering::SeqCst) == 0 {
            // Without a position, every fact counts as changed.
            self.follow().await?;
        }
        Ok(Reading { facts: self, start: self.shared.log().version(), used: Vec::new() })
    }

    /// Applies every change that was committed before this call.
    async fn follow(&self) -> Result<(), Failure> {
        let arrived = self.shared.begun.load(Ordering::SeqCst);
        let follower = self.follower.clone().lock_owned().await;
        let (number, outcome) = &follower.last;
        if *number > arrived {
            return outcome.clone();
        }
        // In its own task: a cancelled read would cost the connection of the feed.
        let read = follow::<S>(self.shared.clone(), follower);
        deadline::spawn(read).await.map_err(Failure::bug)?
    }
}

async fn follow<S: Source>(
    shared: Arc<Shared<S::Key, S::Fact>>,
    mut follower: OwnedMutexGuard<Follower>,
) -> Result<(), Failure> {
    let number = shared.begun.fetch_add(1, Ordering::SeqCst) + 1;
    let Follower { feed, position, last } = &mut *follower;
    let outcome = feed.changes_since(position.as_ref()).await.map(|(changes, next)| {
        if changes == Changes::OtherConnection {
            shared.pause();
        }
        shared.apply(keys::<S>(changes));
        *position = Some(next);
    });
    *last = (number, outcome.clone());
    outcome
}

/// The keys of all facts that may have changed; `None` if they are not known.
fn keys<S: Source>(changes: Changes) -> Option<Vec<S::Key>> {
    let Changes::Known(changes) = changes else { return None };
    let mut keys = Vec::new();
    for change in &changes {
        keys.extend(S::changed(change)?);
    }
    Some(keys)
}

impl<K: Clone + Eq + Hash, V: Serialize> Shared<K, V> {
    fn log(&self) -> std::sync::MutexGuard<'_, Log<K>> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pause(&self) {
        let mut paused = self.paused.lock().unwrap_or_else(PoisonError::into_inner);
        *paused = Some(Clock::system().stopwatch());
    }

    fn is_paused(&self) -> bool {
        let paused = self.paused.lock().unwrap_or_else(PoisonError::into_inner);
        paused.as_ref().is_some_and(|since| since.elapsed() < PAUSE)
    }

    fn apply(&self, changed: Option<Vec<K>>) {
        let mut log = self.log();
        let Some(changed) = changed else {
            log.restart();
            return self.cached.clear();
        };
        for key in changed {
            self.cached.remove(&key);
            log.push(key);
        }
    }

    /// Inserts a fact that was read after `start`, unless it has changed since.
    fn insert(&self, start: u64, key: &K, fact: Arc<V>) {
        let fact = Weighed::new(fact);
        let log = self.log();
        if !self.is_paused() && log.is_unchanged(start, slice::from_ref(key)) {
            self.cached.insert(key.clone(), fact);
        }
    }
}

/// Facts that one decision uses.
#[derive(Debug)]
pub struct Reading<'a, S: Source> {
    facts: &'a Facts<S>,
    start: u64,
    used: Vec<S::Key>,
}

impl<S: Source> Reading<'_, S> {
    /// The facts of these keys, in their order.
    ///
    /// # Errors
    /// Those of the source.
    pub async fn get(&mut self, keys: &[S::Key]) -> Result<Vec<Arc<S::Fact>>, Failure> {
        self.depend_on(keys);
        let shared = &self.facts.shared;
        let mut found: Vec<_> =
            keys.iter().map(|key| shared.cached.get(key).map(|it| it.value)).collect();
        let missing = || keys.iter().zip(&found).filter(|(_, fact)| fact.is_none());
        let missing: Vec<_> = missing().map(|(key, _)| key.clone()).collect();
        if !missing.is_empty() {
            let loaded = self.facts.source.load(&missing).await?;
            if loaded.len() != missing.len() {
                return Err(Failure::bug("a source of facts did not load all of them"));
            }
            let places = found.iter_mut().filter(|fact| fact.is_none());
            for ((key, fact), place) in missing.iter().zip(loaded).zip(places) {
                let fact = Arc::new(fact);
                shared.insert(self.start, key, fact.clone());
                *place = Some(fact);
            }
        }
        Ok(found.into_iter().flatten().collect())
    }

    /// Makes the reading depend on facts that were read otherwise.
    pub fn depend_on(&mut self, keys: &[S::Key]) {
        self.used.extend_from_slice(keys);
    }

    /// Whether none of the facts has changed since the reading began, as of this call: then there is an
    /// instant before it at which all of them held.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] if the database does not answer.
    pub async fn is_unchanged(&self) -> Result<bool, Failure> {
        self.facts.follow().await?;
        Ok(self.facts.shared.log().is_unchanged(self.start, &self.used))
    }
}
