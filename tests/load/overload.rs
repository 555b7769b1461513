use std::{process::Command, time::Duration};

use tests::load::{Buyer, Placed, percentile};
use tokio::time::sleep;
use tonic::{Code, Status};
use tonic_types::StatusExt;
use types::Clock;

const WORKERS: [usize; 6] = [1, 4, 8, 16, 32, 64];
const TIME: Duration = Duration::from_secs(5);
/// Peak and overload alternate, because the speed of a shared machine varies.
const ROUNDS: u32 = 3;

/// Pins this process, and processes that it starts later, to one core.
fn pin_to(core: &str) {
    let pid = std::process::id().to_string();
    let pinned = Command::new("taskset").args(["-a", "-c", "-p", core, &pid]).output();
    let pinned = pinned.expect("taskset is part of util-linux");
    assert!(pinned.status.success(), "{}", String::from_utf8_lossy(&pinned.stderr));
}

fn per_second(placed: &[Placed]) -> f64 {
    placed.iter().filter(|it| it.accepted()).count() as f64 / TIME.as_secs_f64()
}

fn summary(placed: &[Placed]) -> String {
    let accepted = || placed.iter().filter(|it| it.accepted());
    format!(
        "{:.0} orders/s, p50 {:?}, p99 {:?}",
        per_second(placed),
        percentile(accepted(), 50),
        percentile(accepted(), 99)
    )
}

/// Orders per second that a number of workers places.
async fn rate_of(buyer: &Buyer, workers: usize) -> f64 {
    let (placed, ()) = buyer.during(workers, false, sleep(TIME)).await;
    println!("        {workers} workers: {}", summary(&placed));
    per_second(&placed)
}

/// The highest rate of orders per second, and its number of workers.
async fn peak(buyer: &Buyer) -> (f64, usize) {
    let mut peak = (0_f64, 0);
    for workers in WORKERS {
        let rate = rate_of(buyer, workers).await;
        if rate > peak.0 {
            peak = (rate, workers);
        }
    }
    peak
}

fn is_shed(status: &Status) -> bool {
    status.code() == Code::ResourceExhausted && status.get_details_retry_info().is_some()
}

/// Three times the peak: how much is accepted, how the rest is refused, and how long recovery takes.
/// The cluster and its database share one core; the callers run on another, so that they do not slow
/// the cluster down.
pub async fn measure() -> bool {
    println!("overload, the cluster on one core and its callers on another");
    pin_to("0");
    let (_fleet, buyer) = super::fleet(1, &[]).await;
    pin_to("1");
    let (most, workers) = peak(&buyer).await;
    let rate = (most * 3.0) as u32;
    let (mut peaks, mut accepted, mut refused) = (0.0, 0.0, Vec::new());
    for _ in 0..ROUNDS {
        peaks += rate_of(&buyer, workers).await;
        let watch = Clock::system().stopwatch();
        let placed = buyer.place_at(rate, TIME).await;
        let time = watch.elapsed();
        let summary = summary(&placed);
        println!("        {rate} calls/s for {TIME:?} (all answered after {time:?}): {summary}");
        accepted += per_second(&placed);
        refused.extend(placed.into_iter().filter(|it| !it.accepted()));
    }
    let percent = accepted / peaks * 100.0;
    let mut met =
        super::require(percent >= 90.0, &format!("accepted is {percent:.0} % of the peak"));
    let statuses = || refused.iter().flat_map(|it| &it.failures);
    let others: Vec<_> =
        statuses().filter(|it| !is_shed(it)).map(ToString::to_string).take(3).collect();
    let figure = format!(
        "{} refusals, all RESOURCE_EXHAUSTED with RetryInfo, p50 {:?}, p99 {:?} {others:?}",
        refused.len(),
        percentile(refused.iter(), 50),
        percentile(refused.iter(), 99)
    );
    met &= super::require(others.is_empty(), &figure);
    let after = recovered(&buyer).await;
    met & super::require(after <= TIME, &format!("ten orders in a row accepted after {after:?}"))
}

/// Time until ten orders in a row have been accepted; more than [`TIME`] if that takes longer.
async fn recovered(buyer: &Buyer) -> Duration {
    let watch = Clock::system().stopwatch();
    let mut in_a_row = 0;
    while in_a_row < 10 && watch.elapsed() <= TIME {
        in_a_row = if buyer.place_one(false).await.accepted() { in_a_row + 1 } else { 0 };
    }
    watch.elapsed()
}
