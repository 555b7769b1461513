//! Hostile clients: an attack costs a service bounded memory, and orders of other clients succeed.

use std::{
    convert::Infallible,
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use cluster::scenario_client::new_id;
use contracts::{
    ordering::{ListOrdersRequest, Order, PlaceOrderRequest},
    relationship::{Decision, RuleOutcome},
};
use futures_util::future::join_all;
use http::Request;
use http_body::{Body, Frame};
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, client::conn::http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use prost::Message;
use tests::{
    Engine,
    fleet::Fleet,
    load::{Buyer, Placed, percentile, sale},
};
use tokio::{net::TcpStream, sync::Mutex, time::sleep};
use tonic::{Code, Status};
use types::Clock;

use crate::raw::{Raw, framed};

const PLACE: &str = "csp.ordering.v1.OrderingService/PlaceOrder";
const LIST: &str = "csp.ordering.v1.OrderingService/ListOrders";
/// Most memory of a service, in KiB.
const MEMORY: u64 = 128 * 1024;
/// Highest p99 of the orders of other clients, in an unoptimized build on a machine that is busy with
/// other tests. Optimized and alone it is less than 300 ms.
const MAX_P99: Duration = Duration::from_secs(5);
/// One attack at a time, because each is measured.
static MEASURING: Mutex<()> = Mutex::const_new(());
/// Calls that one connection may have in flight.
const MAX_IN_FLIGHT: usize = 24;

/// One replica of each service, and a client that places orders.
async fn fleet() -> Result<(Fleet, SocketAddr, Buyer, Order), Status> {
    let fleet = Fleet::on(Engine::Sqlite, 1, &[]).await;
    let address = fleet.address("ordering", 0).parse().unwrap();
    let order = sale(&fleet.client()).await?;
    let buyer = Buyer::at(&fleet.urls("ordering"), Duration::from_secs(10), order.clone());
    Ok((fleet, address, buyer, order))
}

/// Asserts that memory of ordering stayed in its limit and that orders of other clients succeeded.
fn assert_unharmed(attack: &str, fleet: &Fleet, before: u64, placed: &[Placed]) {
    let (peak, after) = (fleet.peak_memory("ordering", 0), fleet.memory("ordering", 0));
    let [before, peak, after] = [before, peak, after].map(|it| it / 1024);
    let (p50, p99) = (percentile(placed.iter(), 50), percentile(placed.iter(), 99));
    println!(
        "{attack}: {before} MiB before, {peak} peak, {after} after; {} other orders, \
         p50 {p50:?}, p99 {p99:?}",
        placed.len()
    );
    let failed: Vec<_> = placed.iter().flat_map(|it| &it.failures).collect();
    assert!(failed.is_empty(), "{} of {} failed: {:?}", failed.len(), placed.len(), failed[0]);
    assert!(placed.len() > 10 && p99 < MAX_P99, "{} orders, p99 {p99:?}", placed.len());
    assert!(peak < MEMORY / 1024, "{peak} MiB");
}

/// An order of about this size, most of it in output-only fields.
fn padded(order: &Order, bytes: usize) -> PlaceOrderRequest {
    let outcomes = vec![RuleOutcome::default(); bytes / 2];
    let decision = Some(Decision { outcomes, ..Decision::default() });
    let order = Some(Order { decision, ..order.clone() });
    PlaceOrderRequest { order, request_id: new_id(), ..Default::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn padding_in_ignored_fields_takes_bounded_memory() -> Result<(), Status> {
    let _guard = MEASURING.lock().await;
    let (fleet, address, buyer, order) = fleet().await?;
    let before = fleet.memory("ordering", 0);
    let attack = async {
        let connection = Raw::connect(address).await;
        let mut codes = Vec::new();
        // An embedded database commits one order at a time and limits the wait.
        for (size, count) in
            [(60_000, MAX_IN_FLIGHT / 2), (260_000, MAX_IN_FLIGHT), (60_000, MAX_IN_FLIGHT / 2)]
        {
            let orders: Vec<_> = (0..count).map(|_| padded(&order, size)).collect();
            let calls = orders.iter().map(|it| connection.call(PLACE, it, &[]));
            codes.extend(join_all(calls).await.into_iter().map(|it| (size, it.code())));
        }
        codes
    };
    let (placed, codes) = buyer.during(1, false, attack).await;
    for (size, code) in codes {
        let expected = if size < 65_536 { Code::Ok } else { Code::InvalidArgument };
        assert_eq!(code, expected, "an order of {size} bytes");
    }
    assert_unharmed("padded orders", &fleet, before, &placed);
    Ok(())
}

/// A request body that sends one message and does not end.
struct Unended(Option<Bytes>);

impl Body for Unended {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match self.0.take() {
            Some(message) => Poll::Ready(Some(Ok(Frame::data(message)))),
            None => Poll::Pending,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_that_do_not_end_take_bounded_memory() -> Result<(), Status> {
    let _guard = MEASURING.lock().await;
    let (fleet, address, buyer, order) = fleet().await?;
    let before = fleet.memory("ordering", 0);
    let attack = async {
        let connection = connect(address, http2::Builder::new(TokioExecutor::new())).await;
        let calls = (0..MAX_IN_FLIGHT).map(|_| {
            let body = Unended(Some(framed(&padded(&order, 60_000))));
            connection.clone().send_request(request(address, PLACE, body))
        });
        let responses = join_all(calls).await.into_iter();
        responses.map(|it| Status::from_header_map(it.unwrap().headers()).unwrap().code()).collect()
    };
    let (placed, codes): (_, Vec<_>) = buyer.during(1, false, attack).await;
    assert_eq!(codes, [Code::DeadlineExceeded; MAX_IN_FLIGHT]);
    assert_unharmed("requests that do not end", &fleet, before, &placed);
    Ok(())
}

async fn connect<B>(
    address: SocketAddr,
    protocol: http2::Builder<TokioExecutor>,
) -> http2::SendRequest<B>
where
    B: Body<Data: Send, Error = Infallible> + Send + Unpin + 'static,
{
    let stream = TokioIo::new(TcpStream::connect(address).await.unwrap());
    let (connection, driver) = protocol.handshake(stream).await.unwrap();
    deadline::spawn(driver);
    connection
}

fn request<B>(address: SocketAddr, method: &str, body: B) -> Request<B> {
    Request::post(format!("http://{address}/{method}"))
        .header("content-type", "application/grpc")
        .body(body)
        .unwrap()
}

/// Calls a list on one connection with a window of one byte; returns the unread bodies and the number of
/// refused calls.
async fn unread_lists(address: SocketAddr, count: usize) -> (Vec<Incoming>, usize) {
    let mut protocol = http2::Builder::new(TokioExecutor::new());
    protocol.initial_stream_window_size(1);
    let connection = connect(address, protocol).await;
    let list = framed(&ListOrdersRequest { page_size: 50, ..Default::default() });
    let calls = (0..count).map(|_| {
        let body = Full::new(list.clone());
        connection.clone().send_request(request(address, LIST, body))
    });
    let responses: Vec<_> = join_all(calls).await.into_iter().map(Result::unwrap).collect();
    let (refused, started): (Vec<_>, Vec<_>) =
        responses.into_iter().partition(|it| it.headers().contains_key("grpc-status"));
    (started.into_iter().map(|it| it.into_body()).collect(), refused.len())
}

#[tokio::test(flavor = "multi_thread")]
async fn unread_responses_take_bounded_memory_and_are_cut_off() -> Result<(), Status> {
    let _guard = MEASURING.lock().await;
    let (fleet, address, buyer, order) = fleet().await?;
    let large = Order { lines: vec![order.lines[0].clone(); 300], ..order };
    let client = fleet.client();
    for _ in 0..12 {
        client.place(large.clone()).await?;
    }
    let before = fleet.memory("ordering", 0);
    let attack = async {
        let watch = Clock::system().stopwatch();
        let (bodies, refused) = unread_lists(address, 100).await;
        assert!(refused > 0, "the limit of the connection is reached");
        // Waits until the unread responses are cut off.
        sleep(Duration::from_secs(12).saturating_sub(watch.elapsed())).await;
        bodies
    };
    let (placed, bodies) = buyer.during(1, false, attack).await;
    for body in bodies {
        assert!(body.collect().await.is_err(), "an unread response was not cut off");
    }
    assert_unharmed("unread lists", &fleet, before, &placed);
    let list = ListOrdersRequest { page_size: 50, ..Default::default() };
    let page = client.ordering.clone().list_orders(list).await?.into_inner();
    assert!(page.encoded_len() <= 256 * 1024 + 200, "{} bytes", page.encoded_len());
    assert!(!page.next_page_token.is_empty() && page.orders.len() > 1);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn idle_connections_do_not_lock_out_new_ones() -> Result<(), Status> {
    let _guard = MEASURING.lock().await;
    let fleet = Fleet::on(Engine::Sqlite, 1, &[("GRPC__MAX_CONNECTIONS", "300")]).await;
    let address = fleet.address("ordering", 0).parse().unwrap();
    let mut idle = Vec::new();
    for _ in 0..400 {
        idle.push(Raw::connect(address).await);
    }
    let mut codes = Vec::new();
    for _ in 0..42 {
        let caller = Raw::connect(address).await;
        codes.push(caller.call(LIST, &ListOrdersRequest::default(), &[]).await.code());
    }
    let refused = codes.iter().filter(|it| **it != Code::Ok).count();
    assert_eq!(refused, 0, "{refused} of {} new callers were refused", codes.len());
    let open = idle.iter().filter(|it| !it.is_closed()).count();
    assert!(open <= 250, "{open} connections of one address are open");
    Ok(())
}
