//! Checks of PostgreSQL connections and servers.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use sea_orm::{
    ConnectOptions,
    sqlx::{self, Executor, PgConnection, PgPool, Row, postgres::PgRow},
};
use tokio::time::timeout;

/// A connection that was idle for longer is tested before use.
const TEST_AFTER_IDLE: Duration = Duration::from_secs(5);
/// Timeout of a test.
const TEST_TIMEOUT: Duration = Duration::from_secs(2);
/// Makes a commit wait for the disk, and for the disks of synchronous standbys, even if the server,
/// the database or the role has a weaker setting. Keeps `remote_apply`, which waits for more.
const WAIT_FOR_DISK: &str = "SELECT set_config('synchronous_commit', \
    CASE current_setting('synchronous_commit') WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END, \
    false)";
/// `on` for a standby, and for a server or database that is set to read-only.
const READ_ONLY: &str = "SHOW transaction_read_only";
/// Settings that, if off, let a crash lose acknowledged commits or the whole database.
const DURABILITY: &str = "SELECT name FROM pg_settings \
    WHERE name IN ('fsync', 'full_page_writes') AND setting = 'off' ORDER BY name";

/// Whether a connection was refused because its server is read-only. The pool does not report this
/// reason.
#[derive(Debug, Clone, Default)]
pub(crate) struct ReadOnly(Arc<AtomicBool>);

impl ReadOnly {
    /// The reason why the database cannot be opened, if a read-only server is the reason.
    pub(crate) fn explain(&self) -> Option<&'static str> {
        let refused = self.0.load(Ordering::Relaxed);
        refused.then_some(
            "it is read-only: connect to the primary, or reset default_transaction_read_only",
        )
    }

    /// Uses only connections to a writable server: drops one to a demoted primary, so that the next one
    /// can find the new primary. A demoted primary is not read either, because it may be stale.
    pub(crate) fn refuse(self, options: &mut ConnectOptions) {
        options
            .map_sqlx_postgres_before_acquire(|connection, metadata| {
                let recently_used = metadata.idle_for < TEST_AFTER_IDLE;
                Box::pin(async move { Ok(recently_used || is_usable(connection).await) })
            })
            .map_sqlx_postgres_pool_opts(move |pool| {
                let read_only = self.clone();
                pool.after_release(|connection, _| {
                    Box::pin(async move { Ok(is_usable(connection).await) })
                })
                .after_connect(move |connection, _| {
                    let read_only = read_only.clone();
                    Box::pin(async move { read_only.prepare(connection).await })
                })
            });
    }

    async fn prepare(&self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        if !is_writable(connection).await? {
            self.0.store(true, Ordering::Relaxed);
            return Err(sqlx::Error::Configuration("the database is read-only".into()));
        }
        connection.execute(WAIT_FOR_DISK).await.map(drop)
    }
}

/// Whether a connection answers and is writable. Without the timeout, a connection to an unreachable
/// server would stay in the pool until TCP gives up.
async fn is_usable(connection: &mut PgConnection) -> bool {
    matches!(timeout(TEST_TIMEOUT, is_writable(connection)).await, Ok(Ok(true)))
}

async fn is_writable(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    let row: PgRow = connection.fetch_one(READ_ONLY).await?;
    Ok(row.try_get::<String, _>(0)? == "off")
}

/// Checks that the database is writable.
pub(crate) async fn ping(pool: &PgPool) -> Result<(), sqlx::Error> {
    let mut connection = pool.acquire().await?;
    match is_writable(&mut connection).await? {
        true => Ok(()),
        false => Err(sqlx::Error::Configuration("the database is read-only".into())),
    }
}

/// The server's settings that let a crash lose commits.
pub(crate) async fn unsafe_settings(pool: &PgPool) -> Result<Vec<String>, sqlx::Error> {
    let rows = pool.fetch_all(DURABILITY).await?;
    rows.iter().map(|row| row.try_get(0)).collect()
}
