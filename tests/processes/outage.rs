use std::time::Duration;

use client::{Error, Kind};
use cluster::scenario_client::{ScenarioClient, new_id};
use contracts::ordering::{ListOrdersRequest, Order, PlaceOrderRequest};
use tests::{Engine, failed};
use tonic::Status;
use types::Clock;

use crate::trio::{Trio, sale};

const PROMISE: Duration = Duration::from_secs(2);

async fn orders(cast: &ScenarioClient) -> Result<usize, Status> {
    let list = cast.ordering.clone().list_orders(ListOrdersRequest::default()).await?;
    Ok(list.into_inner().orders.len())
}

/// Places an order that cannot be decided on, and checks how that is told.
async fn unavailable(cast: &ScenarioClient, wanted: &Order) -> Result<(), Status> {
    let before = orders(cast).await?;
    let watch = Clock::system().stopwatch();
    let error = Error::from(failed(cast.place(wanted.clone()).await));
    assert!(watch.elapsed() < PROMISE, "it took {:?}", watch.elapsed());
    assert_eq!(error.kind, Kind::Unavailable, "{error:?}");
    assert!(error.retry_after.is_some());
    assert_eq!((&*error.reason, &*error.domain), ("DEPENDENCY_UNAVAILABLE", "ordering.csp"));
    assert_eq!(orders(cast).await?, before, "nothing is written");
    Ok(())
}

async fn without_relationship_no_order_is_accepted(engine: Engine) -> Result<(), Status> {
    let trio = Trio::on(engine).await;
    let [onboarding, relationship, _ordering] = trio.start_all().await;
    let cast = trio.cast();
    let wanted = sale(&cast).await?;
    cast.place(wanted.clone()).await?;

    relationship.kill();
    unavailable(&cast, &wanted).await?;
    let relationship = trio.start("relationship").await;
    cast.place(wanted.clone()).await?;

    relationship.signal("STOP");
    unavailable(&cast, &wanted).await?;
    relationship.signal("CONT");
    cast.place(wanted.clone()).await?;

    onboarding.kill();
    unavailable(&cast, &wanted).await?;
    let onboarding = trio.start("onboarding").await;
    cast.place(wanted.clone()).await?;

    onboarding.signal("STOP");
    unavailable(&cast, &wanted).await?;
    onboarding.signal("CONT");
    cast.place(wanted).await?;
    assert_eq!(orders(&cast).await?, 5);
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
async fn an_acknowledged_order_outlives_a_kill_of_ordering() -> Result<(), Status> {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let trio = Trio::on(engine).await;
        let [_onboarding, _relationship, ordering] = trio.start_all().await;
        let cast = trio.cast();
        let request = PlaceOrderRequest {
            order: Some(sale(&cast).await?),
            request_id: new_id(),
            validate_only: false,
        };
        let first = cast.ordering.clone().place_order(request.clone()).await?.into_inner();
        ordering.kill();
        let _ordering = trio.start("ordering").await;
        let again = cast.ordering.clone().place_order(request).await?.into_inner();
        assert_eq!(first, again, "the retry gets the first answer");
        assert_eq!(orders(&cast).await?, 1);
    }
    Ok(())
}

#[tokio::test]
async fn a_service_that_is_told_to_stop_ends_well() {
    let trio = Trio::on(Engine::Sqlite).await;
    for signal in ["TERM", "INT"] {
        let onboarding = trio.start("onboarding").await;
        onboarding.signal(signal);
        assert!(onboarding.ended_well(), "{signal}");
    }
}
