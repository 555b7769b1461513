//! The clock of the PostgreSQL server, so that the server can refuse a commit that comes too late, however
//! long this process was paused before it.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use errors::Failure;
use sea_orm::{
    DatabaseBackend, DbErr, RuntimeErr,
    sqlx::{self, Executor, Row},
};
use tokio::time::{sleep, timeout};
use types::{Clock, Stopwatch};

use crate::{Database, fault, telemetry};

/// A step of the server's clock is noticed in this time.
const READ_EVERY: Duration = Duration::from_secs(1);
/// An older reading is not used.
const OLDEST: Duration = Duration::from_secs(5);
/// A server that does not answer within this time counts as unavailable.
const TIMEOUT: Duration = Duration::from_secs(2);
/// The start of the server identifies it: after a restart or a failover another clock may count.
const READ: &str = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint, \
    (extract(epoch FROM pg_postmaster_start_time()) * 1000000)::bigint";

/// Reads the clock of the server in the background, not for each commit.
#[derive(Debug, Clone)]
pub struct ServerClock {
    database: Database,
    last: Arc<Last>,
}

type Last = Mutex<Option<Reading>>;

/// The clock of a server at the start of a stopwatch, or earlier.
#[derive(Debug, Clone)]
pub struct Reading {
    time: i64,
    server: i64,
    since: Stopwatch,
}

/// A time of the clock of one server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServerTime {
    /// In microseconds since the epoch.
    pub time: i64,
    /// When the server started, in microseconds since the epoch.
    pub server: i64,
}

impl Database {
    /// Starts to read the clock of the server. `None` for an embedded database. Must be called inside a
    /// runtime.
    #[must_use]
    pub fn server_clock(&self) -> Option<ServerClock> {
        (!self.embedded()).then(|| {
            let clock = ServerClock { database: self.clone(), last: Arc::default() };
            deadline::spawn(keep_reading(self.clone(), Arc::downgrade(&clock.last)));
            clock
        })
    }
}

impl ServerClock {
    /// A reading of at most five seconds ago.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] if the server does not answer.
    pub async fn reading(&self) -> Result<Reading, Failure> {
        let last = lock(&self.last).clone();
        match last.filter(|it| it.since.elapsed() < OLDEST) {
            Some(last) => Ok(last),
            None => read(&self.database, &self.last).await,
        }
    }

    /// Makes the next use read again: the server may be another, or its clock may have moved.
    pub fn forget(&self) {
        *lock(&self.last) = None;
    }
}

impl Reading {
    /// The time of the server after the time left, or earlier: by the way of the reading from the server.
    pub fn after(&self, left: impl FnOnce() -> Duration) -> ServerTime {
        // In this order a pause between the two makes the result earlier.
        let since = self.since.elapsed();
        let span = i64::try_from((since + left()).as_micros()).unwrap_or(i64::MAX);
        ServerTime { time: self.time.saturating_add(span), server: self.server }
    }
}

async fn keep_reading(database: Database, last: Weak<Last>) {
    while let Some(last) = last.upgrade() {
        // A commit reports a server that does not answer.
        let _ = read(&database, &last).await;
        drop(last);
        sleep(READ_EVERY).await;
    }
}

async fn read(database: &Database, last: &Last) -> Result<Reading, Failure> {
    let pool = database.pool();
    let pool = pool.connections.get_postgres_connection_pool();
    let read = async { timeout(TIMEOUT, pool.fetch_one(READ)).await.map_err(|_| late())? };
    let row = telemetry::step(DatabaseBackend::Postgres, "SELECT", None, read).await;
    let since = Clock::system().stopwatch();
    let row = row.map_err(failure)?;
    let (time, server) = (row.try_get(0).map_err(failure)?, row.try_get(1).map_err(failure)?);
    let reading = Reading { time, server, since };
    *lock(last) = Some(reading.clone());
    Ok(reading)
}

fn late() -> sqlx::Error {
    sqlx::Error::PoolTimedOut
}

fn failure(error: sqlx::Error) -> Failure {
    fault(DbErr::Query(RuntimeErr::SqlxError(error.into())))
}

fn lock(last: &Last) -> MutexGuard<'_, Option<Reading>> {
    last.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use types::Timestamp;

    use super::*;

    #[test]
    fn a_pause_between_the_two_measurements_makes_the_time_earlier() {
        let clock = Clock::manual(Timestamp::UNIX_EPOCH);
        let reading = Reading { time: 1_000_000, server: 7, since: clock.stopwatch() };
        let decided = clock.stopwatch();
        let left = || Duration::from_secs(5).saturating_sub(decided.elapsed());
        clock.advance(Duration::from_secs(2));
        let expected = ServerTime { time: 6_000_000, server: 7 };
        assert_eq!(reading.after(left), expected);
        let paused = reading.after(|| {
            clock.advance(Duration::from_secs(1));
            left()
        });
        assert_eq!(paused, ServerTime { time: 5_000_000, server: 7 });
        assert_eq!(reading.after(left), expected);
        clock.advance(Duration::from_secs(9));
        assert!(reading.after(left).time < 14_000_000, "it is over");
    }
}
