//! Rows of a database as SQL, so that they can be written again under other names. Knows no table: the
//! tables and columns are read from the schema.

use std::collections::BTreeMap;

use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseBackend, DatabaseConnection, Statement,
    sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous},
};

/// Without the seals of events, which the services make of the copies.
const TABLES_POSTGRES: &str = "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' \
    AND tablename NOT IN ('seaql_migrations', 'event_seals', 'checkpoints') ORDER BY 1";
const TABLES_SQLITE: &str = "SELECT name FROM sqlite_schema \
    WHERE type = 'table' AND name NOT LIKE 'sqlite_%' \
    AND name NOT IN ('seaql_migrations', 'event_seals', 'checkpoints') ORDER BY 1";
/// Columns with their types, without those that the database fills by itself, and without the time by which
/// an order must be committed, which is over when rows are copied.
const COLUMNS_POSTGRES: &str = "SELECT a.attname::text, format_type(a.atttypid, a.atttypmod)
    FROM pg_attribute a
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped
        AND a.attidentity = '' AND a.attgenerated = ''
        AND a.attname NOT IN ('commit_by', 'commit_server')
        AND COALESCE(pg_get_expr(d.adbin, d.adrelid), '') NOT LIKE '%(%'
    ORDER BY a.attnum";
const COLUMNS_SQLITE: &str = "SELECT name, '' FROM pragma_table_info($1)
    WHERE NOT (pk = 1 AND upper(type) = 'INTEGER') AND COALESCE(dflt_value, '') NOT LIKE '%(%'
    ORDER BY cid";
const REFERENCES_POSTGRES: &str = "SELECT conrelid::regclass::text, confrelid::regclass::text
    FROM pg_constraint WHERE contype = 'f'";
const REFERENCES_SQLITE: &str = "SELECT t.name, f.\"table\"
    FROM sqlite_schema t, pragma_foreign_key_list(t.name) f WHERE t.type = 'table'";

/// Opens one connection, with the settings of the services on SQLite.
pub async fn connect(url: &str) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false).map_sqlx_sqlite_opts(|sqlite| {
        sqlite.journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Full)
    });
    Database::connect(options).await.expect("the database can be opened")
}

/// Executes a statement.
pub async fn execute(database: &DatabaseConnection, sql: &str) {
    let executed = database.execute_unprepared(sql).await;
    executed.unwrap_or_else(|error| panic!("{error}, in: {sql}"));
}

/// Reads one column of type text of all rows.
pub async fn texts<const COLUMNS: usize>(
    database: &DatabaseConnection,
    sql: &str,
    arguments: &[&str],
) -> Vec<[String; COLUMNS]> {
    let arguments = arguments.iter().map(|it| (*it).into());
    let query = Statement::from_sql_and_values(database.get_database_backend(), sql, arguments);
    let rows = database.query_all_raw(query).await;
    let rows = rows.unwrap_or_else(|error| panic!("{error}, in: {sql}"));
    let text = |row: &sea_orm::QueryResult, at| row.try_get_by_index(at).expect("it is a text");
    rows.iter().map(|row| std::array::from_fn(|at| text(row, at))).collect()
}

/// Reads one number.
pub async fn number(database: &DatabaseConnection, sql: &str) -> u64 {
    let rows = texts::<1>(database, &format!("SELECT CAST(({sql}) AS text)"), &[]).await;
    let number = rows.first().and_then(|[number]| number.parse().ok());
    number.unwrap_or_else(|| panic!("no number is the result of: {sql}"))
}

/// A row.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its table.
    pub table: String,
    cells: Vec<Cell>,
}

#[derive(Debug, Clone)]
struct Cell {
    column: String,
    /// The type, if a literal needs a cast to it.
    cast: Option<String>,
    literal: String,
}

impl Row {
    /// Whether a value contains this text.
    pub fn contains(&self, text: &str) -> bool {
        self.cells.iter().any(|it| it.literal.contains(text))
    }

    /// The values as SQL.
    pub fn literals(&self) -> impl Iterator<Item = &str> {
        self.cells.iter().map(|it| it.literal.as_str())
    }

    /// The start of a statement that inserts into the columns of this row.
    pub fn insert_into(&self) -> String {
        let columns: Vec<_> = self.cells.iter().map(|it| format!("\"{}\"", it.column)).collect();
        format!("INSERT INTO \"{}\" ({})", self.table, columns.join(", "))
    }

    /// The values, separated by commas, with SQL expressions instead of these texts in them.
    pub fn values(&self, replaced: &BTreeMap<String, String>) -> String {
        let values = self.cells.iter().map(|it| it.value(replaced));
        values.collect::<Vec<_>>().join(", ")
    }
}

impl Cell {
    fn value(&self, replaced: &BTreeMap<String, String>) -> String {
        let start = if self.literal.starts_with('E') { "E'" } else { "'" };
        let mut value = self.literal.clone();
        for (text, sql) in replaced {
            let sql = format!("' || {sql} || {start}");
            if text.bytes().all(|it| it.is_ascii_digit()) {
                // A number is replaced only as a whole text, in the column or in JSON.
                for quote in ['"', '\''] {
                    let whole = format!("{quote}{text}{quote}");
                    value = value.replace(&whole, &format!("{quote}{sql}{quote}"));
                }
            } else {
                value = value.replace(text, &sql);
            }
        }
        match &self.cast {
            Some(cast) => format!("CAST({value} AS {cast})"),
            None => value,
        }
    }
}

/// All rows of all tables; of `events` in the order of their positions.
pub async fn all(database: &DatabaseConnection) -> Vec<Row> {
    let postgres = database.get_database_backend() == DatabaseBackend::Postgres;
    let tables = if postgres { TABLES_POSTGRES } else { TABLES_SQLITE };
    let mut rows = Vec::new();
    for [table] in texts::<1>(database, tables, &[]).await {
        rows.extend(rows_of(database, &table, postgres).await);
    }
    rows
}

async fn rows_of(database: &DatabaseConnection, table: &str, postgres: bool) -> Vec<Row> {
    let columns = if postgres { COLUMNS_POSTGRES } else { COLUMNS_SQLITE };
    let columns = texts::<2>(database, columns, &[table]).await;
    let read: Vec<_> = columns.iter().map(|[column, _]| literal_of(column, postgres)).collect();
    let order = if table == "events" { " ORDER BY seq" } else { "" };
    let sql = format!("SELECT {} FROM \"{table}\"{order}", read.join(", "));
    let read = Statement::from_string(database.get_database_backend(), sql);
    let rows = database.query_all_raw(read).await.expect("the table can be read");
    let cell = |row: &sea_orm::QueryResult, at: usize| {
        let [column, kind] = &columns[at];
        let literal = row.try_get_by_index(at).expect("it is a text");
        Cell { column: column.clone(), cast: postgres.then(|| kind.clone()), literal }
    };
    let cells = |row| (0..columns.len()).map(|at| cell(row, at)).collect();
    rows.iter().map(|row| Row { table: table.to_owned(), cells: cells(row) }).collect()
}

/// An expression for the literal of a column. Colons are escaped, because pgbench reads `:name` as one
/// of its variables.
fn literal_of(column: &str, postgres: bool) -> String {
    if !postgres {
        return format!("quote(\"{column}\")");
    }
    let text = format!("CAST(\"{column}\" AS text)");
    let escapes = [(r"'\'", r"'\\'"), ("''''", "''''''"), ("':'", r"'\x3a'")];
    let escaped =
        escapes.iter().fold(text, |it, (from, to)| format!("replace({it}, {from}, {to})"));
    format!("COALESCE('E''' || {escaped} || '''', 'NULL')")
}

/// Sorts rows so that each comes after those that it refers to, and the events come last.
pub async fn sort_by_reference(database: &DatabaseConnection, rows: &mut [Row]) {
    let postgres = database.get_database_backend() == DatabaseBackend::Postgres;
    let references = if postgres { REFERENCES_POSTGRES } else { REFERENCES_SQLITE };
    let references = texts::<2>(database, references, &[]).await;
    let depth = |table: &str| depth(table, &references, 0);
    rows.sort_by_key(|row| (row.table == "events", depth(&row.table)));
}

/// The longest chain of references from this table.
fn depth(table: &str, references: &[[String; 2]], at: usize) -> usize {
    assert!(at < 20, "the references of {table} have no end");
    let next = references.iter().filter(|[from, to]| from == table && to != table);
    next.map(|[_, to]| 1 + depth(to, references, at + 1)).max().unwrap_or_default()
}
