use std::{collections::BTreeSet, time::Duration};

use cluster::ScenarioClient;
use tests::{
    Engine,
    fleet::Fleet,
    load::{Buyer, Placed, orders, sale},
};
use tokio::time::sleep;
use tonic::Status;

const WORKERS: usize = 4;
const TIMEOUT: Duration = Duration::from_secs(10);

/// Two replicas of each service on PostgreSQL, and a client that may buy there.
async fn two_of_each() -> Result<(Fleet, ScenarioClient, Buyer), Status> {
    let fleet = Fleet::on(Engine::Postgres, 2, &[("GRPC__DRAIN", "500ms")]).await;
    let cast = fleet.cast();
    let buyer = Buyer::at(&fleet.urls("ordering"), TIMEOUT, sale(&cast).await?);
    Ok((fleet, cast, buyer))
}

/// Checks that every order that was accepted is there, and nothing else.
async fn none_is_lost_or_doubled(fleet: &Fleet, placed: &[Placed]) -> Result<(), Status> {
    let there = orders(&fleet.cast()).await?;
    let accepted: BTreeSet<_> = placed.iter().filter_map(|it| it.order.clone()).collect();
    assert_eq!(accepted.len(), placed.len(), "two requests got one order, or one got none");
    assert_eq!(there.len(), accepted.len(), "an order is lost or doubled");
    assert_eq!(there.into_iter().collect::<BTreeSet<_>>(), accepted);
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
    none_is_lost_or_doubled(&fleet, &placed).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_of_each_service_loses_and_doubles_no_order() -> Result<(), Status> {
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
    none_is_lost_or_doubled(&fleet, &placed).await
}
