//! Orders, again and again.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use cluster::{
    Cast,
    cast::{Answer, new_id, order},
};
use contracts::{
    ordering::{Order, PlaceOrderRequest, ordering_service_client::OrderingServiceClient},
    relationship::ProductFamily,
};
use kernel::Clock;
use peer::{Channel, Settings};
use tokio::time::sleep;
use tonic::Status;

/// Pause before an order is placed again that was not answered.
const AGAIN: Duration = Duration::from_millis(20);

/// An order of a direct-bill partner to which nothing stands in the way.
///
/// # Errors
/// What was answered on the way to it.
pub async fn sale(cast: &Cast) -> Answer<Order> {
    let direct = cast.direct_bill("FR").await?;
    let customer = cast.customer("FR").await?;
    cast.ready(&customer, &[&direct]).await?;
    let offer = cast.offer(ProductFamily::Microsoft365).await?;
    Ok(order(&direct, None, &customer, &offer))
}

/// A client that places one order again and again.
#[derive(Debug, Clone)]
pub struct Buyer {
    ordering: OrderingServiceClient<Channel>,
    order: Order,
}

/// What came of placing an order.
#[derive(Debug)]
pub struct Placed {
    /// Its request id.
    pub request_id: String,
    /// The name of the order, where it was accepted.
    pub order: Option<String>,
    /// What was answered before that.
    pub failures: Vec<Status>,
    /// From the first call to the last answer.
    pub took: Duration,
}

impl Buyer {
    /// Calls ordering at these URLs and waits so long for each answer.
    ///
    /// # Panics
    /// When they are none.
    #[must_use]
    pub fn at(urls: &str, timeout: Duration, order: Order) -> Self {
        let urls = urls.parse().expect("they are URLs");
        let channel = Channel::new(Settings { urls, timeout, connections: 4 });
        Self { ordering: OrderingServiceClient::new(channel), order }
    }

    /// Places the order once; gives its name.
    ///
    /// # Errors
    /// What was answered.
    pub async fn place(&self, request_id: &str) -> Answer<String> {
        let order = Some(self.order.clone());
        let request_id = request_id.to_owned();
        let request = PlaceOrderRequest { order, request_id, validate_only: false };
        let answer = self.ordering.clone().place_order(request).await?.into_inner();
        Ok(answer.order.unwrap_or_default().name)
    }

    /// Places orders, one after another, until `stop`. With `again` each is placed with its own
    /// request id until it is accepted.
    pub async fn keep_placing(&self, stop: &AtomicBool, again: bool) -> Vec<Placed> {
        let mut all = Vec::new();
        while !stop.load(Ordering::Relaxed) {
            all.push(self.place_one(again).await);
        }
        all
    }

    /// Places one order, with `again` until it is accepted.
    pub async fn place_one(&self, again: bool) -> Placed {
        let (request_id, watch) = (new_id(), Clock::system().stopwatch());
        let mut failures = Vec::new();
        let order = loop {
            match self.place(&request_id).await {
                Ok(order) => break Some(order),
                Err(status) => failures.push(status),
            }
            if !again {
                break None;
            }
            sleep(AGAIN).await;
        };
        Placed { request_id, order, failures, took: watch.elapsed() }
    }

    /// Lets workers place orders while something happens; gives all that they placed.
    ///
    /// # Panics
    /// When a worker did.
    pub async fn during<T>(
        &self,
        workers: usize,
        again: bool,
        event: impl Future<Output = T>,
    ) -> (Vec<Placed>, T) {
        let stop = Arc::new(AtomicBool::new(false));
        let worker = || {
            let (buyer, stop) = (self.clone(), stop.clone());
            task::spawn(async move { buyer.keep_placing(&stop, again).await })
        };
        let workers: Vec<_> = (0..workers).map(|_| worker()).collect();
        let happened = event.await;
        stop.store(true, Ordering::Relaxed);
        let mut all = Vec::new();
        for worker in workers {
            all.extend(worker.await.expect("a worker panicked"));
        }
        (all, happened)
    }
}
