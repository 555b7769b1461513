//! The calls that are measured.

use std::{future::Future, sync::Arc, time::Duration};

use bytes::Bytes;
use cluster::scenario_client::new_id;
use contracts::{
    ordering::{PlaceOrderRequest, ordering_service_client::OrderingServiceClient},
    relationship::{
        CheckTransactionRequest, CheckTransactionResponse, DecisionView, Verdict,
        relationship_service_client::RelationshipServiceClient,
    },
};
use tests::Engine;
use tokio::time::sleep;
use tonic::{
    Code, Request, Status,
    transport::{Channel, Endpoint},
};
use types::Clock;

use crate::{echo, world::World};

/// Connections to a service; calls use them in turn.
const CONNECTIONS: usize = 4;
/// Deadline of a call.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Longest time until a server accepts connections.
const START_TIMEOUT: Duration = Duration::from_secs(20);

/// A call of one kind. Calls are numbered from 0, and are not retried.
pub trait Call: Clone + Send + Sync + 'static {
    /// Makes one call.
    fn call(&self, number: u64) -> impl Future<Output = Result<(), Status>> + Send;
}

/// Plain connections of tonic, which retry nothing.
#[derive(Debug, Clone)]
pub struct Channels(Arc<[Channel]>);

impl Channels {
    /// Connects, as soon as the server accepts connections.
    pub async fn connect(url: &str) -> Self {
        let mut channels = Vec::new();
        while channels.len() < CONNECTIONS {
            channels.push(connect(url).await);
        }
        Self(channels.into())
    }

    fn pick(&self, number: u64) -> Channel {
        self.0[number as usize % self.0.len()].clone()
    }
}

async fn connect(url: &str) -> Channel {
    let endpoint = Endpoint::from_shared(url.to_owned()).expect("it is a URL");
    let watch = Clock::system().stopwatch();
    loop {
        match endpoint.connect().await {
            Ok(channel) => return channel,
            Err(error) => assert!(watch.elapsed() < START_TIMEOUT, "{url}: {error}"),
        }
        sleep(Duration::from_millis(5)).await;
    }
}

/// Which customer a call uses.
#[derive(Debug, Clone, Copy)]
pub enum Pick {
    /// Any, in an order that repeats with each run.
    Random,
    /// One after another.
    InTurn,
}

impl Pick {
    fn customer(self, number: u64) -> u64 {
        match self {
            Self::Random => split_mix(number),
            Self::InTurn => number,
        }
    }
}

/// The generator SplitMix64 at this position.
const fn split_mix(number: u64) -> u64 {
    let z = number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn within_timeout<T>(message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.set_timeout(TIMEOUT);
    request
}

/// Places an order through a reseller.
#[derive(Debug, Clone)]
pub struct PlaceOrder {
    pub channels: Channels,
    pub world: Arc<World>,
}

impl Call for PlaceOrder {
    async fn call(&self, number: u64) -> Result<(), Status> {
        let order = self.world.order(Pick::Random.customer(number));
        let request =
            PlaceOrderRequest { order: Some(order), request_id: new_id(), ..Default::default() };
        let mut client = OrderingServiceClient::new(self.channels.pick(number));
        client.place_order(within_timeout(request)).await.map(drop)
    }
}

/// Checks a transaction through a reseller, which must be allowed.
#[derive(Debug, Clone)]
pub struct Check {
    pub channels: Channels,
    pub world: Arc<World>,
    pub pick: Pick,
}

impl Check {
    /// The request for a customer, with the view that ordering uses.
    pub fn request(&self, customer: u64) -> CheckTransactionRequest {
        CheckTransactionRequest {
            transaction: Some(self.world.transaction(customer)),
            view: DecisionView::Full.into(),
        }
    }

    /// Makes one call and returns the response.
    pub async fn response(&self, number: u64) -> Result<CheckTransactionResponse, Status> {
        let request = self.request(self.pick.customer(number));
        let mut client = RelationshipServiceClient::new(self.channels.pick(number));
        Ok(client.check_transaction(within_timeout(request)).await?.into_inner())
    }
}

impl Call for Check {
    async fn call(&self, number: u64) -> Result<(), Status> {
        let decision = self.response(number).await?.decision.unwrap_or_default();
        match decision.verdict() {
            Verdict::Allowed => Ok(()),
            other => {
                let text = format!("the verdict is {}", other.as_str_name());
                Err(Status::new(Code::FailedPrecondition, text))
            }
        }
    }
}

/// Calls the echo server.
#[derive(Debug, Clone)]
pub struct EchoCall {
    pub channels: Channels,
    pub request: Bytes,
}

impl Call for EchoCall {
    async fn call(&self, number: u64) -> Result<(), Status> {
        echo::call(self.channels.pick(number), self.request.clone()).await.map(drop)
    }
}

/// The name of an engine in output.
pub const fn engine_name(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "sqlite",
        Engine::Postgres => "postgres",
    }
}
