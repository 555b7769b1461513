//! Constraints and migrations of a service's schema.

use std::collections::BTreeMap;

use sea_orm::ConnectionTrait;
use sea_orm_migration::MigratorTrait;
use storage::Database;

use crate::{Databases, Engine};

/// A table, a valid row as `column value` pairs with SQL literals, invalid changes of the row, and a
/// change that makes a second row which violates a unique constraint.
pub type InvalidRows = (&'static str, &'static str, &'static str, &'static str);

/// Inserts a row after replacing the values in `changes`; both are `column value` pairs.
///
/// # Errors
/// The database's text.
pub async fn insert(
    database: &Database,
    table: &str,
    row: &str,
    changes: &str,
) -> Result<(), String> {
    let columns = |row: &str| -> BTreeMap<String, String> {
        let columns = row.split(", ").filter_map(|column| column.split_once(' '));
        columns.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    };
    let mut row = columns(row);
    row.extend(columns(changes));
    let (names, values): (Vec<_>, Vec<_>) = row.into_iter().unzip();
    let (names, values) = (names.join(", "), values.join(", "));
    let statement = format!("INSERT INTO {table} ({names}) VALUES ({values})");
    let inserted = database.reader().execute_unprepared(&statement).await;
    inserted.map(drop).map_err(|error| error.to_string())
}

/// Asserts that the database rejects a second row because of a unique constraint.
///
/// # Panics
/// If it does not.
pub async fn assert_not_unique(database: &Database, table: &str, row: &str, changes: &str) {
    let refused = insert(database, table, row, changes).await.expect_err("it is a duplicate");
    assert!(refused.to_lowercase().contains("unique constraint"), "{table}, {changes}: {refused}");
}

/// Asserts that the database rejects the invalid rows and accepts the valid ones, which it keeps.
///
/// # Panics
/// If it does not.
pub async fn assert_constraints(database: &Database, rows: &[InvalidRows]) {
    for (table, row, invalid, second) in rows {
        for change in invalid.split(", ") {
            let refused = insert(database, table, row, change).await.expect_err(change);
            assert!(refused.contains("constraint"), "{table}, {change}: {refused}");
        }
        insert(database, table, row, "").await.expect("the row is valid");
        assert_not_unique(database, table, row, second).await;
    }
}

/// Asserts that an embedded database gets its schema when a service starts, that any other is rejected
/// with the command to run, that migrations are applied once, and that those of a newer version are
/// accepted.
///
/// # Panics
/// If one of these does not hold.
pub async fn assert_migrations<M: MigratorTrait>(engine: Engine, service: &str) {
    let databases = Databases::new(engine).await;
    let database = databases.open(service).await;
    let names: Vec<_> = M::migrations().iter().map(|it| it.name().to_owned()).collect();
    let required = database.require_schema::<M>(service).await;
    let applied = database.migrate::<M>().await.expect("it can be migrated");
    match engine {
        Engine::Sqlite => assert_eq!((required, applied), (Ok(()), Vec::new())),
        Engine::Postgres => {
            let refused = required.expect_err("the schema is missing");
            for part in names.iter().chain([&format!("`{service} migrate`")]) {
                assert!(refused.contains(part), "{refused}");
            }
            assert_eq!(applied, names, "all were missing");
        }
    }
    let newer = "INSERT INTO seaql_migrations VALUES ('of_a_newer_version', 0)";
    database.reader().execute_unprepared(newer).await.expect("it is a migration");
    assert_eq!(database.require_schema::<M>(service).await, Ok(()));
    assert_eq!(database.migrate::<M>().await, Ok(Vec::new()));
}
