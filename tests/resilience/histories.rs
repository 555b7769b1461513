//! Random histories of concurrent mutations and checks, on two replicas of each service.
//!
//! Each history runs in a small world of its own. One order of its calls must explain all its
//! decisions: every call takes effect at one instant of its interval, and every decision has the
//! violations and revisions of the state at its instant. The violations of a state are those that
//! services without facts in memory return when nothing changes.
//!
//! The test catches a service that does not validate a reading, one that ignores the result, one that
//! applies changes one read of the feed late, and one that evaluates facts for a time before they held.
//! A change that the feed returns two times only invalidates facts two times; the tests of the feed
//! catch that. The seed determines the calls, but not their timing.

pub mod calls;
mod checker;
pub mod generator;
pub mod model;
mod oracle;
pub mod random;
pub mod world;

use std::{
    env,
    ops::AddAssign,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::SeqCst},
    },
    time::Duration,
};

use checker::Expected;
use cluster::{
    ScenarioClient,
    scenario_client::{Answer, Partner},
};
use futures_util::future::{join, join_all, try_join_all};
use generator::{Plan, Step};
use model::{Check, History, Interval, Mutation, Outcome};
use random::Random;
use rules::REVOCATION_WAIT;
use tests::{Engine, fleet::Fleet};
use tokio::time::sleep;
use types::{Clock, Stopwatch};
use world::{COUNTRY, World};

/// Environment variables that replace the seed and the number of histories.
const SEED: &str = "HISTORIES_SEED";
const COUNT: &str = "HISTORIES_COUNT";
const DEFAULT_SEED: u64 = 2026;
/// A debug build runs fewer, because its calls take about four times as long.
const DEFAULT_COUNT: u64 = if cfg!(debug_assertions) { 250 } else { 10_000 };

const REPLICAS: usize = 2;
/// Histories that run at the same time.
const WORKERS: u64 = 8;
/// Histories of a world. Each begins in the state in which the previous one ended.
const HISTORIES_PER_WORLD: u64 = 25;
/// Longest pause before a call, in microseconds: about the duration of a call.
const MAX_PAUSE: usize = 4000;

#[allow(clippy::disallowed_methods, reason = "a test has no configuration file")]
fn variable(name: &str, default: u64) -> u64 {
    match env::var(name) {
        Ok(value) => value.parse().unwrap_or_else(|_| panic!("{name} is not a number: {value}")),
        Err(_) => default,
    }
}

/// What happened in a number of histories.
#[derive(Debug, Default)]
struct Counts {
    histories: u64,
    applied: usize,
    refused: usize,
    unknown: usize,
    allowed: usize,
    blocked: usize,
    failed: usize,
    /// Checks during which a mutation was in flight.
    overlapping: usize,
}

#[tokio::test(flavor = "multi_thread")]
async fn one_order_of_calls_explains_all_decisions() -> Answer<()> {
    let (seed, count) = (variable(SEED, DEFAULT_SEED), variable(COUNT, DEFAULT_COUNT));
    println!("{count} histories of {SEED}={seed}");
    let expected = Arc::new(oracle::record().await?);
    let fleet = Fleet::on(Engine::Postgres, REPLICAS, &[("PEER__TIMEOUT", "10s")]).await;
    let clients = clients(&fleet);
    let (watch, run) = (Clock::system().stopwatch(), Arc::<AtomicU64>::default());
    let workers = (0..WORKERS).map(|number| {
        let worker = Worker {
            seed,
            number,
            clients: clients.clone(),
            expected: expected.clone(),
            run: run.clone(),
            random: Random::new(seed.wrapping_add(number << 32)),
        };
        let count = count / WORKERS + u64::from(number < count % WORKERS);
        deadline::spawn(worker.run(count))
    });
    let mut counts = Counts::default();
    for worker in try_join_all(workers).await.expect("each history is explained") {
        counts += worker?;
    }
    println!("{counts:?} in {:.1} s", watch.elapsed().as_secs_f64());
    counts.assert_meaningful(count);
    Ok(())
}

/// A client of each replica.
pub fn clients(fleet: &Fleet) -> Arc<[ScenarioClient]> {
    let client = |replica| {
        let services = ["onboarding", "relationship", "ordering"];
        let addresses = services.map(|it| fleet.address(it, replica).parse().unwrap());
        ScenarioClient::at(addresses, Clock::system())
    };
    (0..REPLICAS).map(client).collect()
}

/// Runs one history after another.
struct Worker {
    seed: u64,
    number: u64,
    clients: Arc<[ScenarioClient]>,
    expected: Arc<Expected>,
    /// Histories of all workers.
    run: Arc<AtomicU64>,
    random: Random,
}

impl Worker {
    async fn run(mut self, count: u64) -> Answer<Counts> {
        let provider = self.clients[0].provider(COUNTRY).await?;
        let mut counts = Counts::default();
        while counts.histories < count {
            let histories = HISTORIES_PER_WORLD.min(count - counts.histories);
            counts += self.run_world(provider.clone(), histories).await?;
        }
        Ok(counts)
    }

    /// Runs histories in a new world until one of them leaves its state unknown.
    async fn run_world(&mut self, provider: Partner, histories: u64) -> Answer<Counts> {
        let world = World::create(&self.clients[0], provider).await?;
        let mut counts = Counts::default();
        while counts.histories < histories && counts.unknown == 0 {
            let is_last = counts.histories + 1 == histories;
            let plan = Plan::new(&mut self.random, world.state().facts, is_last);
            let history = self.run_history(&world, plan).await;
            counts += Counts::of(&history);
            let run = self.run.fetch_add(1, SeqCst) + 1;
            if !history.is_explained(&self.expected) {
                let Self { seed, number, .. } = self;
                let report = history.report(&self.expected).unwrap();
                panic!("{SEED}={seed}, worker {number}, history {run} of all: {report}");
            }
        }
        Ok(counts)
    }

    async fn run_history(&mut self, world: &World, plan: Plan) -> History {
        let before = world.state();
        let watch = Clock::system().stopwatch();
        let mut run =
            || Run { world, clients: &self.clients, watch: &watch, random: self.random.fork() };
        let mutations = plan.mutations.into_iter().map(|steps| run().mutate(steps));
        let mutations: Vec<_> = mutations.collect();
        let checks: Vec<_> = plan.checks.into_iter().map(|count| run().check(count)).collect();
        let (mutations, checks) = join(join_all(mutations), join_all(checks)).await;
        History { before, mutations: mutations.concat(), checks: checks.concat() }
    }
}

/// A sequence of calls of a history.
struct Run<'a> {
    world: &'a World,
    clients: &'a [ScenarioClient],
    watch: &'a Stopwatch,
    random: Random,
}

impl Run<'_> {
    /// Pauses, and chooses a replica.
    async fn next(&mut self) -> usize {
        sleep(Duration::from_micros(self.random.below(MAX_PAUSE) as u64)).await;
        self.random.below(REPLICAS)
    }

    async fn check(mut self, count: usize) -> Vec<Check> {
        let mut checks = Vec::new();
        for _ in 0..count {
            if self.random.percent(30) {
                // For the next step of a sequence whose first step revokes.
                sleep(REVOCATION_WAIT).await;
            }
            let replica = self.next().await;
            let start = self.watch.elapsed();
            let seen = self.world.check(&self.clients[replica]).await.ok();
            let interval = Interval { start, end: self.watch.elapsed() };
            checks.push(Check { replica, interval, seen });
        }
        checks
    }

    async fn mutate(mut self, steps: Vec<Step>) -> Vec<Mutation> {
        let mut mutations = Vec::new();
        for step in steps {
            for call in self.world.calls(step) {
                let replica = self.next().await;
                let start = self.watch.elapsed();
                let (change, outcome) = self.world.change(&self.clients[replica], &call).await;
                // It was committed before the wait until its acknowledgement.
                let waits = outcome == Outcome::Applied && call.may_revoke();
                let waited = if waits { REVOCATION_WAIT } else { Duration::ZERO };
                let interval = Interval { start, end: self.watch.elapsed().saturating_sub(waited) };
                let call = call.name();
                mutations.push(Mutation { call, replica, interval, change, outcome });
                match outcome {
                    Outcome::Applied => {}
                    Outcome::Refused => break,
                    Outcome::Unknown => return mutations,
                }
            }
        }
        mutations
    }
}

impl Counts {
    fn of(history: &History) -> Self {
        let History { mutations, checks, .. } = history;
        let with = |outcome| mutations.iter().filter(|it| it.outcome == outcome).count();
        let decisions = || checks.iter().filter_map(|it| it.seen.as_ref());
        let allowed = decisions().filter(|seen| seen.violations.is_empty()).count();
        let overlaps =
            |check: &&Check| mutations.iter().any(|it| it.interval.overlaps(check.interval));
        Self {
            histories: 1,
            applied: with(Outcome::Applied),
            refused: with(Outcome::Refused),
            unknown: with(Outcome::Unknown),
            allowed,
            blocked: decisions().count() - allowed,
            failed: checks.len() - decisions().count(),
            overlapping: checks.iter().filter(overlaps).count(),
        }
    }

    /// Asserts that most calls succeed, and that most checks run while a fact changes.
    fn assert_meaningful(&self, count: u64) {
        let decisions = self.allowed + self.blocked;
        assert_eq!(self.histories, count);
        assert!(self.failed * 10 < decisions, "too many checks failed");
        assert!(self.refused * 4 < self.applied, "too many mutations were refused");
        assert!(self.allowed * 20 > decisions, "too few checks allowed the sale");
        assert!(self.overlapping * 2 > decisions, "too few checks ran during a mutation");
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.histories += other.histories;
        self.applied += other.applied;
        self.refused += other.refused;
        self.unknown += other.unknown;
        self.allowed += other.allowed;
        self.blocked += other.blocked;
        self.failed += other.failed;
        self.overlapping += other.overlapping;
    }
}
