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
        | sqlx::Error::WorkerCrashed => unavailable(error),
        sqlx::Error::Database(cause) => match cause.code().as_deref() {
            // serialization failure, deadlock
            Some("40001" | "40P01") => Failure::LostRace,
            // PostgreSQL: connection, resources, shutdown; SQLite: busy, snapshot too old, full
            Some(code)
                if ["08", "53", "57"]
                    .iter()
                    .any(|class| code.len() == 5 && code.starts_with(class))
                    || ["5", "517", "13"].contains(&code) =>
            {
                unavailable(error)
            }
            _ => Failure::bug(error),
        },
        _ => Failure::bug(error),
    }
}

fn unavailable(error: &dyn Error) -> Failure {
    Failure::Unavailable { dependency: "database", cause: error.to_string() }
}
