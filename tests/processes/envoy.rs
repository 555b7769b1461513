//! The cluster behind Envoy, with the example of `tests/deployment/envoy`.

mod sidecar;

use std::{cell::Cell, time::Duration};

use cluster::scenario_client::ScenarioClient;
use contracts::onboarding::{
    ListOrganizationsRequest, onboarding_service_client::OnboardingServiceClient,
};
use serde_json::Value;
use tests::{Engine, http, process::Process};
use tonic::{Code, Request};
use types::Clock;

use sidecar::Sidecar;

use crate::trio::{Trio, sale};

const LIST: &str = "csp.onboarding.v1.OnboardingService/ListOrganizations";

async fn in_front_of(trio: &Trio) -> Sidecar {
    let [onboarding, relationship, ordering] = trio.addresses();
    Sidecar::before([&[onboarding], &[relationship], &[ordering]]).await
}

#[tokio::test]
async fn grpc_and_json_calls_reach_the_service_of_their_path() {
    if !sidecar::is_installed() {
        return;
    }
    let trio = Trio::on(Engine::Sqlite).await;
    let _services = trio.start_all().await;
    let envoy = in_front_of(&trio).await;
    let client = ScenarioClient::at([envoy.address.parse().unwrap(); 3], Clock::system());
    let order = sale(&client).await.unwrap();
    assert!(!client.place(order).await.unwrap().name.is_empty());

    let method = "csp.relationship.v1.RelationshipService/GetMarket";
    let response = http::post_json(&envoy.address, method, r#"{"country_code": "NO"}"#).unwrap();
    assert_eq!(response.status, 200, "{response:?}");
    let market: Value = serde_json::from_str(&response.body).unwrap();
    assert_eq!(market["market"]["currencyCode"], "NOK");

    let method = "csp.ordering.v1.OrderingService/PlaceSomething";
    let response = http::post_json(&envoy.address, method, "{}").unwrap();
    assert_eq!(response.status, 404, "{response:?}");
}

#[tokio::test]
async fn a_refusal_in_json_has_its_details() {
    if !sidecar::is_installed() {
        return;
    }
    let trio = Trio::on(Engine::Sqlite).await;
    let _services = trio.start_all().await;
    let envoy = in_front_of(&trio).await;
    let client = trio.client();
    let mut order = sale(&client).await.unwrap();
    order.partner_attestation_accepted = false;
    let line = &order.lines[0];
    let body = serde_json::json!({
        "request_id": cluster::scenario_client::new_id(),
        "order": {
            "seller": order.seller,
            "customer": order.customer,
            "lines": [{
                "offer": line.offer,
                "quantity": line.quantity,
                "term": "TERM_P1Y",
                "billing_cycle": "BILLING_CYCLE_MONTHLY",
                "currency_code": line.currency_code,
                "acting_as_direct_partner": true,
            }],
        },
    });
    let method = "csp.ordering.v1.OrderingService/PlaceOrder";
    let response = http::post_json(&envoy.address, method, &body.to_string()).unwrap();
    assert_eq!(response.status, 400, "{response:?}");
    let status: Value = serde_json::from_str(&response.body).unwrap();
    assert_eq!(status["code"], Code::FailedPrecondition as i32);
    let [info, precondition, refusal] = status["details"].as_array().unwrap().as_slice() else {
        panic!("{status}");
    };
    assert_eq!(info["domain"], "relationship.csp", "{status}");
    assert_eq!(info["metadata"]["responsible"], "seller", "{status}");
    assert_eq!(precondition["violations"][0]["type"], "ORD-2", "{status}");
    assert_eq!(refusal["violations"][0]["ruleId"], "ORD-2", "{status}");
}

#[tokio::test]
async fn the_deadline_of_the_caller_ends_an_unanswered_call() {
    if !sidecar::is_installed() {
        return;
    }
    let trio = Trio::on(Engine::Sqlite).await;
    let onboarding = trio.start("onboarding").await;
    let [address, ..] = trio.addresses();
    let envoy = Sidecar::before([&[address], &[], &[]]).await;
    onboarding.signal("STOP");
    let response = http::post_grpc(&envoy.address, LIST, "300m").unwrap();
    let deadline_exceeded = format!("grpc-status: {}", Code::DeadlineExceeded as i32);
    assert!(response.headers.contains(&deadline_exceeded), "{response:?}");
    onboarding.signal("CONT");
}

/// Two replicas of onboarding behind Envoy.
struct Pair {
    envoy: Sidecar,
    leaving: Process,
    leaving_address: String,
    _staying: Process,
    _trio: Trio,
}

impl Pair {
    async fn start() -> Self {
        let mut trio = Trio::on(Engine::Postgres).await;
        trio.set("GRPC__DRAIN", "4s");
        let staying = trio.start("onboarding").await;
        let (leaving, leaving_address) = trio.start_replica("onboarding").await;
        let [address, ..] = trio.addresses();
        let envoy = Sidecar::before([&[address, &leaving_address], &[], &[]]).await;
        Self { envoy, leaving, leaving_address, _staying: staying, _trio: trio }
    }
}

/// Calls in a loop, none of which may fail.
#[derive(Default)]
struct Calls {
    answered: Cell<u64>,
    stopped: Cell<bool>,
}

impl Calls {
    async fn call_until_stopped(&self, envoy: &Sidecar) {
        let mut client = OnboardingServiceClient::new(envoy.channel().await);
        while !self.stopped.get() {
            let mut request = Request::new(ListOrganizationsRequest::default());
            request.set_timeout(Duration::from_secs(10));
            client.list_organizations(request).await.unwrap();
            self.answered.set(self.answered.get() + 1);
        }
    }

    /// Waits for a number of further responses.
    async fn more(&self, count: u64, envoy: &Sidecar) {
        let wanted = self.answered.get() + count;
        envoy.until("calls are answered", || self.answered.get() >= wanted).await;
    }

    /// Calls from several clients during an event.
    async fn during(&self, envoy: &Sidecar, event: impl Future<Output = ()>) {
        let event = async {
            self.more(50, envoy).await;
            event.await;
            self.more(50, envoy).await;
            self.stopped.set(true);
        };
        let callers = [(); 3].map(|()| self.call_until_stopped(envoy));
        let [one, two, three] = callers;
        tokio::join!(event, one, two, three);
    }
}

#[tokio::test]
async fn no_call_fails_when_one_of_two_servers_is_killed() {
    if !sidecar::is_installed() {
        return;
    }
    let Pair { envoy, leaving, leaving_address, _staying, _trio } = Pair::start().await;
    let calls = Calls::default();
    let kill = async {
        leaving.kill();
        envoy.until("the server gets no calls", || !envoy.is_healthy(&leaving_address)).await;
    };
    calls.during(&envoy, kill).await;
    assert!(envoy.calls_of(&leaving_address) > 0, "the server got no call before");
}

#[tokio::test]
async fn a_stopping_server_gets_no_new_calls() {
    if !sidecar::is_installed() {
        return;
    }
    let Pair { envoy, leaving, leaving_address, _staying, _trio } = Pair::start().await;
    let calls = Calls::default();
    let stop = async {
        leaving.signal("TERM");
        // The server still answers, so Envoy can know only by its health.
        envoy.until("the server gets no calls", || !envoy.is_healthy(&leaving_address)).await;
        let before = envoy.calls_of(&leaving_address);
        assert!(before > 0, "the server got no call before");
        calls.more(50, &envoy).await;
        assert_eq!(envoy.calls_of(&leaving_address), before);
    };
    calls.during(&envoy, stop).await;
    assert!(leaving.exit_success(), "a call was cut off");
}
