//! Orders, again and again.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use cluster::{
    ScenarioClient,
    scenario_client::{Answer, new_id, order},
};
use contracts::{
    ordering::{
        ListOrdersRequest, Order, PlaceOrderRequest, ordering_service_client::OrderingServiceClient,
    },
    relationship::ProductFamily,
};
use rpc_client::{Channel, Settings};
use tokio::time::sleep;
use tonic::Status;
use types::Clock;

/// Pause before an order is placed again that was not answered.
const AGAIN: Duration = Duration::from_millis(20);

/// An order of a direct-bill partner to which nothing stands in the way.
///
/// # Errors
/// What was answered on the way to it.
pub async fn sale(cast: &ScenarioClient) -> Answer<Order> {
    let direct = cast.direct_bill("FR").await?;
    let customer = cast.customer("FR").await?;
    cast.onboard_customer(&customer, &[&direct]).await?;
    let offer = cast.offer(ProductFamily::Microsoft365).await?;
    Ok(order(&direct, None, &customer, &offer))
}

/// The names of all orders there are.
///
/// # Errors
/// What was answered.
pub async fn orders(cast: &ScenarioClient) -> Answer<Vec<String>> {
    let mut names = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = ListOrdersRequest { page_size: 1000, page_token, ..Default::default() };
        let page = cast.ordering.clone().list_orders(request).await?.into_inner();
        names.extend(page.orders.into_iter().map(|it| it.name));
        if page.next_page_token.is_empty() {
            return Ok(names);
        }
        page_token = page.next_page_token;
    }
}

/// A client that places one order again and again.
#[derive(Debug, Clone)]
pub struct Buyer {
    ordering: OrderingServiceClient<Channel>,
    order: Order,
}

impl Placed {
    /// Whether it was accepted.
    #[must_use]
    pub fn accepted(&self) -> bool {
        self.order.is_some()
    }
}

/// How long some calls took: the time that this share of them did not exceed, in percent.
#[must_use]
pub fn percentile<'a>(placed: impl Iterator<Item = &'a Placed>, percent: usize) -> Duration {
    let mut all: Vec<_> = placed.map(|it| it.took).collect();
    all.sort_unstable();
    let at = (all.len() * percent / 100).min(all.len().saturating_sub(1));
    all.get(at).copied().unwrap_or_default()
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

    /// Places orders at a steady rate for some time, whatever becomes of those before; each once.
    ///
    /// # Panics
    /// When placing one did.
    pub async fn place_at(&self, per_second: u32, time: Duration) -> Vec<Placed> {
        let watch = Clock::system().stopwatch();
        let mut calls = Vec::new();
        let mut ticks = tokio::time::interval(Duration::from_millis(1));
        while watch.elapsed() < time {
            ticks.tick().await;
            let due = watch.elapsed().as_secs_f64() * f64::from(per_second);
            while (calls.len() as f64) < due {
                let buyer = self.clone();
                calls.push(deadline::spawn(async move { buyer.place_one(false).await }));
            }
        }
        let mut all = Vec::new();
        for call in calls {
            all.push(call.await.expect("a call panicked"));
        }
        all
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
            deadline::spawn(async move { buyer.keep_placing(&stop, again).await })
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
