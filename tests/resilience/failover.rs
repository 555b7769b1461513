use std::{sync::Arc, time::Duration};

use cluster::scenario_client::new_id;
use contracts::{
    onboarding::{SuspendEnrollmentRequest, SuspensionCause},
    ordering::Order,
};
use testbed::ReplicatedServer;
use tests::{
    fleet::{Fleet, serving},
    load::{Buyer, Placed, sale},
    process::{SERVICES, free_address},
};
use tokio::{
    task::spawn_blocking,
    time::{sleep, timeout},
};
use tonic::{Code, Status};
use types::{Clock, jitter};

use crate::restart::{assert_none_lost_or_duplicated, count};

/// Longest time from the promotion until an order is accepted.
const LONGEST: Duration = Duration::from_secs(10);
/// Timeout of a call, shorter than any wait for a server that hangs.
const TIMEOUT: Duration = Duration::from_secs(5);

/// A primary with its standby, and two replicas of each service that know both.
async fn on_a_pair() -> Result<(Arc<ReplicatedServer>, Fleet, Order), Status> {
    let port = || free_address().rsplit_once(':').unwrap().1.parse().unwrap();
    let ports = [port(), port()];
    let started = spawn_blocking(move || {
        let server = ReplicatedServer::start(ports);
        let databases = server.databases(&SERVICES.map(|(service, _)| service));
        (Arc::new(server), databases)
    });
    let (server, databases) = started.await.unwrap();
    let fleet = Fleet::with_databases(databases, 2, &[]).await;
    let order = sale(&fleet.client()).await?;
    Ok((server, fleet, order))
}

fn buyer(fleet: &Fleet, order: &Order) -> Buyer {
    Buyer::at(&fleet.urls("ordering"), TIMEOUT, order.clone())
}

async fn act(server: &Arc<ReplicatedServer>, action: fn(&ReplicatedServer)) {
    let server = server.clone();
    spawn_blocking(move || action(&server)).await.unwrap();
}

/// Promotes the standby, and returns how long it takes from then until an order is accepted.
async fn promote(server: &Arc<ReplicatedServer>, buyer: &Buyer) -> (Placed, Duration) {
    act(server, ReplicatedServer::promote).await;
    let watch = Clock::system().stopwatch();
    let placed = timeout(LONGEST, buyer.place_one(true)).await;
    (placed.expect("no order was accepted in time after the promotion"), watch.elapsed())
}

/// Loses the primary under load, each time at another moment of a commit.
async fn fail_over(lose: fn(&ReplicatedServer)) -> Result<(), Status> {
    for _ in 0..count("FAILOVERS", 1) {
        let (server, fleet, order) = on_a_pair().await?;
        let buyer = buyer(&fleet, &order);
        let failing = async {
            sleep(jitter(Duration::from_millis(800), 50)).await;
            act(&server, lose).await;
            sleep(Duration::from_millis(500)).await;
            let first = promote(&server, &buyer).await;
            sleep(Duration::from_secs(1)).await;
            first
        };
        let (mut placed, (first, passes_after)) = buyer.during(16, true, failing).await;
        placed.push(first);
        let failures: usize = placed.iter().map(|it| it.failures.len()).sum();
        let longest = placed.iter().map(|it| it.took).max().unwrap();
        println!(
            "{} orders, {failures} answers failed, the first order {passes_after:?} after the promotion, \
             the longest took {longest:?}",
            placed.len()
        );
        assert!(failures > 0, "the failover met no orders");
        assert_none_lost_or_duplicated(&fleet, &placed).await?;
        for (service, at) in fleet.all() {
            assert!(
                serving(&format!("http://{}", fleet.address(service, at)), "").await,
                "{service}"
            );
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_continue_on_the_promoted_standby_of_a_primary_that_was_killed() -> Result<(), Status>
{
    fail_over(ReplicatedServer::kill_primary).await
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_continue_on_the_promoted_standby_of_a_primary_that_hangs() -> Result<(), Status> {
    fail_over(ReplicatedServer::hang_primary).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_the_standby_lacks_is_not_acknowledged() -> Result<(), Status> {
    let (server, fleet, order) = on_a_pair().await?;
    let buyer = buyer(&fleet, &order);
    act(&server, ReplicatedServer::hang_standby).await;
    let ids: Vec<_> = (0..4).map(|_| new_id()).collect();
    // Longer than any timeout of a statement or commit.
    for id in &ids {
        let placed = buyer.place(id).await;
        assert!(placed.is_err(), "acknowledged, and only the primary has it: {placed:?}");
    }
    act(&server, ReplicatedServer::kill_primary).await;
    act(&server, ReplicatedServer::continue_standby).await;
    let mut placed = vec![promote(&server, &buyer).await.0];
    for request_id in ids {
        let order = Some(buyer.place(&request_id).await?);
        placed.push(Placed { request_id, order, failures: Vec::new(), took: Duration::ZERO });
    }
    assert_none_lost_or_duplicated(&fleet, &placed).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_former_primary_that_continues_decides_nothing() -> Result<(), Status> {
    let (server, fleet, order) = on_a_pair().await?;
    let buyer = buyer(&fleet, &order);
    for _ in 0..20 {
        // Every replica has the facts in memory.
        buyer.place(&new_id()).await?;
    }
    act(&server, ReplicatedServer::hang_primary).await;
    act(&server, ReplicatedServer::promote).await;
    // Services find the new primary without a call.
    sleep(Duration::from_secs(5)).await;
    act(&server, ReplicatedServer::continue_primary).await;
    let suspension = SuspendEnrollmentRequest {
        name: format!("{}/enrollments/direct-bill", order.seller),
        cause: SuspensionCause::Abuse.into(),
        detail: "abuse".to_owned(),
        ..Default::default()
    };
    fleet.client().onboarding.clone().suspend_enrollment(suspension).await?;
    for _ in 0..20 {
        let status = buyer.place(&new_id()).await.expect_err("the partner is suspended");
        assert_eq!(status.code(), Code::FailedPrecondition, "{status:?}");
    }
    Ok(())
}
