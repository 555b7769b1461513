use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    time::Duration,
};

use cluster::scenario_client::{ScenarioClient, new_id};
use contracts::ordering::{
    ListOrdersRequest, Order, ordering_service_client::OrderingServiceClient,
};
use opentelemetry_proto::tonic::{
    common::v1::KeyValue,
    metrics::v1::{Metric, metric::Data},
};
use testbed::golden;
use tests::{
    Engine, failed,
    process::{Process, free_address},
};
use tonic::{Code, Request, Status};
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};

use crate::{
    collector::Collector,
    http,
    page::Page,
    trio::{Trio, sale},
};

const HEADER: &str = "\
Every metric of the three services: its name, type, unit, and the keys of its attributes.

This text is written by `GOLDEN=write cargo test -p tests --test processes metrics`.

";

const CALLS: &str = "rpc_server_call_duration_seconds_count";
const IN_FLIGHT: &str = "csp_rpc_server_calls_in_flight";
/// Longer than any test waits.
const PATIENCE: &str = "120s";

/// What a metric is, and the attributes of its points.
fn described(metric: &Metric) -> (&'static str, Vec<&KeyValue>) {
    match metric.data.as_ref().unwrap() {
        Data::Gauge(it) => ("gauge", it.data_points.iter().flat_map(|it| &it.attributes).collect()),
        Data::Sum(it) => (
            if it.is_monotonic { "counter" } else { "updowncounter" },
            it.data_points.iter().flat_map(|it| &it.attributes).collect(),
        ),
        Data::Histogram(it) => {
            ("histogram", it.data_points.iter().flat_map(|it| &it.attributes).collect())
        }
        other => panic!("{}: {other:?}", metric.name),
    }
}

/// How Prometheus spells it.
fn spelled(name: &str, kind: &str, unit: &str) -> String {
    let unit = if unit == "s" { "_seconds" } else { "" };
    let total = if kind == "counter" { "_total" } else { "" };
    format!("{}{unit}{total}", name.replace('.', "_"))
}

/// An accepted order, a refused one, one for a customer whom nobody knows, a call that its server
/// does not have, and one that is refused before its method sees it.
async fn play(trio: &Trio) -> Result<ScenarioClient, Status> {
    let cast = trio.cast();
    let order = sale(&cast).await?;
    cast.place(order.clone()).await?;
    let refused = Order { partner_attestation_accepted: false, ..order.clone() };
    assert_eq!(failed(cast.place(refused).await).code(), Code::FailedPrecondition);
    let nobody = format!("customers/{}", new_id());
    failed(cast.place(Order { customer: nobody, ..order }).await);
    let mut stranger = OrderingServiceClient::new(trio.channel("onboarding").await);
    let status = failed(stranger.list_orders(ListOrdersRequest::default()).await);
    let told = "this is csp.onboarding.v1.OnboardingService, which has no method \
                `csp.ordering.v1.OrderingService/ListOrders`; call ordering, which listens on port \
                50053 by default";
    assert_eq!((status.code(), status.message()), (Code::Unimplemented, told));
    let mut request = Request::new(ListOrdersRequest::default());
    request.metadata_mut().insert("grpc-timeout", "never".parse().unwrap());
    let mut plain = OrderingServiceClient::new(trio.channel("ordering").await);
    let status = failed(plain.list_orders(request).await);
    assert_eq!(status.code(), Code::InvalidArgument);
    Ok(cast)
}

fn end(services: [Process; 3]) {
    for service in services {
        service.signal("TERM");
        assert!(service.ended_well());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_are_those_of_the_golden_text_on_either_way() -> Result<(), Status> {
    let mut collector = Collector::start().await;
    let mut trio = Trio::on(Engine::Sqlite).await;
    trio.set("TELEMETRY__OTLP_ENDPOINT", &collector.endpoint());
    let pages = ["onboarding", "relationship", "ordering"].map(|it| (it, free_address()));
    for (service, address) in &pages {
        trio.set_for(service, "TELEMETRY__PROMETHEUS_LISTEN", address);
    }
    let services = trio.start_all().await;
    play(&trio).await?;
    let mut on_pages = BTreeSet::new();
    for (_, address) in &pages {
        on_pages.extend(Page::at(address).types().into_keys());
        assert_eq!(http::get(address, "/").unwrap().status, 404);
    }
    end(services);

    let mut found = BTreeMap::<_, (_, _, BTreeSet<_>)>::new();
    for sent in collector.metrics() {
        let (kind, attributes) = described(&sent.item);
        let name = (sent.item.name.clone(), kind, sent.item.unit.clone());
        let entry = found.entry(name.0).or_insert((name.1, name.2, BTreeSet::new()));
        entry.2.extend(attributes.into_iter().map(|it| it.key.clone()));
    }
    let mut text = HEADER.to_owned();
    for (name, (kind, unit, keys)) in &found {
        let unit = if unit.is_empty() { "-" } else { unit };
        let keys: Vec<_> = keys.iter().map(String::as_str).collect();
        writeln!(text, "{name:<34} {kind:<13} {unit:<14} {}", keys.join(" ")).unwrap();
    }
    golden("metrics.txt", &text);
    let spelled: BTreeSet<_> =
        found.iter().map(|(name, (kind, unit, _))| spelled(name, kind, unit)).collect();
    on_pages.remove("target_info");
    assert_eq!(on_pages, spelled, "the page has the same metrics");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_decided_and_refused_is_counted() -> Result<(), Status> {
    let mut trio = Trio::on(Engine::Sqlite).await;
    let pages = ["onboarding", "relationship", "ordering"].map(|it| (it, free_address()));
    for (service, address) in &pages {
        trio.set_for(service, "TELEMETRY__PROMETHEUS_LISTEN", address);
    }
    let services = trio.start_all().await;
    play(&trio).await?;
    let [onboarding, relationship, ordering] = pages.each_ref().map(|(_, it)| Page::at(it));
    for (page, metric, labels, expected) in [
        (&relationship, "csp_decisions_total", &[("csp_verdict", "allowed")][..], 1.0),
        (&relationship, "csp_decisions_total", &[("csp_verdict", "refused")], 1.0),
        (
            &relationship,
            "csp_decision_failed_rules_total",
            &[("csp_rule", "ORD-2"), ("csp_purpose", "new-subscription")],
            1.0,
        ),
        (&ordering, "csp_orders_total", &[("csp_outcome", "accepted")], 1.0),
        (&ordering, "csp_orders_total", &[("csp_outcome", "refused")], 1.0),
        (&ordering, CALLS, &[("error_type", "FAILED_PRECONDITION")], 1.0),
        (&ordering, "rpc_client_call_duration_seconds_count", &[("service_name", "ordering")], 3.0),
        (&ordering, "rpc_client_call_duration_seconds_count", &[("error_type", "NOT_FOUND")], 1.0),
        (
            &ordering,
            CALLS,
            &[
                ("rpc_method", "csp.ordering.v1.OrderingService/ListOrders"),
                ("error_type", "INVALID_ARGUMENT"),
            ],
            1.0,
        ),
        (&ordering, IN_FLIGHT, &[], 0.0),
        (&ordering, "csp_health_serving", &[], 1.0),
        (&ordering, "csp_build_info", &[("version", env!("CARGO_PKG_VERSION"))], 1.0),
        (
            &onboarding,
            CALLS,
            &[("rpc_method", "_OTHER"), ("rpc_response_status_code", "UNIMPLEMENTED")],
            1.0,
        ),
    ] {
        let found = page.sum(metric, labels);
        assert!((found - expected).abs() < 0.5, "{metric} {labels:?} is {found}");
    }
    end(services);
    Ok(())
}

/// Waits until a number on the page is as it should be.
async fn until(address: &str, metric: &str, labels: &[(&str, &str)], holds: fn(f64) -> bool) {
    for _ in 0..1000 {
        if holds(Page::at(address).sum(metric, labels)) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{metric} {labels:?} is {}", Page::at(address).sum(metric, labels));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_its_caller_gives_up_is_counted_as_cancelled() -> Result<(), Status> {
    let mut trio = Trio::on(Engine::Sqlite).await;
    let address = free_address();
    trio.set_for("ordering", "TELEMETRY__PROMETHEUS_LISTEN", &address);
    trio.set("GRPC__LONGEST_CALL", PATIENCE);
    trio.set_for("ordering", "RELATIONSHIP__TIMEOUT", PATIENCE);
    trio.set_for("relationship", "ONBOARDING__TIMEOUT", PATIENCE);
    let [onboarding, _relationship, _ordering] = trio.start_all().await;
    let cast = trio.cast();
    let order = sale(&cast).await?;
    let place = [("rpc_method", "csp.ordering.v1.OrderingService/PlaceOrder")];
    let cancelled = |method| [("rpc_method", method), ("rpc_response_status_code", "CANCELLED")];

    onboarding.signal("STOP");
    let call = deadline::spawn(async move { cast.place(order).await });
    until(&address, IN_FLIGHT, &place, |it| it > 0.5).await;
    call.abort();
    until(&address, CALLS, &cancelled(place[0].1), |it| it > 0.5).await;
    until(&address, IN_FLIGHT, &place, |it| it < 0.5).await;
    onboarding.signal("CONT");

    let mut health = HealthClient::new(trio.channel("ordering").await);
    let mut updates = health.watch(HealthCheckRequest::default()).await?.into_inner();
    updates.message().await?;
    drop(updates);
    until(&address, CALLS, &cancelled("grpc.health.v1.Health/Watch"), |it| it > 0.5).await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_that_does_not_answer_in_the_time_of_a_call_is_counted_as_late() -> Result<(), Status>
{
    let mut trio = Trio::on(Engine::Sqlite).await;
    let address = free_address();
    trio.set_for("ordering", "TELEMETRY__PROMETHEUS_LISTEN", &address);
    trio.set_for("ordering", "GRPC__LONGEST_CALL", "700ms");
    trio.set_for("ordering", "RELATIONSHIP__TIMEOUT", PATIENCE);
    trio.set_for("relationship", "ONBOARDING__TIMEOUT", PATIENCE);
    let [onboarding, _relationship, _ordering] = trio.start_all().await;
    let cast = trio.cast();
    let order = sale(&cast).await?;
    onboarding.signal("STOP");
    assert_eq!(failed(cast.place(order).await).code(), Code::DeadlineExceeded);
    let late = [("error_type", "DEADLINE_EXCEEDED")];
    until(&address, "rpc_client_call_duration_seconds_count", &late, |it| it > 0.5).await;
    onboarding.signal("CONT");
    Ok(())
}
