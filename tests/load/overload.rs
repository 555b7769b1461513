use std::time::Duration;

use kernel::Clock;
use tests::load::{Buyer, Placed, percentile};
use tokio::time::sleep;
use tonic::Code;
use tonic_types::StatusExt;

const WORKERS: [usize; 6] = [1, 4, 8, 16, 32, 64];
const TIME: Duration = Duration::from_secs(5);

fn per_second(placed: &[Placed], time: Duration) -> f64 {
    placed.iter().filter(|it| it.accepted()).count() as f64 / time.as_secs_f64()
}

fn told(placed: &[Placed], time: Duration) -> String {
    let accepted = || placed.iter().filter(|it| it.accepted());
    format!(
        "{:.0} orders/s, p50 {:?}, p99 {:?}",
        per_second(placed, time),
        percentile(accepted(), 50),
        percentile(accepted(), 99)
    )
}

/// The most orders a second, over more and more workers.
async fn peak(buyer: &Buyer) -> f64 {
    let mut peak = 0_f64;
    for workers in WORKERS {
        let (placed, ()) = buyer.during(workers, false, sleep(TIME)).await;
        println!("        {workers} workers: {}", told(&placed, TIME));
        peak = peak.max(per_second(&placed, TIME));
    }
    peak
}

/// Three times the peak: what is accepted, how the rest is refused, and when it is over.
pub async fn measure() -> bool {
    println!("overload");
    let (_fleet, buyer) = super::fleet(1, &[]).await;
    let peak = peak(&buyer).await;
    let rate = (peak * 3.0) as u32;
    let watch = Clock::system().stopwatch();
    let placed = buyer.place_at(rate, TIME * 2).await;
    let time = watch.elapsed();
    let accepted = per_second(&placed, TIME * 2);
    println!(
        "        {rate} calls/s for {:?} (all answered after {time:?}): {}",
        TIME * 2,
        told(&placed, TIME * 2)
    );
    let refused: Vec<_> = placed.iter().filter(|it| !it.accepted()).collect();
    let statuses = || refused.iter().filter_map(|it| it.failures.first());
    let shed = |status: &&tonic::Status| {
        status.code() == Code::ResourceExhausted && status.get_details_retry_info().is_some()
    };
    let others: Vec<_> =
        statuses().filter(|it| !shed(it)).map(|it| it.to_string()).take(3).collect();
    let all_shed = statuses().filter(shed).count() == refused.len();
    let share = accepted / peak * 100.0;
    let mut held = super::promise(share >= 90.0, &format!("accepted is {share:.0} % of the peak"));
    let figure = format!(
        "{} refusals, all RESOURCE_EXHAUSTED with RetryInfo, p50 {:?}, p99 {:?} {others:?}",
        refused.len(),
        percentile(refused.iter().copied(), 50),
        percentile(refused.iter().copied(), 99)
    );
    held &= super::promise(all_shed, &figure);
    let after = recovered(&buyer).await;
    held & super::promise(after <= TIME, &format!("ten orders in a row accepted after {after:?}"))
}

/// How long it takes until ten orders in a row were accepted, those ten included.
async fn recovered(buyer: &Buyer) -> Duration {
    let watch = Clock::system().stopwatch();
    let mut in_a_row = 0;
    while in_a_row < 10 {
        in_a_row = if buyer.place_one(false).await.accepted() { in_a_row + 1 } else { 0 };
    }
    watch.elapsed()
}
