//! What calls cost, in counts that repeat better than times: CPU, statements, WAL.

use std::{collections::BTreeMap, fs, process::Command, sync::OnceLock};

use sea_orm::DatabaseConnection;

use crate::{
    report::{Costs, Statement},
    rows,
};

/// Name of PostgreSQL's processes among the processes.
const POSTGRES: &str = "postgres";
/// Statements in the databases of the services; this program reads from another database.
const STATEMENTS: &str = "FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid \
    WHERE d.datname <> current_database()";
/// Most statements that are listed.
const LISTED: usize = 40;

/// The processes and the database server whose work is counted.
#[derive(Debug)]
pub struct Probe {
    /// Name and id of processes.
    pub processes: Vec<(&'static str, u32)>,
    /// PostgreSQL, if the services use it.
    pub postgres: Option<Postgres>,
}

/// A PostgreSQL server.
#[derive(Debug)]
pub struct Postgres {
    /// The process that starts the others.
    pub process: u32,
    /// A connection to a database that no service uses.
    pub connection: DatabaseConnection,
}

/// The counters at the start of a measurement.
#[derive(Debug)]
pub struct Counters {
    /// CPU seconds by process.
    cpu: BTreeMap<&'static str, f64>,
    /// Position in the WAL, in bytes.
    wal: Option<u64>,
}

impl Probe {
    /// Reads the counters, and resets those of the statements.
    pub async fn start(&self) -> Counters {
        if let Some(postgres) = &self.postgres {
            rows::execute(&postgres.connection, "SELECT pg_stat_statements_reset()").await;
        }
        self.read().await
    }

    async fn read(&self) -> Counters {
        let cpu = self.processes.iter().map(|(name, id)| (*name, cpu(*id)));
        let mut cpu: BTreeMap<_, _> = cpu.collect();
        let Some(postgres) = &self.postgres else { return Counters { cpu, wal: None } };
        cpu.insert(POSTGRES, cpu_with_children(postgres.process));
        let position = "pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')";
        Counters { cpu, wal: Some(rows::number(&postgres.connection, position).await) }
    }

    /// What each of these calls cost since the start.
    pub async fn costs(&self, start: &Counters, calls: u64) -> Costs {
        let calls = calls.max(1) as f64;
        let end = self.read().await;
        let cpu = end.cpu.iter().map(|(name, seconds)| {
            let used = (seconds - start.cpu.get(name).unwrap_or(&0.0)).max(0.0);
            ((*name).to_owned(), used * 1000.0 / calls)
        });
        let cpu_ms: BTreeMap<_, _> = cpu.collect();
        let total_cpu_ms = cpu_ms.values().sum();
        let wal = end.wal.zip(start.wal).map(|(end, start)| (end - start) as f64 / calls);
        let mut costs = Costs { cpu_ms, total_cpu_ms, wal_bytes: wal, ..Costs::default() };
        if let Some(postgres) = &self.postgres {
            count_statements(&postgres.connection, calls, &mut costs).await;
        }
        costs
    }
}

async fn count_statements(connection: &DatabaseConnection, calls: f64, costs: &mut Costs) {
    let sum = |column| format!("SELECT COALESCE(sum(s.{column}), 0)::bigint {STATEMENTS}");
    let count = rows::number(connection, &sum("calls")).await;
    let images = rows::number(connection, &sum("wal_fpi")).await;
    costs.statements = Some(count as f64 / calls);
    costs.full_page_images = Some(images as f64 / calls);
    let list = format!(
        "SELECT split_part(d.datname, '_', 1), left(regexp_replace(s.query, '= [0-9]+', '= n'), 200), \
         sum(s.calls)::text {STATEMENTS} GROUP BY 1, 2 ORDER BY sum(s.calls) DESC LIMIT {LISTED}"
    );
    let statement = |[service, text, count]: [String; 3]| {
        let per_call = count.parse::<f64>().unwrap_or_default() / calls;
        Statement { service, text, per_call }
    };
    costs.list = rows::texts(connection, &list, &[]).await.into_iter().map(statement).collect();
}

/// CPU seconds that a process has used.
fn cpu(id: u32) -> f64 {
    let times = Times::of(id);
    times.map_or(0.0, |it| it.own) / ticks_per_second()
}

/// CPU seconds that a process and its children have used, including children that ended.
fn cpu_with_children(id: u32) -> f64 {
    let parent = Times::of(id).map_or(0.0, |it| it.own + it.ended_children);
    let running = processes().filter_map(Times::of).filter(|it| it.parent == id);
    (parent + running.map(|it| it.own + it.ended_children).sum::<f64>()) / ticks_per_second()
}

fn processes() -> impl Iterator<Item = u32> {
    let entries = fs::read_dir("/proc").expect("there is /proc");
    entries.filter_map(|it| it.ok()?.file_name().to_str()?.parse().ok())
}

/// CPU times of a process, in ticks.
struct Times {
    parent: u32,
    own: f64,
    ended_children: f64,
}

impl Times {
    /// None if the process has ended.
    fn of(id: u32) -> Option<Self> {
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
        // The name of the program, in parentheses, may contain spaces.
        let (_, fields) = stat.rsplit_once(')')?;
        let fields: Vec<_> = fields.split_whitespace().collect();
        let ticks = |at: usize| fields.get(at)?.parse::<f64>().ok();
        Some(Self {
            parent: fields.get(1)?.parse().ok()?,
            own: ticks(11)? + ticks(12)?,
            ended_children: ticks(13)? + ticks(14)?,
        })
    }
}

fn ticks_per_second() -> f64 {
    static TICKS: OnceLock<f64> = OnceLock::new();
    *TICKS.get_or_init(|| {
        let output = Command::new("getconf").arg("CLK_TCK").output().expect("getconf runs");
        String::from_utf8_lossy(&output.stdout).trim().parse().expect("it prints a number")
    })
}
