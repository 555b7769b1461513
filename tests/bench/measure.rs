//! The measurements on one database engine, in the order in which they run.

use std::{path::Path, sync::Arc};

use bytes::Bytes;
use prost::Message;
use sea_orm::DatabaseConnection;
use testbed::{Databases, DurableServer};
use tests::{Engine, fleet::Fleet, process::SERVICES};

use crate::{
    calls::{Call, Channels, Check, EchoCall, Pick, PlaceOrder, engine_name},
    counts::{Postgres, Probe},
    disk,
    echo::EchoServer,
    floor::OrderRows,
    load::{Limit, closed_loop, open_loop},
    options::Options,
    report::{EngineReport, Floor, Latency, Memory, Point, RatePoint, failures},
    rows,
    size::Size,
    world::World,
};

/// Calls in flight when CPU is compared between a small and the large world, and in warm-ups.
const SOME: usize = 16;
/// Most clients of a storage floor: more only wait for each other.
const FLOOR_CLIENTS: usize = 16;
/// Calls in flight while each customer is checked, and longest time of that in measurements.
const CHECKS_IN_FLIGHT: usize = 64;
const CHECKS_TIME: u32 = 20;

/// A running cluster and what measures it.
struct Bench<'a> {
    options: &'a Options,
    server: Option<DurableServer>,
    fleet: Fleet,
    probe: Probe,
    orders: PlaceOrder,
    checks: Check,
    /// The database of ordering.
    ordering: DatabaseConnection,
}

/// Runs all measurements on an engine.
pub async fn run(options: &Options, engine: Engine) -> EngineReport {
    eprintln!("{}", engine_name(engine));
    let server = (engine == Engine::Postgres).then(|| DurableServer::start(&options.folder));
    let databases = match &server {
        Some(server) => Databases::on_server(server),
        None => Databases::in_folder(&options.folder),
    };
    let fleet = Fleet::with_databases(databases, 1, &options.settings()).await;
    let world = World::create(&fleet.client(), |service| fleet.database_url(service)).await;
    let mut bench = Bench::new(options, server, fleet, world).await;
    let with_one = bench.point(&bench.checks, &bench.probe, bench.some()).await;
    bench = bench.grow().await;
    let mut report = bench.first_report(engine, with_one).await;
    bench.closed_loops(&mut report).await;
    bench.open_loops(&mut report).await;
    bench.check_customers(&mut report).await;
    if let Some(server) = bench.server.as_ref().filter(|_| !options.quick) {
        report.pg_test_fsync = disk::pg_test_fsync(server);
    }
    report
}

impl<'a> Bench<'a> {
    async fn new(
        options: &'a Options,
        server: Option<DurableServer>,
        fleet: Fleet,
        world: World,
    ) -> Self {
        let world = Arc::new(world);
        let processes = SERVICES.map(|(service, _)| (service, fleet.process_id(service, 0)));
        let postgres = match &server {
            Some(server) => Some(postgres(server).await),
            None => None,
        };
        let channels = Channels::connect(&fleet.urls("ordering")).await;
        let orders = PlaceOrder { channels, world: world.clone() };
        let channels = Channels::connect(&fleet.urls("relationship")).await;
        let ordering = rows::connect(&fleet.database_url("ordering")).await;
        Self {
            options,
            server,
            probe: Probe { processes: processes.into(), postgres },
            orders,
            checks: Check { channels, world, pick: Pick::Random },
            ordering,
            fleet,
        }
    }

    /// Adds the customers, and restarts the services, so that they start in the large world.
    async fn grow(self) -> Self {
        let Self { options, server, mut fleet, orders, checks, .. } = self;
        drop(checks);
        let mut world = Arc::into_inner(orders.world).expect("no call is in flight");
        world.grow(options.customers, |service| fleet.database_url(service)).await;
        eprintln!("    {} customers of {} resellers", world.customers, world.resellers);
        for (service, _) in SERVICES {
            fleet.restart(service, 0).await;
        }
        Self::new(options, server, fleet, world).await
    }

    async fn first_report(&self, engine: Engine, with_one: Point) -> EngineReport {
        let memory = SERVICES.map(|(service, _)| {
            let idle = self.fleet.memory(service, 0);
            Memory { service, idle, after_checks: 0, peak: 0 }
        });
        let response = self.checks.response(0).await.expect("the check is answered");
        EngineReport {
            engine: engine_name(engine),
            customers: self.checks.world.customers,
            resellers: self.checks.world.resellers,
            request_bytes: self.checks.request(0).encoded_len(),
            response_bytes: response.encoded_len(),
            check_with_one_customer: with_one,
            place_order: Vec::new(),
            check_transaction: Vec::new(),
            echo: Vec::new(),
            storage_floor: Vec::new(),
            disk_syncs_per_second: Vec::new(),
            pg_test_fsync: None,
            open_loop: Vec::new(),
            disk_bytes_per_order: 0.0,
            memory: memory.into(),
            customers_checked: 0,
        }
    }

    /// For each number of calls in flight: disk, orders, storage floor, checks, echoes in turns.
    async fn closed_loops(&self, report: &mut EngineReport) {
        let (echo, echo_probe, _server) = self.echo(report).await;
        let mut rows = self.order_rows().await;
        let (mut grown, mut count) = (0, 0);
        for &in_flight in &self.options.in_flight {
            let folder =
                self.server.as_ref().map_or(self.options.folder.as_path(), |it| it.folder());
            report.disk_syncs_per_second.push(disk::syncs_per_second(folder, self.options.time()));
            let size = Size::of(&self.ordering).await;
            let orders = self.point(&self.orders, &self.probe, in_flight).await;
            grown += size.growth(&self.ordering).await;
            count += orders.warm_up_calls + orders.calls;
            report.place_order.push(orders);
            report.storage_floor.push(self.floor(&mut rows, in_flight).await);
            report.check_transaction.push(self.point(&self.checks, &self.probe, in_flight).await);
            report.echo.push(self.point(&echo, &echo_probe, in_flight).await);
        }
        report.disk_bytes_per_order = grown as f64 / count.max(1) as f64;
    }

    async fn echo(&self, report: &EngineReport) -> (EchoCall, Probe, EchoServer) {
        let server = EchoServer::start(report.response_bytes);
        let channels = Channels::connect(&server.url).await;
        let request = Bytes::from(vec![7; report.request_bytes]);
        let processes = vec![("echo", server.process.id())];
        (EchoCall { channels, request }, Probe { processes, postgres: None }, server)
    }

    /// The rows of a first order.
    async fn order_rows(&self) -> OrderRows {
        let order = self.fleet.client().place(self.orders.world.order(0)).await;
        OrderRows::read(&self.ordering, &order.expect("no rule blocks the order")).await
    }

    async fn floor(&self, rows: &mut OrderRows, in_flight: usize) -> Floor {
        let (clients, time) = (in_flight.min(FLOOR_CLIENTS), self.options.time());
        let floor = match &self.server {
            Some(server) => rows.pgbench(server, &self.database_name(), clients, time),
            None => rows.sqlite(&self.ordering, time).await,
        };
        eprintln!("    storage floor, {} clients: {:.0}/s", floor.clients, floor.per_second);
        floor
    }

    fn database_name(&self) -> String {
        let url = self.fleet.database_url("ordering");
        let path = url.split('?').next().unwrap_or_default();
        path.rsplit('/').next().unwrap_or_default().to_owned()
    }

    async fn open_loops(&self, report: &mut EngineReport) {
        let peak = report.peak();
        for &percent in &self.options.percent {
            let per_second = (peak * f64::from(percent) / 100.0).max(1.0);
            let sample = open_loop(&self.orders, per_second, self.options.time()).await;
            let latency = Latency::of(&sample.latencies);
            let (p50, p99) = (latency.p50, latency.p99);
            eprintln!(
                "    {percent} % of the peak, {per_second:.0}/s: p50 {p50:.1} ms, p99 {p99:.1} ms"
            );
            let (calls, failures) = (sample.calls(), failures(&sample));
            report.open_loop.push(RatePoint { percent, per_second, calls, latency, failures });
        }
    }

    /// Checks a transaction of each customer, of as many as the time allows, and measures memory.
    async fn check_customers(&self, report: &mut EngineReport) {
        let limit = Limit { time: self.options.time() * CHECKS_TIME, calls: report.customers };
        let checks = Check { pick: Pick::InTurn, ..self.checks.clone() };
        let sample = closed_loop(&checks, CHECKS_IN_FLIGHT, limit).await;
        assert!(failures(&sample).is_empty(), "a check of a customer failed");
        report.customers_checked = sample.calls();
        for memory in &mut report.memory {
            memory.after_checks = self.fleet.memory(memory.service, 0);
            memory.peak = self.fleet.peak_memory(memory.service, 0);
        }
    }

    /// The number of calls in flight at which worlds are compared.
    fn some(&self) -> usize {
        let given = &self.options.in_flight;
        if given.contains(&SOME) { SOME } else { given.last().copied().unwrap_or(1) }
    }

    /// One closed loop, after a warm-up of a tenth of its time.
    async fn point<C: Call>(&self, call: &C, probe: &Probe, in_flight: usize) -> Point {
        let time = self.options.time();
        let warm_up = closed_loop(call, in_flight, (time / 10).into()).await;
        let start = probe.start().await;
        let sample = closed_loop(call, in_flight, time.into()).await;
        let calls = sample.calls();
        let point = Point {
            in_flight,
            warm_up_calls: warm_up.calls(),
            calls,
            per_second: sample.per_second(),
            latency: Latency::of(&sample.latencies),
            failures: failures(&sample),
            costs_per_call: probe.costs(&start, calls).await,
        };
        let name = std::any::type_name::<C>().rsplit("::").next().unwrap_or_default();
        let (rate, p99) = (point.per_second, point.latency.p99);
        eprintln!("    {name}, {in_flight} in flight: {rate:.0}/s, p99 {p99:.1} ms");
        point
    }
}

/// Counts the statements of the server.
async fn postgres(server: &DurableServer) -> Postgres {
    let connection = rows::connect(&server.url("postgres")).await;
    rows::execute(&connection, "CREATE EXTENSION IF NOT EXISTS pg_stat_statements").await;
    Postgres { process: server.process_id(), connection }
}

/// The folder must be on a disk, or a commit waits for nothing.
pub fn warn_of_memory(folder: &Path) {
    if disk::file_system(folder) == "tmpfs" {
        eprintln!("{} is in memory: use --folder with a folder on a disk", folder.display());
    }
}
