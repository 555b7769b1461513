//! The cluster behind a real Envoy, by the example that stands in `tests/envoy`.

mod sidecar;

use std::{cell::Cell, time::Duration};

use cluster::scenario_client::ScenarioClient;
use contracts::onboarding::{
    ListOrganizationsRequest, onboarding_service_client::OnboardingServiceClient,
};
use serde_json::Value;
use tests::{Engine, process::Process};
use tonic::{Code, Request};
use types::Clock;

use sidecar::Sidecar;

use crate::{
    http,
    trio::{Trio, sale},
};

const LIST: &str = "csp.onboarding.v1.OnboardingService/ListOrganizations";

async fn in_front_of(trio: &Trio) -> Sidecar {
    let [onboarding, relationship, ordering] = trio.addresses();
    Sidecar::before([&[onboarding], &[relationship], &[ordering]]).await
}

#[tokio::test]
async fn calls_reach_the_service_that_they_name_as_grpc_and_as_json() {
    if !sidecar::is_here() {
        return;
    }
    let trio = Trio::on(Engine::Sqlite).await;
    let _services = trio.start_all().await;
    let envoy = in_front_of(&trio).await;
    let cast = ScenarioClient::at([envoy.address.parse().unwrap(); 3], Clock::system());
    let order = sale(&cast).await.unwrap();
    assert!(!cast.place(order).await.unwrap().name.is_empty());

    let method = "csp.relationship.v1.RelationshipService/GetMarket";
    let answer = http::post_json(&envoy.address, method, r#"{"country_code": "NO"}"#).unwrap();
    assert_eq!(answer.status, 200, "{answer:?}");
    let market: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(market["market"]["currencyCode"], "NOK");

    let method = "csp.ordering.v1.OrderingService/PlaceSomething";
    let answer = http::post_json(&envoy.address, method, "{}").unwrap();
    assert_eq!(answer.status, 404, "{answer:?}");
}

#[tokio::test]
async fn a_refusal_keeps_its_details_in_json() {
    if !sidecar::is_here() {
        return;
    }
    let trio = Trio::on(Engine::Sqlite).await;
    let _services = trio.start_all().await;
    let envoy = in_front_of(&trio).await;
    let cast = trio.cast();
    let mut order = sale(&cast).await.unwrap();
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
    let answer = http::post_json(&envoy.address, method, &body.to_string()).unwrap();
    assert_eq!(answer.status, 400, "{answer:?}");
    let status: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(status["code"], Code::FailedPrecondition as i32);
    let [info, refusal] = status["details"].as_array().unwrap().as_slice() else {
        panic!("{status}");
    };
    assert_eq!(info["domain"], "relationship.csp", "{status}");
    assert_eq!(info["metadata"]["responsible"], "seller", "{status}");
    assert_eq!(refusal["violations"][0]["type"], "ORD-2", "{status}");
}

#[tokio::test]
async fn a_deadline_of_the_caller_ends_a_call_that_nobody_answers() {
    if !sidecar::is_here() {
        return;
    }
    let trio = Trio::on(Engine::Sqlite).await;
    let onboarding = trio.start("onboarding").await;
    let [address, ..] = trio.addresses();
    let envoy = Sidecar::before([&[address], &[], &[]]).await;
    onboarding.signal("STOP");
    let answer = http::post_grpc(&envoy.address, LIST, "300m").unwrap();
    let deadline_exceeded = format!("grpc-status: {}", Code::DeadlineExceeded as i32);
    assert!(answer.headers.contains(&deadline_exceeded), "{answer:?}");
    onboarding.signal("CONT");
}

/// Two processes of onboarding on one database, and an Envoy before them.
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

/// Calls that go on while something happens to a server; none of them may fail.
#[derive(Default)]
struct Calls {
    answered: Cell<u64>,
    enough: Cell<bool>,
}

impl Calls {
    async fn go_on(&self, envoy: &Sidecar) {
        let mut client = OnboardingServiceClient::new(envoy.channel().await);
        while !self.enough.get() {
            let mut request = Request::new(ListOrganizationsRequest::default());
            request.set_timeout(Duration::from_secs(10));
            client.list_organizations(request).await.unwrap();
            self.answered.set(self.answered.get() + 1);
        }
    }

    /// Waits for so many answers from now on.
    async fn more(&self, count: u64, envoy: &Sidecar) {
        let wanted = self.answered.get() + count;
        envoy.until("calls are answered", || self.answered.get() >= wanted).await;
    }

    /// Lets several callers call while `happens` goes on.
    async fn during(&self, envoy: &Sidecar, happens: impl Future<Output = ()>) {
        let happens = async {
            self.more(50, envoy).await;
            happens.await;
            self.more(50, envoy).await;
            self.enough.set(true);
        };
        let callers = [(); 3].map(|()| self.go_on(envoy));
        let [one, two, three] = callers;
        tokio::join!(happens, one, two, three);
    }
}

#[tokio::test]
async fn no_call_fails_when_one_of_two_servers_dies() {
    if !sidecar::is_here() {
        return;
    }
    let Pair { envoy, leaving, leaving_address, _staying, _trio } = Pair::start().await;
    let calls = Calls::default();
    let dies = async {
        leaving.kill();
        envoy.until("it is avoided", || !envoy.is_healthy(&leaving_address)).await;
    };
    calls.during(&envoy, dies).await;
    assert!(envoy.calls_of(&leaving_address) > 0, "it never had a call");
}

#[tokio::test]
async fn a_server_that_is_told_to_stop_gets_no_new_calls() {
    if !sidecar::is_here() {
        return;
    }
    let Pair { envoy, leaving, leaving_address, _staying, _trio } = Pair::start().await;
    let calls = Calls::default();
    let stops = async {
        leaving.signal("TERM");
        // It still answers meanwhile, so nothing but what it says of its health can tell.
        envoy.until("it is avoided", || !envoy.is_healthy(&leaving_address)).await;
        let before = envoy.calls_of(&leaving_address);
        assert!(before > 0, "it never had a call");
        calls.more(50, &envoy).await;
        assert_eq!(envoy.calls_of(&leaving_address), before);
    };
    calls.during(&envoy, stops).await;
    assert!(leaving.ended_well(), "it was cut off");
}
