use std::{collections::BTreeSet, fs, path::Path, sync::Arc, time::Duration};

use errors::Failure;
use sea_orm::{
    ConnectOptions, ConnectionTrait, DatabaseBackend, DatabaseConnection, DatabaseTransaction,
    DbErr, EntityName, EntityTrait, SqliteTransactionMode, TransactionOptions, TransactionTrait,
    sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous},
};
use sea_orm_migration::{MigratorTrait, SchemaManager, seaql_migrations};
use tokio::{sync::Mutex, time::timeout};

use crate::{Transaction, fault, fault::unavailable, pool, postgres, telemetry};

/// How long a request waits for a connection, and a SQLite writer for its turn.
const PATIENCE: Duration = Duration::from_millis(1500);
/// How long one statement of a service may run on PostgreSQL.
const LONGEST_STATEMENT: Duration = Duration::from_secs(2);
/// How much longer than its caller a statement of a transaction may run on PostgreSQL, so that it
/// is the caller's deadline which is told.
const BEHIND_CALLER: Duration = Duration::from_millis(20);
/// What makes a transaction of PostgreSQL see one state only, and write none.
const ONE_STATE: &str = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY";
/// Key of the advisory lock on PostgreSQL that a migration holds (any number; keys are those of one
/// database).
const MIGRATION: i64 = 0x6373_705f_6d69_6772;

/// Where the database is.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `sqlite://path/to/file` or `postgres://user:password@host/database`.
    pub url: String,
    /// Most connections that this process opens.
    pub max_connections: u32,
}

/// A state of the database that does not change while it is read. Dropping it ends it.
pub type Snapshot = DatabaseTransaction;

/// A pool of connections to one database.
#[derive(Debug, Clone)]
pub struct Database {
    connections: DatabaseConnection,
    /// The turn of the one who writes to an embedded database: waiting for it can be given up,
    /// waiting within SQLite cannot.
    turn: Option<Arc<Mutex<()>>>,
}

impl Database {
    /// Opens the database. An embedded one is created where it does not exist.
    ///
    /// # Errors
    /// In words for the person who starts the service; never with the password.
    pub async fn open(settings: &Settings) -> Result<Self, String> {
        if let Some(path) = settings.url.strip_prefix("sqlite://") {
            let file = Path::new(path.split('?').next().unwrap_or(path));
            if let Some(folder) = file.parent() {
                fs::create_dir_all(folder)
                    .map_err(|error| format!("cannot create {}: {error}", folder.display()))?;
            }
        }
        let mut options = options(settings);
        let read_only = postgres::ReadOnly::default();
        read_only.clone().refuse(&mut options);
        let connections = sea_orm::Database::connect(options).await;
        let mut connections = connections.map_err(|error| {
            let cause = read_only.explain().map_or_else(|| error.to_string(), str::to_owned);
            format!("cannot open the database: {cause}")
        })?;
        let backend = connections.get_database_backend();
        connections.set_metric_callback(move |it| {
            telemetry::statement(backend, &it.statement.sql, it.elapsed, it.failed);
        });
        let embedded = backend == DatabaseBackend::Sqlite;
        Ok(Self { connections, turn: embedded.then(Arc::default) })
    }

    /// Has the pool of connections measured from now on, under the name of its service.
    pub fn measure_pool(&self, service: &'static str) {
        pool::measure(&self.connections, service);
    }

    /// True for a database that lives in a file of this process.
    #[must_use]
    pub fn embedded(&self) -> bool {
        self.turn.is_some()
    }

    /// For reads outside a transaction.
    #[must_use]
    pub fn reader(&self) -> &DatabaseConnection {
        &self.connections
    }

    /// Begins a transaction that may write.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] when no connection is free in time, and [`Failure::OutOfTime`]
    /// where nobody waits for it any more.
    pub async fn begin(&self) -> Result<Transaction, Failure> {
        let turn = match &self.turn {
            Some(turn) => Some(timeout(PATIENCE, turn.clone().lock_owned()).await.map_err(busy)?),
            None => None,
        };
        let immediate = self.embedded().then_some(SqliteTransactionMode::Immediate);
        let begun = self.begin_as(immediate, None).await?;
        Ok(Transaction::new(begun, turn))
    }

    /// Opens a view in which several reads see one state of the database.
    ///
    /// # Errors
    /// As [`Database::begin`].
    pub async fn snapshot(&self) -> Result<Snapshot, Failure> {
        self.begin_as(None, Some(ONE_STATE)).await
    }

    /// Begins a transaction whose statements on PostgreSQL end soon after the caller gave up.
    async fn begin_as(
        &self,
        sqlite_transaction_mode: Option<SqliteTransactionMode>,
        postgres_setting: Option<&str>,
    ) -> Result<DatabaseTransaction, Failure> {
        let backend = self.connections.get_database_backend();
        // To its end, since a connection that is given back between BEGIN and its answer would stay
        // in a transaction that nobody knows of.
        let connections = self.connections.clone();
        let options = TransactionOptions { sqlite_transaction_mode, ..Default::default() };
        let begin = async move {
            telemetry::step(backend, "BEGIN", connections.begin_with_options(options)).await
        };
        let begun = deadline::spawn(begin).await.map_err(Failure::bug)?.map_err(fault)?;
        let left = deadline::left();
        if left.is_some_and(|left| left.is_zero()) {
            return Err(Failure::OutOfTime);
        }
        if !self.embedded() {
            let short = left.filter(|left| *left < LONGEST_STATEMENT);
            let limit = short.map(|left| {
                format!("SET LOCAL statement_timeout = {}", (left + BEHIND_CALLER).as_millis())
            });
            let settings: Vec<_> = postgres_setting.into_iter().chain(limit.as_deref()).collect();
            if !settings.is_empty() {
                let settings = settings.join("; ");
                let set = begun.execute_unprepared(&settings);
                telemetry::step(backend, "SET", set).await.map_err(fault)?;
            }
        }
        Ok(begun)
    }

    /// Asks whether the database answers and, on PostgreSQL, whether it can be written.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] if not.
    pub async fn ping(&self) -> Result<(), Failure> {
        if self.embedded() {
            return self.connections.execute_unprepared("SELECT 1").await.map(drop).map_err(fault);
        }
        let pool = self.connections.get_postgres_connection_pool();
        postgres::ping(pool).await.map_err(|error| unavailable(&error))
    }

    /// The settings of the server with which a crash loses commits that were acknowledged.
    ///
    /// # Errors
    /// In words for the person who starts the service.
    pub async fn unsafe_settings(&self) -> Result<Vec<String>, String> {
        if self.embedded() {
            return Ok(Vec::new());
        }
        let settings = postgres::unsafe_settings(self.connections.get_postgres_connection_pool());
        settings.await.map_err(|error| format!("cannot read the settings of the server: {error}"))
    }

    /// Opens the database to change its schema, which may take as long as it takes. Waits while
    /// another process has it open so; its end, or that of its connection, lets this one go on.
    ///
    /// # Errors
    /// As [`Database::open`].
    pub async fn open_to_migrate(settings: &Settings) -> Result<Self, String> {
        let one = Settings { max_connections: 1, ..settings.clone() };
        let database = Self::open(&one).await?;
        if !database.embedded() {
            // Both belong to the session, and there is one.
            let alone = format!("SET statement_timeout = 0; SELECT pg_advisory_lock({MIGRATION})");
            let alone = database.connections.execute_unprepared(&alone);
            alone.await.map_err(|error| format!("cannot use the database: {error}"))?;
        }
        Ok(database)
    }

    /// Applies what is missing of the schema and names it.
    ///
    /// # Errors
    /// In words for the person who runs the migration.
    pub async fn migrate<M: MigratorTrait>(&self) -> Result<Vec<String>, String> {
        let pending = self.pending::<M>().await?;
        if !pending.is_empty() {
            M::up(&self.connections, None)
                .await
                .map_err(|error| format!("migration failed: {error}"))?;
        }
        Ok(pending)
    }

    /// Makes sure that the schema is complete: an embedded database is migrated, any other
    /// must have been.
    ///
    /// # Errors
    /// Names the migrations that are missing, and the command that applies them.
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

    /// What is missing. What a newer version applied is no matter of this one, which serves on
    /// beside it and comes back where the newer one is taken back.
    async fn pending<M: MigratorTrait>(&self) -> Result<Vec<String>, String> {
        let applied = self.applied().await;
        let applied = applied
            .map_err(|error| format!("cannot read which migrations are applied: {error}"))?;
        let names = M::migrations().into_iter().map(|it| it.name().to_owned());
        Ok(names.filter(|name| !applied.contains(name)).collect())
    }

    async fn applied(&self) -> Result<BTreeSet<String>, DbErr> {
        let schema = SchemaManager::new(&self.connections);
        if !schema.has_table(seaql_migrations::Entity.table_name()).await? {
            return Ok(BTreeSet::new());
        }
        let rows = seaql_migrations::Entity::find().all(&self.connections).await?;
        Ok(rows.into_iter().map(|row| row.version).collect())
    }
}

fn busy(_: tokio::time::error::Elapsed) -> Failure {
    Failure::Unavailable { dependency: "database", cause: "others write for too long".to_owned() }
}

fn options(settings: &Settings) -> ConnectOptions {
    let mut options = ConnectOptions::new(&settings.url);
    options
        .max_connections(settings.max_connections)
        .acquire_timeout(PATIENCE)
        .connect_timeout(PATIENCE)
        .statement_timeout(LONGEST_STATEMENT)
        .test_before_acquire(false)
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(|sqlite| {
            sqlite
                .create_if_missing(true)
                .foreign_keys(true)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .busy_timeout(PATIENCE)
        });
    options
}
