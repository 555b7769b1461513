use std::error::Error;

use errors::Failure;
use sea_orm::{DbErr, RuntimeErr, SqlErr, sqlx};

/// Raised by the trigger of ordering's schema that refuses late commits.
const COMMIT_TOO_LATE: &str = "CSP01";

/// Converts a database error: unavailable, a lost race, an expired decision, or a defect.
#[must_use]
pub fn fault(error: DbErr) -> Failure {
    if let Some(SqlErr::UniqueConstraintViolation(_)) = error.sql_err() {
        return Failure::LostRace;
    }
    match &error {
        DbErr::ConnectionAcquire(_) => unavailable(&error),
        DbErr::Conn(cause) | DbErr::Exec(cause) | DbErr::Query(cause) => match cause {
            RuntimeErr::SqlxError(cause) => from_sqlx(&error, cause),
            _ => Failure::bug(&error),
        },
        _ => Failure::bug(&error),
    }
}

fn from_sqlx(error: &DbErr, cause: &sqlx::Error) -> Failure {
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
            Some(COMMIT_TOO_LATE) => Failure::DecisionExpired,
            Some(code) if is_unavailable(code) => unavailable(error),
            _ => Failure::bug(error),
        },
        _ => Failure::bug(error),
    }
}

/// Whether an error code means that the database is unavailable. PostgreSQL's classes: connection (08),
/// authorization (28), invalid catalog (3D), insufficient resources (53), object not in prerequisite
/// state (55), operator intervention (57), system error (58); and the transaction states read-only and
/// session ended by a timeout. SQLite's primary codes: busy, locked, out of memory, read-only, I/O, full,
/// cannot open.
fn is_unavailable(code: &str) -> bool {
    match code.parse::<u32>() {
        Ok(sqlite) if code.len() < 5 => matches!(sqlite & 0xff, 5..=8 | 10 | 13 | 14),
        _ => {
            ["08", "28", "3D", "53", "55", "57", "58"].iter().any(|class| code.starts_with(class))
                || ["25006", "25P03", "25P04"].contains(&code)
        }
    }
}

pub(crate) fn unavailable(error: &dyn Error) -> Failure {
    Failure::Unavailable { dependency: "database", cause: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unavailable_database_is_not_a_defect() {
        let unavailable = [
            // PostgreSQL: a broken connection, no disk space, a shutdown, an I/O error, a standby,
            // an idle session that the server ended.
            "08006", "28P01", "3D000", "53100", "53300", "55000", "57P01", "57P02", "57P03",
            "58000", "58030", "58P01", "25006", "25P03", // SQLite: busy, a full disk.
            "5", "517", "8", "13",
        ];
        let defects = ["23502", "25001", "25P02", "42P01", "42601", "XX000", "XX001", "1", "19"];
        for (codes, expected) in [(&unavailable[..], true), (&defects[..], false)] {
            for code in codes {
                assert_eq!(is_unavailable(code), expected, "{code}");
            }
        }
    }
}
