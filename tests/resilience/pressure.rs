use std::{
    convert::Infallible,
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use cluster::scenario_client::{new_id, offer_in_every_market};
use contracts::ordering::{CreateOfferRequest, GetOfferRequest, ListOffersRequest};
use http::Request;
use http_body::{Body, Frame};
use hyper::client::conn::http2::handshake;
use hyper_util::rt::{TokioExecutor, TokioIo};
use sea_orm::ConnectionTrait;
use tests::{Engine, World};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinHandle,
    time::sleep,
};
use tonic::{Code, Status};
use tonic_health::pb::HealthCheckRequest;
use tonic_types::StatusExt;
use types::Clock;

use crate::raw::{Raw, info};

const CREATE: &str = "csp.ordering.v1.OrderingService/CreateOffer";
const LIST: &str = "csp.ordering.v1.OrderingService/ListOffers";
/// Longest time of a refusal, on a machine that is busy with other tests.
const AT_ONCE: Duration = Duration::from_millis(500);
const HEALTH: &str = "grpc.health.v1.Health/Check";

fn assert_overloaded(status: &Status, limit: &str) {
    assert_eq!(status.code(), Code::ResourceExhausted, "{status:?}");
    let info = info(status);
    assert_eq!((&*info.reason, &*info.domain), ("OVERLOADED", "ordering.csp"));
    assert_eq!(info.metadata["limit"], limit);
    let delay = status.get_details_retry_info().unwrap().retry_delay.unwrap();
    assert!(delay >= Duration::from_millis(500) && delay <= Duration::from_millis(1500));
    assert_eq!(status.get_details_quota_failure().unwrap().violations.len(), 1);
}

#[tokio::test]
async fn a_call_over_the_limit_is_refused_at_once_but_health_is_served() {
    let world = World::with(Engine::Postgres, |plan| plan.ordering.common.grpc.max_in_flight = 2);
    let world = world.await;
    let database = world.database("ordering").await;
    let lock = database.reader().begin().await.unwrap();
    lock.execute_unprepared("LOCK TABLE offers IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let address = world.cluster.ordering.address;
    // The limit is over all connections.
    let waiting = [(); 2].map(|()| async {
        let raw = Raw::connect(address).await;
        let offer_id = format!("offer-{}", new_id());
        let offer = Some(offer_in_every_market());
        let request =
            CreateOfferRequest { offer_id, offer, request_id: new_id(), validate_only: false };
        raw.call(CREATE, &request, &[]).await
    });
    let [first, second] = waiting;
    let over_limit = async {
        let raw = Raw::connect(address).await;
        let list = ListOffersRequest::default();
        let total = Clock::system().stopwatch();
        let refused = loop {
            let watch = Clock::system().stopwatch();
            let response = tokio::time::timeout(AT_ONCE, raw.call(LIST, &list, &[]));
            // Until both creations have started, the list is admitted and waits for the table.
            match response.await {
                Ok(status) => break (status, watch.elapsed()),
                Err(_) => assert!(total.elapsed() < Duration::from_secs(10)),
            }
        };
        assert_overloaded(&refused.0, "2");
        assert!(refused.1 < AT_ONCE, "{:?}", refused.1);
        let health = raw.call(HEALTH, &HealthCheckRequest::default(), &[]).await;
        assert_eq!(health.code(), Code::Ok);
        lock.rollback().await.unwrap();
        raw
    };
    let (first, second, raw) = tokio::join!(first, second, over_limit);
    assert_eq!([first.code(), second.code()], [Code::Ok; 2], "admitted calls complete");
    let after = raw.call(LIST, &ListOffersRequest::default(), &[]).await;
    assert_eq!(after.code(), Code::Ok, "{after:?}");
}

#[tokio::test]
async fn a_connection_over_the_limit_gets_refusals_and_health() {
    let world = World::with(Engine::Sqlite, |plan| plan.ordering.common.grpc.max_connections = 2);
    let world = world.await;
    let address = world.cluster.ordering.address;
    let list = ListOffersRequest::default();
    let busy = [unending_call(address).await, unending_call(address).await];
    let third = Raw::connect(address).await;
    assert_overloaded(&third.call(LIST, &list, &[]).await, "48");
    let health = third.call(HEALTH, &HealthCheckRequest::default(), &[]).await;
    assert_eq!(health.code(), Code::Ok);
    let mut silent = Vec::new();
    for _ in 0..100 {
        silent.push(TcpStream::connect(address).await.unwrap());
    }
    let last = Raw::connect(address).await;
    let health = last.call(HEALTH, &HealthCheckRequest::default(), &[]).await;
    assert_eq!(health.code(), Code::Ok, "after many silent connections");
    for call in busy {
        call.await.unwrap();
    }
    let next = Raw::connect(address).await;
    assert_eq!(next.call(LIST, &list, &[]).await.code(), Code::Ok, "an idle connection makes way");
}

/// Starts a call on a new connection that sends no message.
async fn unending_call(address: SocketAddr) -> JoinHandle<()> {
    let stream = TokioIo::new(TcpStream::connect(address).await.unwrap());
    let (mut connection, driver) = handshake(TokioExecutor::new(), stream).await.unwrap();
    deadline::spawn(driver);
    let request = Request::post(format!("http://{address}/{LIST}"))
        .header("content-type", "application/grpc")
        .body(Never)
        .unwrap();
    let call = deadline::spawn(async move { drop(connection.send_request(request).await) });
    sleep(Duration::from_millis(100)).await;
    call
}

#[tokio::test]
async fn headers_over_16_kib_are_refused_and_the_connection_stays_open() {
    let world = World::on(Engine::Sqlite).await;
    let raw = Raw::connect(world.cluster.ordering.address).await;
    let list = ListOffersRequest::default();
    let large = "x".repeat(15 * 1024);
    assert_eq!(raw.call(LIST, &list, &[("x-other", &large)]).await.code(), Code::Ok);
    let too_large = "x".repeat(17 * 1024);
    let refused = raw.try_call(LIST, &list, &[("x-other", &too_large)]).await;
    assert_eq!(refused.unwrap_err(), 431, "Request Header Fields Too Large");
    assert_eq!(raw.call(LIST, &list, &[]).await.code(), Code::Ok);
}

#[tokio::test]
async fn bytes_that_are_no_message_are_an_invalid_argument() {
    let world = World::on(Engine::Sqlite).await;
    let raw = Raw::connect(world.cluster.ordering.address).await;
    // The first field is a string here, and an integer in the list request.
    let other = GetOfferRequest { name: "offers/mail".to_owned() };
    let status = raw.call(LIST, &other, &[]).await;
    assert_eq!(status.code(), Code::InvalidArgument, "{status:?}");
    assert!(status.message().contains("message cannot be read: "), "{status:?}");
    assert_eq!(info(&status).reason, "INVALID_FIELDS");
}

/// A body without a message or an end.
struct Never;

impl Body for Never {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Pending
    }
}

#[tokio::test]
async fn calls_without_a_message_fill_only_the_limit_of_their_connection() {
    let world = World::with(Engine::Sqlite, |plan| {
        plan.ordering.common.grpc.max_in_flight = 4;
        plan.ordering.common.grpc.max_in_flight_per_connection = 2;
    });
    let world = world.await;
    let address = world.cluster.ordering.address;
    let stream = TokioIo::new(TcpStream::connect(address).await.unwrap());
    let (connection, driver) = handshake(TokioExecutor::new(), stream).await.unwrap();
    deadline::spawn(driver);
    let watch = Clock::system().stopwatch();
    let calls = (0..8).map(|_| {
        let request = Request::post(format!("http://{address}/{LIST}"))
            .header("content-type", "application/grpc")
            .body(Never)
            .unwrap();
        let mut connection = connection.clone();
        deadline::spawn(async move { connection.send_request(request).await.unwrap() })
    });
    let calls: Vec<_> = calls.collect();
    let other = Raw::connect(address).await;
    let status = other.call(LIST, &ListOffersRequest::default(), &[]).await;
    assert_eq!(status.code(), Code::Ok, "another connection is below its limit: {status:?}");
    let mut codes = Vec::new();
    for call in calls {
        let response = call.await.unwrap();
        let status = Status::from_header_map(response.headers()).unwrap();
        codes.push((status.code(), info(&status).reason));
    }
    codes.sort_by_key(|(code, _)| i32::from(*code));
    let late = (Code::DeadlineExceeded, "DEADLINE_EXCEEDED".to_owned());
    assert_eq!(codes[..2], [late.clone(), late]);
    let overloaded = (Code::ResourceExhausted, "OVERLOADED".to_owned());
    assert!(codes[2..].iter().all(|it| *it == overloaded), "{codes:?}");
    assert!(watch.elapsed() < Duration::from_secs(8), "{:?}", watch.elapsed());
}

#[tokio::test]
async fn a_connection_without_http_2_is_closed() {
    let world = World::on(Engine::Sqlite).await;
    let mut stream = TcpStream::connect(world.cluster.ordering.address).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    let mut bytes = Vec::new();
    let closed = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut bytes));
    let _ = closed.await.expect("the connection is closed");
}
