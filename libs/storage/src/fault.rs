use std::error::Error;

use errors::Failure;
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
/// connections), operator, system; and of the class of transaction states those in which the server
/// is read-only or has ended the session. SQLite's primary codes: busy, locked, out of memory,
/// read-only, I/O, full, cannot open.
fn out_of_reach(code: &str) -> bool {
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
    fn a_database_that_cannot_work_now_is_told_from_a_defect() {
        let away = [
            // PostgreSQL: a broken connection, no disk space, a shutdown, an I/O error, a standby,
            // an idle session that the server ended.
            "08006", "28P01", "3D000", "53100", "53300", "55000", "57P01", "57P02", "57P03",
            "58000", "58030", "58P01", "25006", "25P03", // SQLite: busy, a full disk.
            "5", "517", "8", "13",
        ];
        let defects = ["23502", "25001", "25P02", "42P01", "42601", "XX000", "XX001", "1", "19"];
        for (codes, expected) in [(&away[..], true), (&defects[..], false)] {
            for code in codes {
                assert_eq!(out_of_reach(code), expected, "{code}");
            }
        }
    }
}
