//! Checks of PostgreSQL connections and servers.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use sea_orm::{
    ConnectOptions,
    sqlx::{self, Executor, PgConnection, PgPool, Row, postgres::PgRow},
};
use tokio::time::timeout;
use types::{Clock, Stopwatch};

/// A connection that was idle for longer is tested before use.
const TEST_AFTER_IDLE: Duration = Duration::from_secs(5);
/// One of the connections that return to the pool is tested in this time.
const TEST_ONE_EVERY: Duration = Duration::from_secs(1);
/// After a test has failed, all connections are tested for this time.
const TEST_ALL_FOR: Duration = Duration::from_secs(30);
/// Timeout of a test.
const TEST_TIMEOUT: Duration = Duration::from_secs(2);
/// Makes a commit wait for the disk, and for the disks of synchronous standbys, even if the server,
/// the database or the role has a weaker setting. Keeps `remote_apply`, which waits for more.
const WAIT_FOR_DISK: &str = "SELECT set_config('synchronous_commit', \
    CASE current_setting('synchronous_commit') WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END, \
    false)";
/// A process that has stopped in a transaction, and not closed its connection, would keep its locks.
const END_IDLE_TRANSACTIONS: &str = "SET idle_in_transaction_session_timeout = 10000";
/// `on` for a standby, and for a server or database that is set to read-only.
const READ_ONLY: &str = "SHOW transaction_read_only";
/// Settings that, if off, let a crash lose acknowledged commits or the whole database.
const DURABILITY: &str = "SELECT name FROM pg_settings \
    WHERE name IN ('fsync', 'full_page_writes') AND setting = 'off' ORDER BY name";

/// The generation of the database, which a restore changes.
const GENERATION: &str =
    "SELECT content FROM events WHERE resource = 'database' ORDER BY revision DESC LIMIT 1";
/// SQLSTATE of a table that does not exist, before the first migration.
const NO_TABLE: &str = "42P01";

/// The tests of the connections of a pool.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tests(Arc<State>);

#[derive(Debug, Default)]
struct State {
    /// Whether a connection was refused because its server is read-only. The pool does not report this
    /// reason.
    refused: AtomicBool,
    /// The last test of a connection that returned to the pool.
    last: Mutex<Option<Stopwatch>>,
    /// The last test that failed.
    failed: Mutex<Option<Stopwatch>>,
    /// The generation that the last new connection read.
    generation: Mutex<Option<String>>,
    /// How many generations connections have read.
    generations: Arc<AtomicU64>,
}

impl Tests {
    /// The reason why the database cannot be opened, if a read-only server is the reason.
    pub(crate) fn explain(&self) -> Option<&'static str> {
        let refused = self.0.refused.load(Ordering::Relaxed);
        refused.then_some(
            "it is read-only: connect to the primary, or reset default_transaction_read_only",
        )
    }

    /// Uses only connections to a writable server: drops one to a demoted primary, so that the next one
    /// can find the new primary. A demoted primary is not read either, because it may be stale. A
    /// demotion is found within a second of use, because it affects all connections to the server.
    pub(crate) fn apply(self, options: &mut ConnectOptions) {
        let (acquired, released) = (self.clone(), self.clone());
        options
            .map_sqlx_postgres_before_acquire(move |connection, metadata| {
                let is_due = metadata.idle_for >= TEST_AFTER_IDLE || acquired.tests_all();
                let tests = acquired.clone();
                Box::pin(async move { Ok(!is_due || tests.is_usable(connection).await) })
            })
            .map_sqlx_postgres_pool_opts(move |pool| {
                let (released, connected) = (released.clone(), self.clone());
                pool.after_release(move |connection, _| {
                    let (is_due, tests) = (released.is_one_due(), released.clone());
                    Box::pin(async move { Ok(!is_due || tests.is_usable(connection).await) })
                })
                .after_connect(move |connection, _| {
                    let tests = connected.clone();
                    Box::pin(async move { tests.prepare(connection).await })
                })
            });
    }

    async fn prepare(&self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        if !is_writable(connection).await? {
            self.0.refused.store(true, Ordering::Relaxed);
            return Err(sqlx::Error::Configuration("the database is read-only".into()));
        }
        connection.execute(WAIT_FOR_DISK).await?;
        connection.execute(END_IDLE_TRANSACTIONS).await?;
        let generation = generation(connection).await?;
        let mut last = lock(&self.0.generation);
        if *last != generation {
            *last = generation;
            self.0.generations.fetch_add(1, Ordering::SeqCst);
        }
        Ok(())
    }

    /// Changes when a new connection finds that the database was restored.
    pub(crate) fn generations(&self) -> Arc<AtomicU64> {
        self.0.generations.clone()
    }

    /// Whether a connection answers and is writable. Without the timeout, a connection to an unreachable
    /// server would stay in the pool until TCP gives up.
    async fn is_usable(&self, connection: &mut PgConnection) -> bool {
        let usable = matches!(timeout(TEST_TIMEOUT, is_writable(connection)).await, Ok(Ok(true)));
        if !usable {
            *lock(&self.0.failed) = Some(Clock::system().stopwatch());
        }
        usable
    }

    /// Checks that the database is writable.
    pub(crate) async fn ping(&self, pool: &PgPool) -> Result<(), sqlx::Error> {
        let mut connection = pool.acquire().await?;
        match self.is_usable(&mut connection).await {
            true => Ok(()),
            false => Err(sqlx::Error::Configuration("it does not answer, or is read-only".into())),
        }
    }

    /// Whether a connection that returns to the pool is to be tested.
    fn is_one_due(&self) -> bool {
        let mut last = lock(&self.0.last);
        let is_due = last.as_ref().is_none_or(|it| it.elapsed() >= TEST_ONE_EVERY);
        if is_due {
            *last = Some(Clock::system().stopwatch());
        }
        is_due || self.tests_all()
    }

    /// Whether a test has failed a short time ago.
    fn tests_all(&self) -> bool {
        lock(&self.0.failed).as_ref().is_some_and(|it| it.elapsed() < TEST_ALL_FOR)
    }
}

fn lock<T>(value: &Mutex<T>) -> MutexGuard<'_, T> {
    value.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether the server of a connection accepts writes.
pub(crate) async fn is_writable(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    let row: PgRow = connection.fetch_one(READ_ONLY).await?;
    Ok(row.try_get::<String, _>(0)? == "off")
}

async fn generation(connection: &mut PgConnection) -> Result<Option<String>, sqlx::Error> {
    match connection.fetch_optional(GENERATION).await {
        Ok(row) => row.map(|row| row.try_get(0)).transpose(),
        Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some(NO_TABLE) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The server's settings that let a crash lose commits.
pub(crate) async fn unsafe_settings(pool: &PgPool) -> Result<Vec<String>, sqlx::Error> {
    let rows = pool.fetch_all(DURABILITY).await?;
    rows.iter().map(|row| row.try_get(0)).collect()
}
