//! What is asked of a connection to PostgreSQL, and of its server.

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

/// A connection that idled longer is tested before it is used.
const IDLE_BEFORE_TEST: Duration = Duration::from_secs(5);
/// How long a connection may take to answer a test.
const LONGEST_TEST: Duration = Duration::from_secs(2);
/// Makes a commit return only once it is on disk, and on the synchronous standbys if there are any,
/// whatever the server, the database or the role is set to. `remote_apply` waits for more.
const WAIT_FOR_DISK: &str = "SELECT set_config('synchronous_commit', \
    CASE current_setting('synchronous_commit') WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END, \
    false)";
/// On for a standby, and for a server or database that is set to read-only.
const READ_ONLY: &str = "SHOW transaction_read_only";
/// Settings without which a crash can lose commits that were acknowledged, or the whole database.
const DURABILITY: &str = "SELECT name FROM pg_settings \
    WHERE name IN ('fsync', 'full_page_writes') AND setting = 'off' ORDER BY name";

/// Whether the server refused a connection because it takes no writes. Is the reason why
/// none could be opened, which the pool does not report.
#[derive(Debug, Clone, Default)]
pub(crate) struct ReadOnly(Arc<AtomicBool>);

impl ReadOnly {
    /// Why the database cannot be opened, where this is why.
    pub(crate) fn explain(&self) -> Option<&'static str> {
        let refused = self.0.load(Ordering::Relaxed);
        refused.then_some(
            "it is read-only: connect to the primary, or reset default_transaction_read_only",
        )
    }

    /// Uses connections to a server that takes writes and no others: one to a primary that was
    /// demoted is dropped, so that the next one can find the new primary. What such a server says
    /// of the past may be outdated, so that it must not be read either.
    pub(crate) fn refuse(self, options: &mut ConnectOptions) {
        options
            .map_sqlx_postgres_before_acquire(|connection, metadata| {
                let fresh = metadata.idle_for < IDLE_BEFORE_TEST;
                Box::pin(async move { Ok(fresh || is_usable(connection).await) })
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

/// Whether a connection still answers, and to writes. One to a server that is gone without a word
/// would else keep its place for as long as the system tries to reach it.
async fn is_usable(connection: &mut PgConnection) -> bool {
    matches!(timeout(LONGEST_TEST, is_writable(connection)).await, Ok(Ok(true)))
}

async fn is_writable(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    let row: PgRow = connection.fetch_one(READ_ONLY).await?;
    Ok(row.try_get::<String, _>(0)? == "off")
}

/// Whether the database can be written now.
pub(crate) async fn ping(pool: &PgPool) -> Result<(), sqlx::Error> {
    let mut connection = pool.acquire().await?;
    match is_writable(&mut connection).await? {
        true => Ok(()),
        false => Err(sqlx::Error::Configuration("the database is read-only".into())),
    }
}

/// The settings of the server that make it lose commits in a crash.
pub(crate) async fn unsafe_settings(pool: &PgPool) -> Result<Vec<String>, sqlx::Error> {
    let rows = pool.fetch_all(DURABILITY).await?;
    rows.iter().map(|row| row.try_get(0)).collect()
}
