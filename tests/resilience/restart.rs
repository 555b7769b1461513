use std::{collections::BTreeSet, time::Duration};

use cluster::ScenarioClient;
use tests::{
    Engine,
    fleet::Fleet,
    load::{Buyer, Placed, orders, sale},
};
use tokio::time::sleep;
use tonic::Status;
use types::jitter;

const WORKERS: usize = 4;
const TIMEOUT: Duration = Duration::from_secs(10);

/// Two replicas of each service on PostgreSQL, and a client that places orders.
async fn two_of_each() -> Result<(Fleet, ScenarioClient, Buyer), Status> {
    let fleet = Fleet::on(Engine::Postgres, 2, &[("GRPC__DRAIN", "500ms")]).await;
    let client = fleet.client();
    let buyer = Buyer::at(&fleet.urls("ordering"), TIMEOUT, sale(&client).await?);
    Ok((fleet, client, buyer))
}

/// Asserts that exactly the accepted orders are stored.
pub async fn assert_none_lost_or_duplicated(
    fleet: &Fleet,
    placed: &[Placed],
) -> Result<(), Status> {
    let stored = orders(&fleet.client()).await?;
    let accepted: BTreeSet<_> = placed.iter().filter_map(|it| it.order.clone()).collect();
    assert_eq!(accepted.len(), placed.len(), "two requests got one order, or a request got none");
    assert_eq!(stored.len(), accepted.len(), "an order is lost or duplicated");
    assert_eq!(stored.into_iter().collect::<BTreeSet<_>>(), accepted);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rolling_restart_fails_no_order() -> Result<(), Status> {
    let (mut fleet, _cast, buyer) = two_of_each().await?;
    let restart = async {
        for (service, at) in fleet.all() {
            fleet.restart(service, at).await;
        }
    };
    let (placed, ()) = buyer.during(WORKERS, false, restart).await;
    let failed: Vec<_> = placed.iter().flat_map(|it| &it.failures).collect();
    assert!(failed.is_empty(), "{} of {} failed: {:?}", failed.len(), placed.len(), failed[0]);
    println!("{} orders during the restart of 6 processes, none failed", placed.len());
    assert_none_lost_or_duplicated(&fleet, &placed).await
}

/// Kills ordering while many orders wait for their commits, each time at another moment of one.
async fn kill_ordering(engine: Engine, replicas: usize) -> Result<(), Status> {
    let mut fleet = Fleet::on(engine, replicas, &[]).await;
    let buyer = Buyer::at(&fleet.urls("ordering"), TIMEOUT, sale(&fleet.client()).await?);
    let rounds = count("KILLS", 10);
    let kills = async {
        for round in 0..rounds {
            sleep(jitter(Duration::from_millis(600), 50)).await;
            fleet.take("ordering", round % replicas).kill();
            fleet.start("ordering", round % replicas).await;
        }
    };
    let (placed, ()) = buyer.during(16, true, kills).await;
    let failures: usize = placed.iter().map(|it| it.failures.len()).sum();
    println!("{} orders during {rounds} kills, {failures} answers failed", placed.len());
    assert!(failures > 0 && placed.len() > rounds, "the kills met no orders");
    assert_none_lost_or_duplicated(&fleet, &placed).await
}

/// The size of a test: a variable, or this.
pub fn count(variable: &str, default: usize) -> usize {
    #[allow(clippy::disallowed_methods, reason = "a test takes its size from its environment")]
    std::env::var(variable).map_or(default, |text| text.parse().expect("it is a number"))
}

#[tokio::test(flavor = "multi_thread")]
async fn kills_of_ordering_lose_or_duplicate_no_order_on_postgres() -> Result<(), Status> {
    kill_ordering(Engine::Postgres, 2).await
}

#[tokio::test(flavor = "multi_thread")]
async fn kills_of_ordering_lose_or_duplicate_no_order_on_sqlite() -> Result<(), Status> {
    kill_ordering(Engine::Sqlite, 1).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_of_each_service_loses_or_duplicates_no_order() -> Result<(), Status> {
    let (mut fleet, _cast, buyer) = two_of_each().await?;
    let kills = async {
        for service in ["onboarding", "relationship", "ordering"] {
            sleep(Duration::from_millis(300)).await;
            fleet.take(service, 0).kill();
            sleep(Duration::from_millis(300)).await;
            fleet.start(service, 0).await;
        }
    };
    let (placed, ()) = buyer.during(WORKERS, true, kills).await;
    let failures: usize = placed.iter().map(|it| it.failures.len()).sum();
    println!("{} orders during the kill of 3 processes, {failures} answers failed", placed.len());
    assert_none_lost_or_duplicated(&fleet, &placed).await
}
