//! Telemetry of statements: a span in each sampled trace, and a duration. Neither contains values or
//! messages of the database.

use std::{sync::LazyLock, time::Duration};

use metrics::names::{ERROR_TYPE, OTHER};
use opentelemetry::{
    Context, KeyValue, global,
    metrics::Histogram,
    trace::{Span, SpanKind, Status as SpanStatus, TraceContextExt, Tracer},
};
use sea_orm::DatabaseBackend;
use types::Clock;

const SYSTEM: &str = "db.system.name";
const OPERATION: &str = "db.operation.name";
const TABLE: &str = "db.collection.name";

static DURATION: LazyLock<Histogram<f64>> =
    LazyLock::new(|| metrics::histogram("db.client.operation.duration", "Duration of statements."));

/// Records a statement that has ended.
pub(crate) fn statement(backend: DatabaseBackend, sql: &str, elapsed: Duration, failed: bool) {
    let (operation, table) = parts(sql);
    record(backend, operation, table, elapsed, failed);
}

/// Runs and records a statement that SeaORM does not report, such as BEGIN or COMMIT.
pub(crate) async fn step<T, E>(
    backend: DatabaseBackend,
    operation: &'static str,
    table: Option<&str>,
    step: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    let watch = Clock::system().stopwatch();
    let outcome = step.await;
    record(backend, operation, table, watch.elapsed(), outcome.is_err());
    outcome
}

fn record(
    backend: DatabaseBackend,
    operation: &'static str,
    table: Option<&str>,
    elapsed: Duration,
    failed: bool,
) {
    let mut attributes = Vec::with_capacity(4);
    attributes.push(KeyValue::new(SYSTEM, system(backend)));
    attributes.push(KeyValue::new(OPERATION, operation));
    attributes.extend(table.map(|it| KeyValue::new(TABLE, it.to_owned())));
    attributes.extend(failed.then(|| KeyValue::new(ERROR_TYPE, OTHER)));
    DURATION.record(elapsed.as_secs_f64(), &attributes);
    let parent = Context::current();
    if parent.span().is_recording() {
        span(&parent, operation, table, attributes, elapsed, failed);
    }
}

/// Records a span that has ended.
fn span(
    parent: &Context,
    operation: &'static str,
    table: Option<&str>,
    attributes: Vec<KeyValue>,
    elapsed: Duration,
    failed: bool,
) {
    let tracer = global::tracer("csp-channel");
    let name = table.map_or_else(|| operation.to_owned(), |table| format!("{operation} {table}"));
    let now = opentelemetry::time::now();
    let span = tracer.span_builder(name).with_kind(SpanKind::Client).with_attributes(attributes);
    let span = span.with_start_time(now.checked_sub(elapsed).unwrap_or(now));
    let mut span = span.start_with_context(&tracer, parent);
    if failed {
        span.set_status(SpanStatus::error(""));
    }
    span.end_with_timestamp(now);
}

fn system(backend: DatabaseBackend) -> &'static str {
    match backend {
        DatabaseBackend::Postgres => "postgresql",
        DatabaseBackend::MySql => "mysql",
        DatabaseBackend::Sqlite => "sqlite",
        _ => OTHER,
    }
}

/// Operation and table of a statement. Statements come from this program only, so their number is
/// small.
fn parts(sql: &str) -> (&'static str, Option<&str>) {
    let word = sql.split_whitespace().next().unwrap_or_default();
    let (operation, before_table) = match word {
        "SELECT" => ("SELECT", " FROM "),
        "INSERT" => ("INSERT", " INTO "),
        "UPDATE" => ("UPDATE", "UPDATE "),
        "DELETE" => ("DELETE", " FROM "),
        _ => return (OTHER, None),
    };
    let table = sql.split_once(before_table).map(|(_, rest)| rest);
    let table = table.and_then(|rest| rest.split([' ', '(', ',']).next());
    (operation, table.map(|it| it.trim_matches('"')).filter(|it| !it.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_named_by_its_operation_and_table() {
        for (sql, expected) in [
            ("SELECT \"a\".\"b\" FROM \"a\" WHERE \"a\".\"b\" = $1", ("SELECT", Some("a"))),
            ("SELECT 1", ("SELECT", None)),
            ("INSERT INTO \"a\" (\"b\") VALUES (?)", ("INSERT", Some("a"))),
            ("UPDATE \"a\" SET \"b\" = ?", ("UPDATE", Some("a"))),
            ("DELETE FROM \"a\" WHERE \"b\" = ?", ("DELETE", Some("a"))),
            ("CREATE TABLE a (b TEXT)", (OTHER, None)),
            ("", (OTHER, None)),
        ] {
            assert_eq!(parts(sql), expected, "{sql}");
        }
    }
}
