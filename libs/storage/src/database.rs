use std::{collections::BTreeSet, fs, hash::Hash, path::Path, sync::Arc, time::Duration};

use errors::Failure;
use sea_orm::{
    ConnectionTrait, DatabaseBackend, DatabaseTransaction, DbErr, EntityName, EntityTrait,
    SqliteTransactionMode, TransactionOptions, TransactionTrait,
};
use sea_orm_migration::{MigratorTrait, SchemaManager, seaql_migrations};
use serde::Serialize;
use tokio::{sync::Mutex, time::timeout};

use crate::{
    Facts, RowCache, Source, Transaction, fault,
    fault::unavailable,
    feed::Feed,
    pool, postgres,
    servers::{ACQUIRE_TIMEOUT, Pool, STATEMENT_TIMEOUT, Servers},
    telemetry,
};

/// How long a statement may run past its caller's deadline, so that the deadline is reported and not
/// the statement's timeout.
const CALLER_MARGIN: Duration = Duration::from_millis(20);
/// Setting of a PostgreSQL transaction that reads one consistent state.
const SNAPSHOT: &str = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY";
/// Key of PostgreSQL's advisory lock for migrations: any number; keys are local to a database.
const MIGRATION_LOCK: i64 = 0x6373_705f_6d69_6772;

/// The settings `database.*`.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `sqlite://path/to/file` or `postgres://user:password@host/database`; the writable one of several hosts
    /// (`one:5432,two:5432`) is used.
    pub url: String,
    /// Most connections of this process.
    pub max_connections: u32,
    /// About the most memory for facts of decisions, in MiB.
    pub max_fact_mib: u32,
}

/// A consistent state of the database for several reads. Ends when dropped.
pub type Snapshot = DatabaseTransaction;

/// A pool of connections to one database. As a connection, it is for reads outside a transaction.
#[derive(Debug, Clone)]
pub struct Database {
    servers: Arc<Servers>,
    /// Serialises writers of an embedded database. Waiting for it can be cancelled; waiting inside
    /// SQLite cannot.
    write_lock: Option<Arc<Mutex<()>>>,
    max_fact_bytes: u64,
}

impl Database {
    /// Opens the database. Creates an embedded one if it does not exist.
    ///
    /// # Errors
    /// As text for the operator, without the password.
    pub async fn open(settings: &Settings) -> Result<Self, String> {
        if let Some(path) = settings.url.strip_prefix("sqlite://") {
            let file = Path::new(path.split('?').next().unwrap_or(path));
            if let Some(folder) = file.parent() {
                fs::create_dir_all(folder)
                    .map_err(|error| format!("cannot create {}: {error}", folder.display()))?;
            }
        }
        let servers = Box::pin(Servers::connect(settings)).await?;
        let embedded = servers.pool().connections.get_database_backend() == DatabaseBackend::Sqlite;
        let max_fact_bytes = u64::from(settings.max_fact_mib) * 1024 * 1024;
        let write_lock = embedded.then(Arc::default);
        Ok(Self { servers: Arc::new(servers), write_lock, max_fact_bytes })
    }

    /// Keeps connections to the writable one of the servers, and records metrics of the pool under the name
    /// of its service.
    pub fn watch_pool(&self, service: &'static str) {
        pool::measure(&self.servers, service);
        if !self.embedded() {
            let servers = self.servers.clone();
            deadline::spawn(async move { servers.watch().await });
        }
    }

    /// The current pool.
    pub(crate) fn pool(&self) -> Pool {
        self.servers.pool()
    }

    /// True for a SQLite database.
    #[must_use]
    pub fn embedded(&self) -> bool {
        self.write_lock.is_some()
    }

    /// Facts of this database in memory.
    pub fn facts<S: Source>(&self, source: S) -> Facts<S> {
        Facts::new(source, Feed::new(self.clone()), self.max_fact_bytes)
    }

    /// Rows of this database in memory, in half of the memory for facts.
    #[must_use]
    pub fn row_cache<K: Clone + Ord + Hash, V: Clone + Serialize>(&self) -> RowCache<K, V> {
        RowCache::new(self.max_fact_bytes / 2, self.servers.generations())
    }

    /// For reads outside a transaction.
    #[must_use]
    pub fn reader(&self) -> &Self {
        self
    }

    /// Begins a transaction that may write.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] if no connection is free in time, and [`Failure::OutOfTime`] if the
    /// call's deadline has passed.
    pub async fn begin(&self) -> Result<Transaction, Failure> {
        let write_lock = match &self.write_lock {
            Some(write_lock) => Some(
                timeout(ACQUIRE_TIMEOUT, write_lock.clone().lock_owned()).await.map_err(busy)?,
            ),
            None => None,
        };
        let immediate = self.embedded().then_some(SqliteTransactionMode::Immediate);
        let begun = self.begin_as(immediate, None).await?;
        Ok(Transaction::new(begun, write_lock))
    }

    /// Begins a snapshot in which several reads see one state of the database.
    ///
    /// # Errors
    /// As [`Database::begin`].
    pub async fn snapshot(&self) -> Result<Snapshot, Failure> {
        self.begin_as(None, Some(SNAPSHOT)).await
    }

    /// Begins a transaction whose statements on PostgreSQL end soon after the caller's deadline.
    async fn begin_as(
        &self,
        sqlite_transaction_mode: Option<SqliteTransactionMode>,
        postgres_setting: Option<&str>,
    ) -> Result<DatabaseTransaction, Failure> {
        let pool = self.pool();
        let connections = pool.connections.clone();
        let backend = connections.get_database_backend();
        // BEGIN runs in its own task: cancelling it would return a connection to the pool inside an
        // open transaction.
        let options = TransactionOptions { sqlite_transaction_mode, ..Default::default() };
        let begin = async move {
            telemetry::step(backend, "BEGIN", None, connections.begin_with_options(options)).await
        };
        let begun = pool.answer(deadline::spawn(begin)).await.ok_or_else(hangs)?;
        let begun = begun.map_err(Failure::bug)?.map_err(fault)?;
        let left = deadline::left();
        if left.is_some_and(|left| left.is_zero()) {
            return Err(Failure::OutOfTime);
        }
        if !self.embedded() {
            let short = left.filter(|left| *left < STATEMENT_TIMEOUT);
            let limit = short.map(|left| {
                format!("SET LOCAL statement_timeout = {}", (left + CALLER_MARGIN).as_millis())
            });
            let settings: Vec<_> = postgres_setting.into_iter().chain(limit.as_deref()).collect();
            if !settings.is_empty() {
                let settings = settings.join("; ");
                let set = begun.execute_unprepared(&settings);
                telemetry::step(backend, "SET", None, set).await.map_err(fault)?;
            }
        }
        Ok(begun)
    }

    /// Checks that the database answers and, on PostgreSQL, that it is writable.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] if not.
    pub async fn ping(&self) -> Result<(), Failure> {
        if self.embedded() {
            return self.execute_unprepared("SELECT 1").await.map(drop).map_err(fault);
        }
        self.servers.ping().await.map_err(|error| unavailable(&error))
    }

    /// The server's settings that let a crash lose acknowledged commits.
    ///
    /// # Errors
    /// As text for the operator.
    pub async fn unsafe_settings(&self) -> Result<Vec<String>, String> {
        if self.embedded() {
            return Ok(Vec::new());
        }
        let connections = self.pool().connections;
        let settings = postgres::unsafe_settings(connections.get_postgres_connection_pool());
        settings.await.map_err(|error| format!("cannot read the settings of the server: {error}"))
    }

    /// Opens the database for migrations, without a statement timeout. Waits while another process
    /// migrates; the lock is released when that process's connection ends.
    ///
    /// # Errors
    /// As [`Database::open`].
    pub async fn open_to_migrate(settings: &Settings) -> Result<Self, String> {
        let one = Settings { max_connections: 1, ..settings.clone() };
        let database = Self::open(&one).await?;
        if !database.embedded() {
            // Both are session state, and the pool has one session.
            let lock =
                format!("SET statement_timeout = 0; SELECT pg_advisory_lock({MIGRATION_LOCK})");
            let connections = database.pool().connections;
            let lock = connections.execute_unprepared(&lock);
            lock.await.map_err(|error| format!("cannot lock the database: {error}"))?;
        }
        Ok(database)
    }

    /// Applies the pending migrations and returns their names.
    ///
    /// # Errors
    /// As text for the operator.
    pub async fn migrate<M: MigratorTrait>(&self) -> Result<Vec<String>, String> {
        let pending = self.pending::<M>().await?;
        if !pending.is_empty() {
            M::up(&self.pool().connections, None)
                .await
                .map_err(|error| format!("migration failed: {error}"))?;
        }
        Ok(pending)
    }

    /// Ensures that the schema is complete: migrates an embedded database, checks any other.
    ///
    /// # Errors
    /// The pending migrations, and the command that applies them.
    pub async fn require_schema<M: MigratorTrait>(&self, service: &str) -> Result<(), String> {
        if self.embedded() {
            return self.migrate::<M>().await.map(drop);
        }
        let pending = self.pending::<M>().await?;
        if pending.is_empty() {
            return Ok(());
        }
        let names = pending.join(", ");
        Err(format!("the database lacks migrations: {names}; apply them with `{service} migrate`"))
    }

    /// The pending migrations. Unknown applied ones are ignored, because a newer version can serve at
    /// the same time or have been rolled back.
    async fn pending<M: MigratorTrait>(&self) -> Result<Vec<String>, String> {
        let applied = self.applied().await;
        let applied = applied
            .map_err(|error| format!("cannot read which migrations are applied: {error}"))?;
        let names = M::migrations().into_iter().map(|it| it.name().to_owned());
        Ok(names.filter(|name| !applied.contains(name)).collect())
    }

    async fn applied(&self) -> Result<BTreeSet<String>, DbErr> {
        let connections = self.pool().connections;
        let schema = SchemaManager::new(&connections);
        if !schema.has_table(seaql_migrations::Entity.table_name()).await? {
            return Ok(BTreeSet::new());
        }
        let rows = seaql_migrations::Entity::find().all(&connections).await?;
        Ok(rows.into_iter().map(|row| row.version).collect())
    }
}

fn busy(_: tokio::time::error::Elapsed) -> Failure {
    let cause = "other writers hold the write lock too long".to_owned();
    Failure::Unavailable { dependency: "database", cause }
}

fn hangs() -> Failure {
    let cause = "the database did not answer".to_owned();
    Failure::Unavailable { dependency: "database", cause }
}
