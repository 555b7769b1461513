//! Closed and open loops of calls.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use hdrhistogram::Histogram;
use tokio::runtime::Handle;
use tonic::Status;
use types::{Clock, Stopwatch};

use crate::calls::Call;

/// Longest latency that is distinguished.
const LONGEST: Duration = Duration::from_secs(120);
/// Significant digits of a latency.
const DIGITS: u8 = 3;

/// When a closed loop starts no more calls; those in flight are awaited.
#[derive(Debug, Clone, Copy)]
pub struct Limit {
    /// After this time.
    pub time: Duration,
    /// After this many calls.
    pub calls: u64,
}

impl From<Duration> for Limit {
    fn from(time: Duration) -> Self {
        Self { time, calls: u64::MAX }
    }
}

/// The outcome of many calls.
#[derive(Debug)]
pub struct Sample {
    /// Latencies of the successful calls, in microseconds.
    pub latencies: Histogram<u64>,
    /// Number of failed calls by code, and the first message of each.
    pub failures: BTreeMap<String, (u64, String)>,
    /// Time until the last call ended.
    pub elapsed: Duration,
}

impl Sample {
    fn new() -> Self {
        let longest = LONGEST.as_micros() as u64;
        let latencies = Histogram::new_with_bounds(1, longest, DIGITS);
        Self {
            latencies: latencies.expect("the bounds are valid"),
            failures: BTreeMap::new(),
            elapsed: Duration::ZERO,
        }
    }

    /// Successful calls per second.
    pub fn per_second(&self) -> f64 {
        self.latencies.len() as f64 / self.elapsed.as_secs_f64()
    }

    /// All calls, successful or not.
    pub fn calls(&self) -> u64 {
        self.latencies.len() + self.failures.values().map(|(count, _)| count).sum::<u64>()
    }

    fn record(&mut self, outcome: Result<(), Status>, latency: Duration) {
        match outcome {
            Ok(()) => self.latencies.saturating_record(latency.as_micros() as u64),
            Err(status) => {
                let code = format!("{:?}", status.code());
                let message = status.message().to_owned();
                self.failures.entry(code).or_insert((0, message)).0 += 1;
            }
        }
    }

    fn add(&mut self, other: Self) {
        self.latencies.add(&other.latencies).expect("the bounds are equal");
        for (code, (count, message)) in other.failures {
            self.failures.entry(code).or_insert((0, message)).0 += count;
        }
    }
}

/// Keeps `in_flight` calls in flight.
pub async fn closed_loop(call: &impl Call, in_flight: usize, limit: Limit) -> Sample {
    let watch = Arc::new(Clock::system().stopwatch());
    let next = Arc::new(AtomicU64::new(0));
    let worker = |_| {
        let (call, watch, next) = (call.clone(), watch.clone(), next.clone());
        deadline::spawn(async move { work(&call, limit, &watch, &next).await })
    };
    let workers: Vec<_> = (0..in_flight).map(worker).collect();
    let mut all = Sample::new();
    for worker in workers {
        all.add(worker.await.expect("a worker panicked"));
    }
    all.elapsed = watch.elapsed();
    all
}

async fn work(call: &impl Call, limit: Limit, watch: &Stopwatch, next: &AtomicU64) -> Sample {
    let mut sample = Sample::new();
    loop {
        let (number, start) = (next.fetch_add(1, Ordering::Relaxed), watch.elapsed());
        if start >= limit.time || number >= limit.calls {
            return sample;
        }
        let outcome = call.call(number).await;
        sample.record(outcome, watch.elapsed() - start);
    }
}

/// Starts calls at a fixed rate without waiting for earlier ones. The latency of a call counts from the
/// time at which it should start, so a late start is part of it.
pub async fn open_loop(call: &impl Call, per_second: f64, time: Duration) -> Sample {
    let call = call.clone();
    // A thread of its own, because timers of the runtime have a resolution of 1 ms.
    let started = tokio::task::spawn_blocking(move || start_calls(&call, per_second, time)).await;
    let (watch, calls) = started.expect("the thread panicked");
    let mut all = Sample::new();
    for call in calls {
        let (outcome, latency) = call.await.expect("a call panicked");
        all.record(outcome, latency);
    }
    all.elapsed = watch.elapsed();
    all
}

type Pending = tokio::task::JoinHandle<(Result<(), Status>, Duration)>;

fn start_calls(
    call: &impl Call,
    per_second: f64,
    time: Duration,
) -> (Arc<Stopwatch>, Vec<Pending>) {
    let runtime = Handle::current();
    let _context = runtime.enter();
    let watch = Arc::new(Clock::system().stopwatch());
    let mut calls = Vec::new();
    loop {
        let due = Duration::from_secs_f64(calls.len() as f64 / per_second);
        if due >= time {
            return (watch, calls);
        }
        std::thread::sleep(due.saturating_sub(watch.elapsed()));
        let (call, watch, number) = (call.clone(), watch.clone(), calls.len() as u64);
        calls.push(deadline::spawn(async move {
            let outcome = call.call(number).await;
            (outcome, watch.elapsed().saturating_sub(due))
        }));
    }
}
