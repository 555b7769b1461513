use std::time::Duration;

use cluster::cast::{everywhere, new_id};
use contracts::ordering::{CreateOfferRequest, ListOffersRequest};
use kernel::Clock;
use sea_orm::{ConnectionTrait, TransactionTrait};
use tests::{Engine, World};
use tokio::time::sleep;
use tonic::{Code, Status};
use tonic_health::pb::HealthCheckRequest;
use tonic_types::StatusExt;

use crate::raw::{Raw, info};

const CREATE: &str = "csp.ordering.v1.OrderingService/CreateOffer";
const LIST: &str = "csp.ordering.v1.OrderingService/ListOffers";
const HEALTH: &str = "grpc.health.v1.Health/Check";

fn is_a_refusal_with_a_delay(status: &Status, limit: &str) {
    assert_eq!(status.code(), Code::ResourceExhausted, "{status:?}");
    let info = info(status);
    assert_eq!((&*info.reason, &*info.domain), ("OVERLOADED", "ordering.csp"));
    assert_eq!(info.metadata["limit"], limit);
    let delay = status.get_details_retry_info().unwrap().retry_delay.unwrap();
    assert!(delay >= Duration::from_millis(500) && delay <= Duration::from_millis(1500));
    assert_eq!(status.get_details_quota_failure().unwrap().violations.len(), 1);
}

#[tokio::test]
async fn a_call_beyond_the_limit_is_refused_at_once_and_health_is_not() {
    let world = World::with(Engine::Postgres, |plan| plan.ordering.common.grpc.max_in_flight = 2);
    let world = world.await;
    let database = world.database("ordering").await;
    let lock = database.reader().begin().await.unwrap();
    lock.execute_unprepared("LOCK TABLE offers IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let address = world.cluster.ordering.address;
    // Over all connections, not within one.
    let waiting = [(); 2].map(|()| async {
        let raw = Raw::connect(address).await;
        let offer_id = format!("offer-{}", new_id());
        let offer = Some(everywhere());
        let request =
            CreateOfferRequest { offer_id, offer, request_id: new_id(), validate_only: false };
        raw.call(CREATE, &request, &[]).await
    });
    let [first, second] = waiting;
    let pressed = async {
        let raw = Raw::connect(address).await;
        let list = ListOffersRequest::default();
        let patience = Clock::system().stopwatch();
        let refused = loop {
            let watch = Clock::system().stopwatch();
            let answer =
                tokio::time::timeout(Duration::from_millis(50), raw.call(LIST, &list, &[]));
            // Until both of the others are in, a list has a slot, and waits for the table.
            match answer.await {
                Ok(status) => break (status, watch.elapsed()),
                Err(_) => assert!(patience.elapsed() < Duration::from_secs(10)),
            }
        };
        is_a_refusal_with_a_delay(&refused.0, "2");
        assert!(refused.1 < Duration::from_millis(50), "{:?}", refused.1);
        let health = raw.call(HEALTH, &HealthCheckRequest::default(), &[]).await;
        assert_eq!(health.code(), Code::Ok);
        lock.rollback().await.unwrap();
        raw
    };
    let (first, second, raw) = tokio::join!(first, second, pressed);
    assert_eq!([first.code(), second.code()], [Code::Ok; 2], "what was let in is done");
    let after = raw.call(LIST, &ListOffersRequest::default(), &[]).await;
    assert_eq!(after.code(), Code::Ok, "{after:?}");
}

#[tokio::test]
async fn a_connection_beyond_the_limit_is_told_so_and_served_health() {
    let world = World::with(Engine::Sqlite, |plan| plan.ordering.common.grpc.max_connections = 2);
    let world = world.await;
    let address = world.cluster.ordering.address;
    // The cast holds the first.
    let second = Raw::connect(address).await;
    let list = ListOffersRequest::default();
    assert_eq!(second.call(LIST, &list, &[]).await.code(), Code::Ok);
    let third = Raw::connect(address).await;
    is_a_refusal_with_a_delay(&third.call(LIST, &list, &[]).await, "128");
    let health = third.call(HEALTH, &HealthCheckRequest::default(), &[]).await;
    assert_eq!(health.code(), Code::Ok);
    drop(second);
    let patience = Clock::system().stopwatch();
    while Raw::connect(address).await.call(LIST, &list, &[]).await.code() != Code::Ok {
        assert!(patience.elapsed() < Duration::from_secs(5), "room does not come back");
        sleep(Duration::from_millis(10)).await;
    }
}
