use std::time::Duration;

use client::{Error, Kind};
use cluster::scenario_client::{ScenarioClient, new_id};
use contracts::ordering::{ListOrdersRequest, Order, PlaceOrderRequest};
use tests::{Engine, failed};
use tonic::Status;
use types::Clock;

use crate::trio::{Trio, sale};

/// Longest time of a refusal.
const MAX_DURATION: Duration = Duration::from_secs(2);

async fn orders(client: &ScenarioClient) -> Result<usize, Status> {
    let list = client.ordering.clone().list_orders(ListOrdersRequest::default()).await?;
    Ok(list.into_inner().orders.len())
}

/// Places an order and checks that it fails with UNAVAILABLE.
async fn assert_unavailable(client: &ScenarioClient, wanted: &Order) -> Result<(), Status> {
    let before = orders(client).await?;
    let watch = Clock::system().stopwatch();
    let error = Error::from(failed(client.place(wanted.clone()).await));
    assert!(watch.elapsed() < MAX_DURATION, "the call took {:?}", watch.elapsed());
    assert_eq!(error.kind, Kind::Unavailable, "{error:?}");
    assert!(error.retry_after.is_some());
    assert_eq!((&*error.reason, &*error.domain), ("DEPENDENCY_UNAVAILABLE", "ordering.csp"));
    assert_eq!(orders(client).await?, before, "nothing is written");
    Ok(())
}

async fn without_relationship_no_order_is_accepted(engine: Engine) -> Result<(), Status> {
    let trio = Trio::on(engine).await;
    let [onboarding, relationship, _ordering] = trio.start_all().await;
    let client = trio.client();
    let wanted = sale(&client).await?;
    client.place(wanted.clone()).await?;

    relationship.kill();
    assert_unavailable(&client, &wanted).await?;
    let relationship = trio.start("relationship").await;
    client.place(wanted.clone()).await?;

    relationship.signal("STOP");
    assert_unavailable(&client, &wanted).await?;
    relationship.signal("CONT");
    client.place(wanted.clone()).await?;

    onboarding.kill();
    assert_unavailable(&client, &wanted).await?;
    let onboarding = trio.start("onboarding").await;
    client.place(wanted.clone()).await?;

    onboarding.signal("STOP");
    assert_unavailable(&client, &wanted).await?;
    onboarding.signal("CONT");
    client.place(wanted).await?;
    assert_eq!(orders(&client).await?, 5);
    Ok(())
}

#[tokio::test]
async fn without_relationship_or_onboarding_no_order_is_accepted_on_sqlite() -> Result<(), Status> {
    without_relationship_no_order_is_accepted(Engine::Sqlite).await
}

#[tokio::test]
async fn without_relationship_or_onboarding_no_order_is_accepted_on_postgres() -> Result<(), Status>
{
    without_relationship_no_order_is_accepted(Engine::Postgres).await
}

#[tokio::test]
async fn an_acknowledged_order_survives_a_kill_of_ordering() -> Result<(), Status> {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let trio = Trio::on(engine).await;
        let [_onboarding, _relationship, ordering] = trio.start_all().await;
        let client = trio.client();
        let request = PlaceOrderRequest {
            order: Some(sale(&client).await?),
            request_id: new_id(),
            ..Default::default()
        };
        let first = client.ordering.clone().place_order(request.clone()).await?.into_inner();
        ordering.kill();
        let _ordering = trio.start("ordering").await;
        let retry = client.ordering.clone().place_order(request).await?.into_inner();
        assert_eq!(first, retry, "the retry gets the first response");
        assert_eq!(orders(&client).await?, 1);
    }
    Ok(())
}

#[tokio::test]
async fn a_service_exits_with_0_on_a_signal() {
    let trio = Trio::on(Engine::Sqlite).await;
    for signal in ["TERM", "INT"] {
        let onboarding = trio.start("onboarding").await;
        onboarding.signal(signal);
        assert!(onboarding.exit_success(), "{signal}");
    }
}
