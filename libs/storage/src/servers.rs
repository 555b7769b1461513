//! The pool of connections to the writable one of a database's servers. It is replaced as a whole when
//! another server is writable, because connections to a server that hangs neither answer nor close.

use std::{
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use futures_util::future::join_all;
use sea_orm::{
    ConnectOptions, DatabaseConnection,
    sqlx::{
        ConnectOptions as _, Connection,
        postgres::PgConnectOptions,
        sqlite::{SqliteJournalMode, SqliteSynchronous},
    },
};
use tokio::{
    sync::watch,
    time::{sleep, timeout},
};
use types::{Clock, Stopwatch};

use crate::{Settings, postgres, telemetry};

/// How long a request waits for a connection, and a SQLite writer for the write lock.
pub(crate) const ACQUIRE_TIMEOUT: Duration = Duration::from_millis(1500);
/// Longest run of one statement on PostgreSQL.
pub(crate) const STATEMENT_TIMEOUT: Duration = Duration::from_secs(2);
/// A database that does not answer a statement within this time, which is longer than the wait for a
/// connection and the longest run of a statement, hangs.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(4);
/// How often the pool is checked, and the servers while it does not answer.
const EVERY: Duration = Duration::from_millis(250);
/// A pool that has answered within this time is not pinged.
const RECENT: Duration = Duration::from_secs(1);
/// Timeout of a ping, and of the search for a writable server.
const TIMEOUT: Duration = Duration::from_secs(1);
/// A pool that has answered nothing for this time, while its server answers others, is replaced.
const STUCK: Duration = Duration::from_secs(10);
/// How long a replaced pool may still finish what runs.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(30);

/// The servers of a database, and the pool of connections to one of them.
#[derive(Debug)]
pub(crate) struct Servers {
    urls: Vec<String>,
    max_connections: u32,
    tests: postgres::Tests,
    pool: RwLock<Pool>,
}

/// A pool of connections.
#[derive(Debug, Clone)]
pub(crate) struct Pool {
    pub connections: DatabaseConnection,
    /// Position of the pool among those of this process.
    pub number: u64,
    /// Position of its server among `urls`.
    server: usize,
    answers: Answers,
    /// Whether the pool has been replaced.
    replaced: watch::Sender<bool>,
}

impl Pool {
    /// Waits for an answer of a connection of this pool. `None` if its server hangs.
    pub(crate) async fn answer<T>(&self, answer: impl Future<Output = T>) -> Option<T> {
        let mut replaced = self.replaced.subscribe();
        tokio::select! {
            biased;
            answer = answer => Some(answer),
            _ = replaced.wait_for(|replaced| *replaced) => None,
            () = sleep(ANSWER_TIMEOUT) => None,
        }
    }
}

/// When a statement was last answered.
#[derive(Debug, Clone)]
struct Answers {
    since: Stopwatch,
    millis: Arc<AtomicU64>,
}

impl Answers {
    fn new() -> Self {
        Self { since: Clock::system().stopwatch(), millis: Arc::default() }
    }

    fn record(&self) {
        self.millis.store(self.now(), Ordering::Relaxed);
    }

    /// Time since the last answer.
    fn age(&self) -> Duration {
        Duration::from_millis(self.now().saturating_sub(self.millis.load(Ordering::Relaxed)))
    }

    fn now(&self) -> u64 {
        u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

impl Servers {
    /// Connects to the writable one of the servers of a URL.
    ///
    /// # Errors
    /// As text for the operator, without the password.
    pub(crate) async fn connect(settings: &Settings) -> Result<Self, String> {
        let (urls, max_connections) = (urls(&settings.url), settings.max_connections);
        let tests = postgres::Tests::default();
        let writable = if urls.len() > 1 { writable(&urls).await } else { Vec::new() };
        // If there is none, the first one tells why.
        let server = writable.first().copied().unwrap_or_default();
        let at = urls.get(server).map_or(&*settings.url, String::as_str);
        let pool = open(options(at, max_connections), &tests, server).await;
        let pool = RwLock::new(pool.map_err(|cause| format!("cannot open the database: {cause}"))?);
        Ok(Self { urls, max_connections, tests, pool })
    }

    /// Changes when a new connection finds that the database was restored.
    pub(crate) fn generations(&self) -> Arc<AtomicU64> {
        self.tests.generations()
    }

    /// The current pool.
    pub(crate) fn pool(&self) -> Pool {
        self.pool.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Checks that the current server is writable.
    pub(crate) async fn ping(&self) -> Result<(), sea_orm::sqlx::Error> {
        let pool = self.pool();
        self.tests.ping(pool.connections.get_postgres_connection_pool()).await?;
        pool.answers.record();
        Ok(())
    }

    /// Replaces the pool whenever it should have connections to another server, or none of its connections
    /// answers. Never returns.
    pub(crate) async fn watch(&self) {
        loop {
            sleep(EVERY).await;
            let pool = self.pool();
            let answers = pool.answers.age() < RECENT
                || matches!(timeout(TIMEOUT, self.ping()).await, Ok(Ok(())));
            if !answers {
                self.find(&pool).await;
            }
        }
    }

    /// Looks for a writable server until the pool answers or is replaced.
    async fn find(&self, pool: &Pool) {
        tracing::warn!("the database does not answer, or is read-only");
        while pool.answers.age() >= RECENT {
            let writable = writable(&self.urls).await;
            let server = if writable.contains(&pool.server) {
                // The server works; the pool may only be busy.
                (pool.answers.age() >= STUCK).then_some(pool.server)
            } else {
                writable.first().copied()
            };
            if let Some(server) = server
                && self.replace(server).await
            {
                return;
            }
            sleep(EVERY).await;
        }
    }

    async fn replace(&self, server: usize) -> bool {
        let Some(url) = self.urls.get(server) else { return false };
        let opened = open(options(url, self.max_connections), &self.tests, server);
        match opened.await {
            Ok(pool) => {
                tracing::warn!("connected to server {} of the database", server + 1);
                let mut current = self.pool.write().unwrap_or_else(PoisonError::into_inner);
                let replaced = std::mem::replace(&mut *current, pool);
                drop(current);
                replaced.replaced.send_replace(true);
                deadline::spawn(timeout(CLOSE_TIMEOUT, replaced.connections.close()));
                true
            }
            Err(cause) => {
                tracing::warn!("cannot connect to server {} of the database: {cause}", server + 1);
                false
            }
        }
    }
}

async fn open(
    mut options: ConnectOptions,
    tests: &postgres::Tests,
    server: usize,
) -> Result<Pool, String> {
    static NUMBERS: AtomicU64 = AtomicU64::new(1);
    tests.clone().apply(&mut options);
    let connections = sea_orm::Database::connect(options).await;
    let mut connections = connections
        .map_err(|error| tests.explain().map_or_else(|| error.to_string(), str::to_owned))?;
    let backend = connections.get_database_backend();
    let answers = Answers::new();
    let answered = answers.clone();
    connections.set_metric_callback(move |it| {
        if !it.failed {
            answered.record();
        }
        telemetry::statement(backend, &it.statement.sql, it.elapsed, it.failed);
    });
    let number = NUMBERS.fetch_add(1, Ordering::Relaxed);
    Ok(Pool { connections, number, server, answers, replaced: watch::Sender::new(false) })
}

fn options(url: &str, max_connections: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(max_connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .connect_timeout(ACQUIRE_TIMEOUT)
        .statement_timeout(STATEMENT_TIMEOUT)
        .test_before_acquire(false)
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(|sqlite| {
            sqlite
                .create_if_missing(true)
                .foreign_keys(true)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .busy_timeout(ACQUIRE_TIMEOUT)
        });
    options
}

/// The writable servers, by their positions. Asks all at the same time, over new connections.
async fn writable(urls: &[String]) -> Vec<usize> {
    let asked = urls.iter().map(async |url| {
        let writable = async {
            let mut connection = url.parse::<PgConnectOptions>().ok()?.connect().await.ok()?;
            let writable = postgres::is_writable(&mut connection).await.ok()?;
            let _ = connection.close().await;
            Some(writable)
        };
        timeout(TIMEOUT, writable).await == Ok(Some(true))
    });
    let asked = join_all(asked).await.into_iter().enumerate();
    asked.filter_map(|(server, writable)| writable.then_some(server)).collect()
}

/// A URL for each host of a PostgreSQL URL with hosts separated by commas, as in libpq:
/// `postgres://user@one:5432,two:5433/database`. Any other URL is returned as it is.
fn urls(url: &str) -> Vec<String> {
    let Some((scheme, rest)) = url.split_once("://") else { return vec![url.to_owned()] };
    if !scheme.starts_with("postgres") {
        return vec![url.to_owned()];
    }
    let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let hosts = authority.rfind('@').map_or(0, |at| at + 1);
    let (user, hosts) = authority.split_at(hosts);
    hosts.split(',').map(|host| format!("{scheme}://{user}{host}{path}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_with_several_hosts_is_one_url_per_host() {
        let cases: [(&str, &[&str]); 5] = [
            ("sqlite://data/a,b.db", &["sqlite://data/a,b.db"]),
            ("postgres://one/db", &["postgres://one/db"]),
            (
                "postgres://u:a,b@one:1,two/db?sslmode=require",
                &[
                    "postgres://u:a,b@one:1/db?sslmode=require",
                    "postgres://u:a,b@two/db?sslmode=require",
                ],
            ),
            ("postgresql://[::1]:5,two", &["postgresql://[::1]:5", "postgresql://two"]),
            ("postgres:///db?host=/a,/b", &["postgres:///db?host=/a,/b"]),
        ];
        for (url, expected) in cases {
            assert_eq!(urls(url), expected, "{url}");
        }
    }
}
