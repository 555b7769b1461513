//! The results, as they are written to the JSON file.

use std::collections::BTreeMap;

use hdrhistogram::Histogram;
use serde::Serialize;

use crate::load::Sample;

/// All results of a run.
#[derive(Debug, Serialize)]
pub struct Report {
    pub machine: Machine,
    /// Seconds of each measurement.
    pub seconds: f64,
    /// Whether the programs are optimised.
    pub release: bool,
    /// Settings of the services that differ from the defaults.
    pub settings: BTreeMap<String, String>,
    pub engines: Vec<EngineReport>,
    /// Quotients of results of one run, by name with the engine first.
    pub ratios: BTreeMap<String, f64>,
}

#[derive(Debug, Serialize)]
pub struct Machine {
    pub cores: usize,
    pub processor: String,
    /// Type of the file system with the databases.
    pub file_system: String,
}

/// The results on one database engine.
#[derive(Debug, Serialize)]
pub struct EngineReport {
    pub engine: &'static str,
    pub customers: u64,
    pub resellers: u64,
    /// Sizes of the messages of CheckTransaction and of the echo server, in bytes.
    pub request_bytes: usize,
    pub response_bytes: usize,
    /// Checks in a world with one customer.
    pub check_with_one_customer: Point,
    pub place_order: Vec<Point>,
    pub check_transaction: Vec<Point>,
    pub echo: Vec<Point>,
    /// One for each point of `place_order`, measured directly after it.
    pub storage_floor: Vec<Floor>,
    /// Writes that the disk confirmed per second, one for each point of `place_order`.
    pub disk_syncs_per_second: Vec<f64>,
    /// As `pg_test_fsync` measured it.
    pub pg_test_fsync: Option<f64>,
    pub open_loop: Vec<RatePoint>,
    /// Growth of ordering's database by one order of one line, indexes included.
    pub disk_bytes_per_order: f64,
    pub memory: Vec<Memory>,
    /// Customers that a check used before the second measurement of the memory.
    pub customers_checked: u64,
}

/// A closed loop.
#[derive(Debug, Serialize)]
pub struct Point {
    pub in_flight: usize,
    /// Calls before the measurement, which are in no other figure of it.
    pub warm_up_calls: u64,
    pub calls: u64,
    pub per_second: f64,
    pub latency: Latency,
    /// Number of failed calls by code.
    pub failures: BTreeMap<String, u64>,
    pub costs_per_call: Costs,
}

/// An open loop.
#[derive(Debug, Serialize)]
pub struct RatePoint {
    /// The rate in percent of the peak of the closed loops.
    pub percent: u32,
    pub per_second: f64,
    pub calls: u64,
    pub latency: Latency,
    pub failures: BTreeMap<String, u64>,
}

/// A storage floor.
#[derive(Debug, Serialize)]
pub struct Floor {
    pub clients: usize,
    pub per_second: f64,
}

/// Latencies of the successful calls, in milliseconds.
#[derive(Debug, Serialize)]
pub struct Latency {
    pub mean: f64,
    pub p50: f64,
    pub p90: f64,
    pub p99: f64,
    pub p999: f64,
    pub max: f64,
}

/// What one call costs.
#[derive(Debug, Default, Serialize)]
pub struct Costs {
    /// CPU time by process, in milliseconds.
    pub cpu_ms: BTreeMap<String, f64>,
    pub total_cpu_ms: f64,
    pub statements: Option<f64>,
    pub wal_bytes: Option<f64>,
    /// Pages that were written to the WAL as a whole, because of a checkpoint before.
    pub full_page_images: Option<f64>,
    /// The most frequent statements.
    pub list: Vec<Statement>,
}

#[derive(Debug, Serialize)]
pub struct Statement {
    pub service: String,
    pub text: String,
    pub per_call: f64,
}

/// Memory of a service, in KiB.
#[derive(Debug, Serialize)]
pub struct Memory {
    pub service: &'static str,
    pub idle: u64,
    pub after_checks: u64,
    pub peak: u64,
}

impl Latency {
    pub fn of(latencies: &Histogram<u64>) -> Self {
        let at = |quantile| latencies.value_at_quantile(quantile) as f64 / 1000.0;
        Self {
            mean: latencies.mean() / 1000.0,
            p50: at(0.5),
            p90: at(0.9),
            p99: at(0.99),
            p999: at(0.999),
            max: latencies.max() as f64 / 1000.0,
        }
    }

    /// The percentiles with their names.
    pub const fn percentiles(&self) -> [(&'static str, f64); 4] {
        [("p50", self.p50), ("p90", self.p90), ("p99", self.p99), ("p99.9", self.p999)]
    }
}

/// Number of failed calls by code. Prints the first message of each.
pub fn failures(sample: &Sample) -> BTreeMap<String, u64> {
    let failure = |(code, (count, message)): (&String, &(u64, String))| {
        eprintln!("    {count} calls failed with {code}, such as: {message}");
        (code.clone(), *count)
    };
    sample.failures.iter().map(failure).collect()
}

impl EngineReport {
    /// The highest rate of orders in a closed loop.
    pub fn peak(&self) -> f64 {
        self.place_order.iter().map(|it| it.per_second).fold(0.0, f64::max)
    }

    /// Whether no call of a closed loop failed.
    pub fn succeeded(&self) -> bool {
        let loops = [&self.place_order, &self.check_transaction, &self.echo];
        let points = loops.into_iter().flatten().chain([&self.check_with_one_customer]);
        points.into_iter().all(|it| it.failures.is_empty() && it.calls > 0)
    }
}

/// The point with this number of calls in flight.
pub fn at(points: &[Point], in_flight: usize) -> Option<&Point> {
    points.iter().find(|it| it.in_flight == in_flight)
}

/// The quotients of an engine's results.
pub fn ratios(report: &EngineReport) -> BTreeMap<String, f64> {
    let mut ratios = BTreeMap::new();
    let mut add = |name: String, value: f64| {
        ratios.insert(format!("{}_{name}", report.engine), value);
    };
    for (orders, floor) in report.place_order.iter().zip(&report.storage_floor) {
        let name = format!("orders_per_storage_floor_at_{}", orders.in_flight);
        add(name, orders.per_second / floor.per_second);
    }
    for (checks, echo) in report.check_transaction.iter().zip(&report.echo) {
        let cpu = |it: &Point| it.costs_per_call.total_cpu_ms;
        let name = format!("checks_per_echo_by_cpu_at_{}", checks.in_flight);
        add(name, cpu(echo) / cpu(checks));
    }
    if let Some(rate) = report.open_loop.iter().find(|it| it.percent == 70) {
        add("p99_per_p50_at_70_percent".to_owned(), rate.latency.p99 / rate.latency.p50);
    }
    let one = &report.check_with_one_customer;
    if let Some(many) = at(&report.check_transaction, one.in_flight) {
        let ratio = many.costs_per_call.total_cpu_ms / one.costs_per_call.total_cpu_ms;
        add("check_cpu_with_all_customers_per_one_customer".to_owned(), ratio);
    }
    ratios
}
