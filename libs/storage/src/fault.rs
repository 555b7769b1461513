use std::error::Error;

use failure::Failure;
use sea_orm::{DbErr, RuntimeErr, SqlErr, sqlx};

/// Sorts a database error: out of reach, a lost race, or a defect.
#[must_use]
pub fn fault(error: DbErr) -> Failure {
    if let Some(SqlErr::UniqueConstraintViolation(_)) = error.sql_err() {
        return Failure::LostRace;
    }
    match &error {
        DbErr::ConnectionAcquire(_) => unavailable(&error),
        DbErr::Conn(cause) | DbErr::Exec(cause) | DbErr::Query(cause) => match cause {
            RuntimeErr::SqlxError(cause) => sort(&error, cause),
            _ => Failure::bug(&error),
        },
        _ => Failure::bug(&error),
    }
}

fn sort(error: &DbErr, cause: &sqlx::Error) -> Failure {
    match cause {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::BeginFailed
        | sqlx::Error::WorkerCrashed => unavailable(error),
        sqlx::Error::Database(cause) => match cause.code().as_deref() {
            // serialization failure, deadlock
            Some("40001" | "40P01") => Failure::LostRace,
            Some(code) if out_of_reach(code) => unavailable(error),
            _ => Failure::bug(error),
        },
        _ => Failure::bug(error),
    }
}

/// Whether a code means that the database cannot work now. PostgreSQL's classes: connection,
/// authorization, no such database, resources, not in the state for it (as one that accepts no
/// connections), operator. SQLite's primary codes: busy, locked, read-only, I/O, full, cannot open.
fn out_of_reach(code: &str) -> bool {
    match code.parse::<u32>() {
        Ok(sqlite) if code.len() < 5 => matches!(sqlite & 0xff, 5 | 6 | 8 | 10 | 13 | 14),
        _ => ["08", "28", "3D", "53", "55", "57"].iter().any(|class| code.starts_with(class)),
    }
}

fn unavailable(error: &dyn Error) -> Failure {
    Failure::Unavailable { dependency: "database", cause: error.to_string() }
}
