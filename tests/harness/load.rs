//! Load: workers that place orders, in a loop or at a fixed rate.

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

/// Pause before a failed order is retried.
const RETRY_PAUSE: Duration = Duration::from_millis(20);

/// Sets up a direct-bill partner with a customer, and returns an order that violates no rule.
///
/// # Errors
/// The status of the first call that fails.
pub async fn sale(client: &ScenarioClient) -> Answer<Order> {
    let direct = client.direct_bill("FR").await?;
    let customer = client.customer("FR").await?;
    client.onboard_customer(&customer, &[&direct]).await?;
    let offer = client.offer(ProductFamily::Microsoft365).await?;
    Ok(order(&direct, None, &customer, &offer))
}

/// The names of all orders.
///
/// # Errors
/// The status of the call that fails.
pub async fn orders(client: &ScenarioClient) -> Answer<Vec<String>> {
    let mut names = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = ListOrdersRequest { page_size: 1000, page_token, ..Default::default() };
        let page = client.ordering.clone().list_orders(request).await?.into_inner();
        names.extend(page.orders.into_iter().map(|it| it.name));
        if page.next_page_token.is_empty() {
            return Ok(names);
        }
        page_token = page.next_page_token;
    }
}

/// A client that places the same order many times.
#[derive(Debug, Clone)]
pub struct Buyer {
    ordering: OrderingServiceClient<Channel>,
    order: Order,
}

impl Placed {
    /// Whether the order was accepted.
    #[must_use]
    pub fn accepted(&self) -> bool {
        self.order.is_some()
    }
}

/// A percentile of the durations of calls.
#[must_use]
pub fn percentile<'a>(placed: impl Iterator<Item = &'a Placed>, percent: usize) -> Duration {
    let mut all: Vec<_> = placed.map(|it| it.took).collect();
    all.sort_unstable();
    let at = (all.len() * percent / 100).min(all.len().saturating_sub(1));
    all.get(at).copied().unwrap_or_default()
}

/// The outcome of placing one order.
#[derive(Debug)]
pub struct Placed {
    /// Request id of all attempts.
    pub request_id: String,
    /// Name of the order, if it was accepted.
    pub order: Option<String>,
    /// Statuses of the failed attempts.
    pub failures: Vec<Status>,
    /// Time from the first attempt to the last response.
    pub took: Duration,
}

impl Buyer {
    /// A client of ordering at these URLs, with a timeout per call.
    ///
    /// # Panics
    /// If the URLs are invalid.
    #[must_use]
    pub fn at(urls: &str, timeout: Duration, order: Order) -> Self {
        let urls = urls.parse().expect("they are URLs");
        let channel = Channel::new(Settings {
            urls,
            timeout,
            connections: 4,
            credentials: Default::default(),
        });
        Self { ordering: OrderingServiceClient::new(channel), order }
    }

    /// Places the order in one attempt and returns its name.
    ///
    /// # Errors
    /// The status of the failed call.
    pub async fn place(&self, request_id: &str) -> Answer<String> {
        let order = Some(self.order.clone());
        let request_id = request_id.to_owned();
        let request = PlaceOrderRequest { order, request_id, ..Default::default() };
        let answer = self.ordering.clone().place_order(request).await?.into_inner();
        Ok(answer.order.unwrap_or_default().name)
    }

    /// Places orders one after another until `stop`. With `retry` each is retried, with its own
    /// request id, until it is accepted.
    pub async fn keep_placing(&self, stop: &AtomicBool, retry: bool) -> Vec<Placed> {
        let mut all = Vec::new();
        while !stop.load(Ordering::Relaxed) {
            all.push(self.place_one(retry).await);
        }
        all
    }

    /// Places one order; with `retry` until it is accepted.
    pub async fn place_one(&self, retry: bool) -> Placed {
        let (request_id, watch) = (new_id(), Clock::system().stopwatch());
        let mut failures = Vec::new();
        let order = loop {
            match self.place(&request_id).await {
                Ok(order) => break Some(order),
                Err(status) => failures.push(status),
            }
            if !retry {
                break None;
            }
            sleep(RETRY_PAUSE).await;
        };
        Placed { request_id, order, failures, took: watch.elapsed() }
    }

    /// Places orders at a fixed rate, without waiting for earlier ones and without retries.
    ///
    /// # Panics
    /// If a call panicked.
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

    /// Lets workers place orders until `event` completes; returns all outcomes and its output.
    ///
    /// # Panics
    /// If a worker panicked.
    pub async fn during<T>(
        &self,
        workers: usize,
        retry: bool,
        event: impl Future<Output = T>,
    ) -> (Vec<Placed>, T) {
        let stop = Arc::new(AtomicBool::new(false));
        let worker = || {
            let (buyer, stop) = (self.clone(), stop.clone());
            deadline::spawn(async move { buyer.keep_placing(&stop, retry).await })
        };
        let workers: Vec<_> = (0..workers).map(|_| worker()).collect();
        let output = event.await;
        stop.store(true, Ordering::Relaxed);
        let mut all = Vec::new();
        for worker in workers {
            all.extend(worker.await.expect("a worker panicked"));
        }
        (all, output)
    }
}
