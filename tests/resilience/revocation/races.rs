//! Orders race with changes that take their permission away, on two replicas of each service. The orders of
//! the customer that are stored when the acknowledgement has arrived are all that are ever accepted.
//!
//! On PostgreSQL, the replicas of ordering are paused at random (SIGSTOP), so that an order may come to its
//! commit long after its decision. On SQLite they are not: between the last check of the process and its
//! COMMIT nothing checks the time.
//!
//! Without the wait of a change the test fails in the first races.

use std::{
    env,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    time::Duration,
};

use cluster::{
    ScenarioClient,
    scenario_client::{Answer, new_id, order},
};
use contracts::{ordering::PlaceOrderRequest, relationship::ProductFamily};
use futures_util::future::{join, join_all, try_join_all};
use hdrhistogram::Histogram;
use sea_orm::{ConnectionTrait, Statement};
use storage::Database;
use tests::{Engine, fleet::Fleet};
use tokio::{
    sync::Notify,
    time::{sleep, timeout},
};
use tonic::Code;
use types::{Clock, Stopwatch};

use crate::histories::{
    calls::Call,
    clients,
    generator::Step,
    model::Outcome,
    random::Random,
    world::{COUNTRY, World},
};

/// Environment variable that replaces the number of races on PostgreSQL.
const COUNT: &str = "REVOCATIONS";
const DEFAULT_COUNT: usize = 80;
const ON_SQLITE: usize = 20;
const SEED: u64 = 2026;

const REPLICAS: usize = 2;
/// Orders in flight of a race.
const BUYERS: usize = 3;
/// Races of a world, one after another.
const RACES_PER_WORLD: usize = 20;
/// Longest time from the first accepted order of a race to its revocation, in microseconds: about the
/// duration of an order.
const MAX_HEAD_START: usize = 30_000;
/// Longest wait for the first accepted order: on a busy machine decisions may expire, and replicas pause.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Longest pause of a replica, in milliseconds: longer than a decision is valid and a revocation waits.
const MAX_PAUSE: usize = 1500;

const REVOCATIONS: [Step; 5] =
    [Step::Enrollment, Step::Ownership, Step::Partnership, Step::Relationship, Step::AccountReview];

#[tokio::test(flavor = "multi_thread")]
async fn no_order_is_accepted_after_an_acknowledged_revocation_on_postgres() -> Answer<()> {
    let count = match env_variable() {
        Some(text) => text.parse().unwrap_or_else(|_| panic!("{COUNT} is not a number: {text}")),
        None => DEFAULT_COUNT,
    };
    let counts = run(Engine::Postgres, count, 6).await?;
    assert!(counts.raced > count / 4, "too few orders were accepted during a revocation");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn no_order_is_accepted_after_an_acknowledged_revocation_on_sqlite() -> Answer<()> {
    run(Engine::Sqlite, ON_SQLITE, 2).await.map(drop)
}

#[allow(clippy::disallowed_methods, reason = "a test has no configuration file")]
fn env_variable() -> Option<String> {
    env::var(COUNT).ok()
}

/// What happened in a number of races.
#[derive(Debug, Default)]
struct Counts {
    races: usize,
    /// Without an accepted order, or without an answer of the revocation: these prove nothing.
    unknown: usize,
    accepted: usize,
    /// Orders that were accepted after their revocation was sent, and so before its acknowledgement.
    raced: usize,
    expired: usize,
    failed: usize,
}

async fn run(engine: Engine, count: usize, workers: usize) -> Answer<Counts> {
    let fleet = Fleet::on(engine, REPLICAS, &[("PEER__TIMEOUT", "10s")]).await;
    let clients = clients(&fleet);
    let offer = clients[0].offer(ProductFamily::Microsoft365).await?;
    let database = fleet.database("ordering").await;
    let (watch, running) = (Clock::system().stopwatch(), Arc::new(AtomicBool::new(true)));
    let run = |number: usize| {
        let worker = Worker {
            number,
            clients: clients.clone(),
            offer: offer.clone(),
            database: database.clone(),
            random: Random::new(SEED + number as u64),
            latency: Histogram::new(3).unwrap(),
        };
        deadline::spawn(worker.run(count / workers + usize::from(number < count % workers)))
    };
    let pauses = deadline::spawn(pause(
        if engine == Engine::Postgres { process_ids(&fleet) } else { Vec::new() },
        running.clone(),
    ));
    let done = try_join_all((0..workers).map(run)).await;
    running.store(false, SeqCst);
    let paused = pauses.await.unwrap();
    let (mut counts, mut latency) = (Counts::default(), Histogram::<u64>::new(3).unwrap());
    for worker in done.expect("no order is accepted after an acknowledged revocation") {
        let (of_worker, its_latency) = worker?;
        counts.add(&of_worker);
        latency.add(its_latency).unwrap();
    }
    println!(
        "{engine:?}: {counts:?}, {paused} pauses of a replica, in {:.0} s; a revocation takes {:.0} ms \
         (median), {:.0} ms (99 %)",
        watch.elapsed().as_secs_f64(),
        latency.value_at_quantile(0.5) as f64 / 1000.0,
        latency.value_at_quantile(0.99) as f64 / 1000.0,
    );
    assert!(counts.races >= count && counts.unknown * 10 < counts.races, "{counts:?}");
    assert!(latency.min() >= 750_000, "a revocation waits until it is in force");
    Ok(counts)
}

fn process_ids(fleet: &Fleet) -> Vec<u32> {
    (0..REPLICAS).map(|at| fleet.process_id("ordering", at)).collect()
}

/// Pauses one process after another while the test runs, and returns how often.
async fn pause(processes: Vec<u32>, running: Arc<AtomicBool>) -> usize {
    let (mut random, mut count) = (Random::new(SEED), 0);
    while running.load(SeqCst) && !processes.is_empty() {
        sleep(Duration::from_millis(random.below(MAX_PAUSE) as u64)).await;
        let process = processes[random.below(processes.len())];
        signal(process, "STOP");
        sleep(Duration::from_millis(random.below(MAX_PAUSE) as u64)).await;
        signal(process, "CONT");
        count += 1;
    }
    count
}

fn signal(process: u32, name: &str) {
    let sent = std::process::Command::new("kill").args(["-s", name, &process.to_string()]).status();
    assert!(sent.is_ok_and(|it| it.success()), "cannot send SIG{name}");
}

/// Runs one race after another.
struct Worker {
    number: usize,
    clients: Arc<[ScenarioClient]>,
    offer: String,
    database: Database,
    random: Random,
    latency: Histogram<u64>,
}

impl Worker {
    async fn run(mut self, count: usize) -> Answer<(Counts, Histogram<u64>)> {
        let provider = self.clients[0].provider(COUNTRY).await?;
        let mut counts = Counts::default();
        while counts.races < count {
            let world = World::create(&self.clients[0], provider.clone()).await?;
            world.change(&self.clients[0], &Call::AcceptAgreement).await;
            let races = RACES_PER_WORLD.min(count - counts.races);
            for number in 1..=races {
                let step = REVOCATIONS[self.random.below(REVOCATIONS.len())];
                let race = self.race(&world, step).await;
                let known = race.unknown == 0;
                counts.add(&race);
                if !known || number == races || !self.restore(&world, step).await {
                    break;
                }
            }
        }
        Ok((counts, self.latency))
    }

    /// Grants again what a step has revoked. Returns whether it is known to be granted.
    async fn restore(&mut self, world: &World, step: Step) -> bool {
        for call in world.calls(step) {
            let replica = self.random.below(REPLICAS);
            let (_, outcome) = world.change(&self.clients[replica], &call).await;
            if outcome != Outcome::Applied {
                return false;
            }
        }
        true
    }

    async fn race(&mut self, world: &World, step: Step) -> Counts {
        let [call] = &world.calls(step)[..] else { panic!("{step:?} is one call") };
        let watch = Clock::system().stopwatch();
        let (stop, head_start) = (AtomicBool::new(false), self.random.below(MAX_HEAD_START));
        let first = Notify::new();
        let (revoker, database) = (self.random.below(REPLICAS), self.database.clone());
        let revocation = async {
            if timeout(TIMEOUT, first.notified()).await.is_err() {
                stop.store(true, SeqCst);
                return (Outcome::Unknown, Duration::MAX, Duration::ZERO, 0);
            }
            sleep(Duration::from_micros(head_start as u64)).await;
            let sent = watch.elapsed();
            let (_, outcome) = world.change(&self.clients[revoker], call).await;
            let took = watch.elapsed() - sent;
            let stored = accepted(&database, &world.customer).await;
            stop.store(true, SeqCst);
            (outcome, sent, took, stored)
        };
        let buyers = (0..BUYERS).map(|at| {
            let replica = (at + self.number) % REPLICAS;
            buy(&self.clients[replica], world, &self.offer, &watch, (&first, &stop))
        });
        let ((outcome, sent, took, stored), bought) = join(revocation, join_all(buyers)).await;
        let mut counts = Counts { races: 1, ..Counts::default() };
        if outcome == Outcome::Applied {
            self.latency.record(took.as_micros() as u64).unwrap();
            let finally = accepted(&database, &world.customer).await;
            assert_eq!(
                finally,
                stored,
                "{} of {} was acknowledged after {took:?}; orders were accepted afterwards",
                call.name(),
                world.customer
            );
        } else {
            counts.unknown = 1;
        }
        for orders in bought {
            counts.accepted += orders.accepted.len();
            counts.raced += orders.accepted.iter().filter(|answered| **answered > sent).count();
            counts.expired += orders.expired;
            counts.failed += orders.failed;
        }
        counts
    }
}

/// The outcomes of orders that were placed one after another.
#[derive(Debug, Default)]
struct Bought {
    /// When the accepted ones were answered.
    accepted: Vec<Duration>,
    expired: usize,
    failed: usize,
}

/// Places orders until one is refused by a rule, or the revocation is acknowledged.
async fn buy(
    client: &ScenarioClient,
    world: &World,
    offer: &str,
    watch: &Stopwatch,
    (first, stop): (&Notify, &AtomicBool),
) -> Bought {
    let mut bought = Bought::default();
    while !stop.load(SeqCst) {
        let request = PlaceOrderRequest {
            order: Some(order(&world.provider, Some(&world.reseller), &world.customer, offer)),
            request_id: new_id(),
            ..Default::default()
        };
        match client.ordering.clone().place_order(request).await {
            Ok(_) => {
                bought.accepted.push(watch.elapsed());
                first.notify_one();
            }
            Err(status) if status.code() == Code::FailedPrecondition => break,
            Err(status) if status.code() == Code::Aborted => bought.expired += 1,
            Err(_) => {
                bought.failed += 1;
                sleep(Duration::from_millis(20)).await;
            }
        }
    }
    bought
}

/// How many orders of a customer are stored.
async fn accepted(database: &Database, customer: &str) -> i64 {
    let reader = database.reader();
    let count = format!("SELECT count(*) AS count FROM orders WHERE customer = '{customer}'");
    let count = Statement::from_string(reader.get_database_backend(), count);
    reader.query_one_raw(count).await.unwrap().unwrap().try_get("", "count").unwrap()
}

impl Counts {
    fn add(&mut self, other: &Self) {
        self.races += other.races;
        self.unknown += other.unknown;
        self.accepted += other.accepted;
        self.raced += other.raced;
        self.expired += other.expired;
        self.failed += other.failed;
    }
}
