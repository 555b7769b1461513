//! The storage floor: the rows that one order writes, inserted without the services.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use contracts::ordering::Order;
use sea_orm::{ConnectionTrait, DatabaseBackend, DatabaseConnection, Statement};
use testbed::DurableServer;
use types::Clock;

use crate::{
    report::Floor,
    rows::{self, Row},
    template::{hex, uuids},
};

/// Transactions of each pgbench client if the time is below the shortest that pgbench knows, 1 s.
const FEW: u32 = 50;
/// Number of names that one run may use, for each client.
const NAMES: u64 = 1 << 24;
/// Most clients of one run.
const CLIENTS: u64 = 1024;
/// The variable of pgbench with the number of a transaction.
const VARIABLE: &str = "CAST(:id AS bigint)";

/// The statements that insert the rows of an order again, under new names.
#[derive(Debug)]
pub struct OrderRows {
    statements: Vec<String>,
    /// How many runs have used names so far.
    runs: u64,
}

impl OrderRows {
    /// Reads the rows of an order. Its own ids are those that customer, partners and offer do not have.
    pub async fn read(database: &DatabaseConnection, order: &Order) -> Self {
        let rows = rows_of(database, &order.name).await;
        let lines = order.lines.iter().map(|it| it.offer.as_str());
        let shared = [order.customer.as_str(), &order.seller, &order.reseller];
        let shared: BTreeSet<_> = shared.into_iter().chain(lines).flat_map(uuids).collect();
        let own = rows.iter().flat_map(Row::literals).flat_map(uuids);
        let own = own.filter(|it| !shared.contains(it));
        let backend = database.get_database_backend();
        let number = if backend == DatabaseBackend::Postgres { VARIABLE } else { "?1" };
        let fresh: BTreeMap<_, _> = own
            .map(|id| {
                // The beginning stays, so that new names are next to each other, as those of ordering.
                let fresh = format!("'{}' || {}", &id[..24], hex(number, 12, backend));
                (id.to_owned(), fresh)
            })
            .collect();
        Self { statements: statements(&rows, &fresh), runs: 0 }
    }

    /// Runs pgbench with the statements in one transaction.
    pub fn pgbench(
        &mut self,
        server: &DurableServer,
        database: &str,
        clients: usize,
        time: Duration,
    ) -> Floor {
        self.runs += 1;
        let script = self.script(server.folder());
        let mut command = Command::new(server.program("pgbench"));
        command.args(["-n", "-M", "prepared", "-U", "postgres", "-h"]).arg(server.folder());
        command.args(["-c", &clients.to_string(), "-j", &clients.min(2).to_string()]);
        command.args(["-D", &format!("n={}", self.runs * NAMES), "-f"]).arg(script);
        match time.as_secs() {
            0 => command.args(["-t", &FEW.to_string()]),
            seconds => command.args(["-T", &seconds.to_string()]),
        };
        let output = command.arg(database).output().expect("pgbench runs");
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
        let rate = text
            .lines()
            .find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok());
        Floor { clients, per_second: rate.expect("pgbench prints the rate") }
    }

    fn script(&self, folder: &Path) -> PathBuf {
        let mut script = format!("\\set n :n + 1\n\\set id :n * {CLIENTS} + :client_id\nBEGIN;\n");
        for statement in &self.statements {
            writeln!(script, "{statement};").expect("a string can be written");
        }
        script += "COMMIT;\n";
        let path = folder.join("order.pgbench");
        fs::write(&path, script).expect("the file can be written");
        path
    }

    /// Commits the rows one by one through one connection to SQLite.
    pub async fn sqlite(&mut self, database: &DatabaseConnection, time: Duration) -> Floor {
        self.runs += 1;
        let (first, watch) = (self.runs * NAMES, Clock::system().stopwatch());
        let mut count = 0;
        while watch.elapsed() < time {
            self.insert(database, first + count).await;
            count += 1;
        }
        Floor { clients: 1, per_second: count as f64 / watch.elapsed().as_secs_f64() }
    }

    async fn insert(&self, database: &DatabaseConnection, number: u64) {
        rows::execute(database, "BEGIN IMMEDIATE").await;
        for statement in &self.statements {
            let number = [(number as i64).into()];
            let insert = Statement::from_sql_and_values(DatabaseBackend::Sqlite, statement, number);
            database.execute_raw(insert).await.expect("the rows can be inserted");
        }
        rows::execute(database, "COMMIT").await;
    }
}

/// The rows that name an order or one of its subscriptions, in the order of their references.
async fn rows_of(database: &DatabaseConnection, order: &str) -> Vec<Row> {
    let all = rows::all(database).await;
    let with_order = all.iter().filter(|row| row.contains(order));
    let subscriptions = with_order.flat_map(Row::literals).flat_map(subscriptions);
    let names: BTreeSet<_> = subscriptions.chain([order]).collect();
    let mut rows: Vec<_> =
        all.iter().filter(|row| names.iter().any(|name| row.contains(name))).cloned().collect();
    assert!(!rows.is_empty(), "the database has no row of {order}");
    rows::sort_by_reference(database, &mut rows).await;
    rows
}

/// The names of subscriptions in a text.
fn subscriptions(text: &str) -> impl Iterator<Item = &str> {
    const COLLECTION: &str = "subscriptions/";
    text.match_indices(COLLECTION).filter_map(|(at, _)| text.get(at..at + COLLECTION.len() + 36))
}

/// One statement for each table, as the services write them.
fn statements(rows: &[Row], fresh: &BTreeMap<String, String>) -> Vec<String> {
    let tables = rows.chunk_by(|a, b| a.table == b.table);
    let statement = |rows: &[Row]| {
        let values: Vec<_> = rows.iter().map(|it| format!("({})", it.values(fresh))).collect();
        format!("{} VALUES {}", rows[0].insert_into(), values.join(", "))
    };
    tables.map(statement).collect()
}
