use std::{process::Command, time::Duration};

use tests::load::{Buyer, Placed, percentile};
use tokio::time::sleep;
use tonic::{Code, Status};
use tonic_types::StatusExt;
use types::Clock;

const WORKERS: [usize; 6] = [1, 4, 8, 16, 32, 64];
const TIME: Duration = Duration::from_secs(5);
/// Peak and overload take turns, since the speed of a machine that others use comes and goes.
const ROUNDS: u32 = 3;

/// Lets this process, and those that it starts from now on, run on one core only.
fn stay_on(core: &str) {
    let pid = std::process::id().to_string();
    let moved = Command::new("taskset").args(["-a", "-c", "-p", core, &pid]).output();
    let moved = moved.expect("taskset is part of util-linux");
    assert!(moved.status.success(), "{}", String::from_utf8_lossy(&moved.stderr));
}

fn per_second(placed: &[Placed]) -> f64 {
    placed.iter().filter(|it| it.accepted()).count() as f64 / TIME.as_secs_f64()
}

fn told(placed: &[Placed]) -> String {
    let accepted = || placed.iter().filter(|it| it.accepted());
    format!(
        "{:.0} orders/s, p50 {:?}, p99 {:?}",
        per_second(placed),
        percentile(accepted(), 50),
        percentile(accepted(), 99)
    )
}

/// As many orders as so many workers can place.
async fn placed_by(buyer: &Buyer, workers: usize) -> f64 {
    let (placed, ()) = buyer.during(workers, false, sleep(TIME)).await;
    println!("        {workers} workers: {}", told(&placed));
    per_second(&placed)
}

/// The most orders a second, and how many workers placed them.
async fn peak(buyer: &Buyer) -> (f64, usize) {
    let mut peak = (0_f64, 0);
    for workers in WORKERS {
        let rate = placed_by(buyer, workers).await;
        if rate > peak.0 {
            peak = (rate, workers);
        }
    }
    peak
}

fn is_shed(status: &Status) -> bool {
    status.code() == Code::ResourceExhausted && status.get_details_retry_info().is_some()
}

/// Three times the peak: what is accepted, how the rest is refused, and when it is over. The
/// cluster and its database share one core, and the callers have the other: callers that took
/// from the cluster what their own calls cost would measure themselves.
pub async fn measure() -> bool {
    println!("overload, the cluster on one core and its callers on another");
    stay_on("0");
    let (_fleet, buyer) = super::fleet(1, &[]).await;
    stay_on("1");
    let (most, workers) = peak(&buyer).await;
    let rate = (most * 3.0) as u32;
    let (mut peaks, mut accepted, mut refused) = (0.0, 0.0, Vec::new());
    for _ in 0..ROUNDS {
        peaks += placed_by(&buyer, workers).await;
        let watch = Clock::system().stopwatch();
        let placed = buyer.place_at(rate, TIME).await;
        let time = watch.elapsed();
        let told = told(&placed);
        println!("        {rate} calls/s for {TIME:?} (all answered after {time:?}): {told}");
        accepted += per_second(&placed);
        refused.extend(placed.into_iter().filter(|it| !it.accepted()));
    }
    let share = accepted / peaks * 100.0;
    let mut held = super::promise(share >= 90.0, &format!("accepted is {share:.0} % of the peak"));
    let statuses = || refused.iter().flat_map(|it| &it.failures);
    let others: Vec<_> =
        statuses().filter(|it| !is_shed(it)).map(ToString::to_string).take(3).collect();
    let figure = format!(
        "{} refusals, all RESOURCE_EXHAUSTED with RetryInfo, p50 {:?}, p99 {:?} {others:?}",
        refused.len(),
        percentile(refused.iter(), 50),
        percentile(refused.iter(), 99)
    );
    held &= super::promise(others.is_empty(), &figure);
    let after = recovered(&buyer).await;
    held & super::promise(after <= TIME, &format!("ten orders in a row accepted after {after:?}"))
}

/// How long it takes until ten orders in a row were accepted, those ten included; more than
/// [`TIME`] where it takes longer.
async fn recovered(buyer: &Buyer) -> Duration {
    let watch = Clock::system().stopwatch();
    let mut in_a_row = 0;
    while in_a_row < 10 && watch.elapsed() <= TIME {
        in_a_row = if buyer.place_one(false).await.accepted() { in_a_row + 1 } else { 0 };
    }
    watch.elapsed()
}
