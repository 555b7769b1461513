use std::{fs, path::Path, time::Duration};

use failure::Failure;
use sea_orm::{
    ConnectOptions, ConnectionTrait, DatabaseBackend, DatabaseConnection, DatabaseTransaction,
    IsolationLevel, SqliteTransactionMode, TransactionOptions, TransactionTrait,
    sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous},
};
use sea_orm_migration::MigratorTrait;

use crate::fault;

/// How long a request waits for a connection, and a SQLite writer for its turn.
const PATIENCE: Duration = Duration::from_millis(1500);
/// How long one statement may run on PostgreSQL.
const LONGEST_STATEMENT: Duration = Duration::from_secs(5);
/// A connection that idled longer is tested before it is used.
const IDLE_BEFORE_TEST: Duration = Duration::from_secs(5);

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
pub struct Database(DatabaseConnection);

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
        let connection = sea_orm::Database::connect(options(settings)).await;
        connection.map(Self).map_err(|error| format!("cannot open the database: {error}"))
    }

    /// True for a database that lives in a file of this process.
    #[must_use]
    pub fn embedded(&self) -> bool {
        self.0.get_database_backend() == DatabaseBackend::Sqlite
    }

    /// For reads outside a transaction.
    #[must_use]
    pub fn reader(&self) -> &DatabaseConnection {
        &self.0
    }

    /// Begins a transaction that may write.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] when no connection is free in time.
    pub async fn begin(&self) -> Result<DatabaseTransaction, Failure> {
        let options = TransactionOptions {
            sqlite_transaction_mode: self.embedded().then_some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        self.0.begin_with_options(options).await.map_err(fault)
    }

    /// Opens a view in which several reads see one state of the database.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] when no connection is free in time.
    pub async fn snapshot(&self) -> Result<Snapshot, Failure> {
        let options = TransactionOptions {
            isolation_level: (!self.embedded()).then_some(IsolationLevel::RepeatableRead),
            ..TransactionOptions::default()
        };
        self.0.begin_with_options(options).await.map_err(fault)
    }

    /// Asks the database for a sign of life.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] when it gives none.
    pub async fn ping(&self) -> Result<(), Failure> {
        self.0.execute_unprepared("SELECT 1").await.map(drop).map_err(fault)
    }

    /// Applies what is missing of the schema and names it.
    ///
    /// # Errors
    /// In words for the person who runs the migration.
    pub async fn migrate<M: MigratorTrait>(&self) -> Result<Vec<String>, String> {
        let pending = self.pending::<M>().await?;
        M::up(&self.0, None).await.map_err(|error| format!("migration failed: {error}"))?;
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

    async fn pending<M: MigratorTrait>(&self) -> Result<Vec<String>, String> {
        let pending = M::get_pending_migrations_read_only(&self.0).await;
        pending
            .map(|all| all.iter().map(|each| each.name().to_owned()).collect())
            .map_err(|error| format!("cannot read which migrations are applied: {error}"))
    }
}

fn options(settings: &Settings) -> ConnectOptions {
    let mut options = ConnectOptions::new(&settings.url);
    options
        .max_connections(settings.max_connections)
        .acquire_timeout(PATIENCE)
        .connect_timeout(PATIENCE)
        .statement_timeout(LONGEST_STATEMENT)
        .test_before_acquire(false)
        .test_before_acquire_if_idle_for(IDLE_BEFORE_TEST)
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
