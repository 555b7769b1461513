use std::{net::SocketAddr, time::Duration};

use cluster::scenario_client::{new_id, offer_in_every_market};
use contracts::ordering::{
    CreateOfferRequest, ListOffersRequest, ordering_service_client::OrderingServiceClient,
};
use rpc_client::{Channel, Settings};
use sea_orm::ConnectionTrait;
use tests::{
    Engine, World,
    fleet::{Fleet, serving},
};
use tokio::{net::TcpStream, time::sleep};
use tonic::Code;
use types::Clock;

use crate::{deadlines::statements, raw::Raw};

const LIST: &str = "csp.ordering.v1.OrderingService/ListOffers";
const CREATE: &str = "csp.ordering.v1.OrderingService/CreateOffer";
const SERVICE: &str = "csp.ordering.v1.OrderingService";

fn offer() -> CreateOfferRequest {
    CreateOfferRequest {
        offer_id: "stored".to_owned(),
        offer: Some(offer_in_every_market()),
        request_id: new_id(),
        validate_only: false,
    }
}

#[tokio::test]
async fn a_stopping_service_reports_not_serving_serves_on_and_exits_with_0() {
    let mut fleet = Fleet::on(Engine::Sqlite, 1, &[("GRPC__DRAIN", "3s")]).await;
    let at: SocketAddr = fleet.address("ordering", 0).parse().unwrap();
    let url = format!("http://{at}");
    assert!(serving(&url, "").await && serving(&url, SERVICE).await);
    let old = Raw::connect(at).await;
    let watch = Clock::system().stopwatch();
    let ordering = fleet.take("ordering", 0);
    ordering.signal("TERM");
    while serving(&url, SERVICE).await {
        assert!(watch.elapsed() < Duration::from_millis(2500), "health still reports SERVING");
        sleep(Duration::from_millis(5)).await;
    }
    assert!(!serving(&url, "").await);
    assert!(serving(&url, "liveness").await, "a process that drains is alive");
    let list = ListOffersRequest::default();
    assert_eq!(old.call(LIST, &list, &[]).await.code(), Code::Ok);
    let new = Raw::connect(at).await;
    assert_eq!(new.call(LIST, &list, &[]).await.code(), Code::Ok, "new connections are served");
    assert!(ordering.exit_success());
    assert!(watch.elapsed() >= Duration::from_secs(3), "exited before the drain was over");
    assert!(watch.elapsed() < Duration::from_secs(9), "the stop took {:?}", watch.elapsed());
    assert!(TcpStream::connect(at).await.is_err());
}

#[tokio::test]
async fn a_call_in_flight_at_the_stop_is_answered() {
    let world = World::on(Engine::Postgres).await;
    let database = world.database("ordering").await;
    let lock = database.reader().begin().await.unwrap();
    lock.execute_unprepared("LOCK TABLE offers IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let address = world.cluster.ordering.address;
    let raw = Raw::connect(address).await;
    let offer = offer();
    let release = async {
        // The server closes the listener in its last phase.
        while TcpStream::connect(address).await.is_ok() {
            sleep(Duration::from_millis(5)).await;
        }
        lock.rollback().await.unwrap();
    };
    let observer = world.database("ordering").await;
    let ordering = world.cluster.ordering;
    let stop = async {
        while statements(&observer).await == 0 {
            sleep(Duration::from_millis(5)).await;
        }
        ordering.stop().await;
    };
    let (status, (), ()) = tokio::join!(raw.call(CREATE, &offer, &[]), stop, release);
    assert_eq!(status.code(), Code::Ok, "{status:?}");
}

#[tokio::test]
async fn a_connection_past_its_age_closes_without_a_failed_call() {
    let age = Duration::from_millis(200);
    let world = World::with(Engine::Sqlite, |plan| plan.ordering.common.grpc.connection_age = age);
    let world = world.await;
    let address = world.cluster.ordering.address;
    let raw = Raw::connect(address).await;
    let (timeout, connections) = (Duration::from_secs(5), 2);
    let channel = Channel::new(Settings {
        urls: address.into(),
        timeout,
        connections,
        credentials: Default::default(),
    });
    let mut client = OrderingServiceClient::new(channel);
    let watch = Clock::system().stopwatch();
    while !raw.is_closed() || watch.elapsed() < age * 5 {
        client.list_offers(ListOffersRequest::default()).await.unwrap();
        assert!(watch.elapsed() < Duration::from_secs(10), "the connection stays open");
    }
}
