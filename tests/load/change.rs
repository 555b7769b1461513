use std::{collections::BTreeSet, time::Duration};

use tests::{
    fleet::Fleet,
    load::{Placed, orders, percentile},
};
use tokio::time::sleep;

const WORKERS: usize = 8;
/// Pause between two events.
const PAUSE: Duration = Duration::from_secs(1);

fn summary(placed: &[Placed]) -> String {
    let failed: usize = placed.iter().map(|it| it.failures.len()).sum();
    let first = placed.iter().flat_map(|it| &it.failures).next();
    let first = first.map_or_else(String::new, |it| format!(", such as: {it}"));
    format!(
        "{} orders by {WORKERS} workers, p50 {:?}, p99 {:?}, {failed} answers failed{first}",
        placed.len(),
        percentile(placed.iter(), 50),
        percentile(placed.iter(), 99)
    )
}

/// Stops and starts the replicas one after another.
pub async fn restart() -> bool {
    println!("rolling restart of 2 replicas of each service");
    let (mut fleet, buyer) = super::fleet(2, &[("GRPC__DRAIN", "1s")]).await;
    let event = async {
        for (service, at) in fleet.all() {
            sleep(PAUSE).await;
            fleet.restart(service, at).await;
        }
        sleep(PAUSE).await;
    };
    let (placed, ()) = buyer.during(WORKERS, false, event).await;
    let met = placed.iter().all(|it| it.failures.is_empty());
    super::require(met, &summary(&placed)) & none_lost(&fleet, &placed).await
}

/// Kills one replica of each service with SIGKILL, and starts it again.
pub async fn kill() -> bool {
    println!("kill of 1 of 2 replicas of each service, twice");
    let (mut fleet, buyer) = super::fleet(2, &[]).await;
    let event = async {
        for service in ["onboarding", "relationship", "ordering"].repeat(2) {
            sleep(PAUSE).await;
            fleet.take(service, 0).kill();
            sleep(PAUSE).await;
            fleet.start(service, 0).await;
        }
        sleep(PAUSE).await;
    };
    let (placed, ()) = buyer.during(WORKERS, true, event).await;
    println!("        {}", summary(&placed));
    none_lost(&fleet, &placed).await
}

async fn none_lost(fleet: &Fleet, placed: &[Placed]) -> bool {
    let stored = orders(&fleet.client()).await.expect("ordering lists orders");
    let accepted: BTreeSet<_> = placed.iter().filter_map(|it| it.order.clone()).collect();
    let met = accepted.len() == placed.iter().filter(|it| it.accepted()).count()
        && stored.len() == accepted.len()
        && stored.iter().all(|name| accepted.contains(name));
    let figure = format!(
        "{} orders accepted, {} stored: none lost, no duplicates",
        accepted.len(),
        stored.len()
    );
    super::require(met, &figure)
}
