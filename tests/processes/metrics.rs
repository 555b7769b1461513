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
    Engine, failed, http,
    process::{Process, free_address},
};
use tonic::{Code, Request, Status};
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};

use crate::{
    collector::Collector,
    scrape::Scrape,
    trio::{Trio, sale},
};

const HEADER: &str = "\
Every metric of the three services: its name, type, unit, and the keys of its attributes.

This text is written by `GOLDEN=write cargo test -p tests --test processes metrics`.

";

const CALLS: &str = "rpc_server_call_duration_seconds_count";
const IN_FLIGHT: &str = "csp_rpc_server_calls_in_flight";
/// Longer than any test waits.
const LONG_TIMEOUT: &str = "120s";

/// The type of a metric, and the attributes of its points.
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

/// The Prometheus name of a metric.
fn prometheus_name(name: &str, kind: &str, unit: &str) -> String {
    let unit = if unit == "s" { "_seconds" } else { "" };
    let total = if kind == "counter" { "_total" } else { "" };
    format!("{}{unit}{total}", name.replace('.', "_"))
}

/// Makes an accepted order, a refused one, one for an unknown customer, a call of an unknown method, and
/// a call with an invalid deadline.
async fn make_calls(trio: &Trio) -> Result<ScenarioClient, Status> {
    let client = trio.client();
    let order = sale(&client).await?;
    client.place(order.clone()).await?;
    let refused = Order { partner_attestation_accepted: false, ..order.clone() };
    assert_eq!(failed(client.place(refused).await).code(), Code::FailedPrecondition);
    let unknown = format!("customers/{}", new_id());
    failed(client.place(Order { customer: unknown, ..order }).await);
    let mut wrong_service = OrderingServiceClient::new(trio.channel("onboarding").await);
    let status = failed(wrong_service.list_orders(ListOrdersRequest::default()).await);
    let message = "this port serves onboarding (csp.onboarding.v1.OnboardingService), not \
        `csp.ordering.v1.OrderingService/ListOrders`; call ordering, which listens on port 50053 by \
        default";
    assert_eq!((status.code(), status.message()), (Code::Unimplemented, message));
    let mut request = Request::new(ListOrdersRequest::default());
    request.metadata_mut().insert("grpc-timeout", "never".parse().unwrap());
    let mut ordering = OrderingServiceClient::new(trio.channel("ordering").await);
    let status = failed(ordering.list_orders(request).await);
    assert_eq!(status.code(), Code::InvalidArgument);
    Ok(client)
}

fn stop(services: [Process; 3]) {
    for service in services {
        service.signal("TERM");
        assert!(service.exit_success());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn otlp_and_prometheus_have_the_metrics_of_the_golden_file() -> Result<(), Status> {
    let mut collector = Collector::start().await;
    let mut trio = Trio::on(Engine::Sqlite).await;
    trio.set("TELEMETRY__OTLP_ENDPOINT", &collector.endpoint());
    let endpoints = ["onboarding", "relationship", "ordering"].map(|it| (it, free_address()));
    for (service, address) in &endpoints {
        trio.set_for(service, "TELEMETRY__PROMETHEUS_LISTEN", address);
    }
    let services = trio.start_all().await;
    make_calls(&trio).await?;
    let mut scraped = BTreeSet::new();
    for (_, address) in &endpoints {
        scraped.extend(Scrape::of(address).types().into_keys());
        assert_eq!(http::get(address, "/").unwrap().status, 404);
    }
    stop(services);

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
    let exported: BTreeSet<_> =
        found.iter().map(|(name, (kind, unit, _))| prometheus_name(name, kind, unit)).collect();
    scraped.remove("target_info");
    assert_eq!(scraped, exported);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn decisions_and_refusals_are_counted() -> Result<(), Status> {
    let mut trio = Trio::on(Engine::Sqlite).await;
    let endpoints = ["onboarding", "relationship", "ordering"].map(|it| (it, free_address()));
    for (service, address) in &endpoints {
        trio.set_for(service, "TELEMETRY__PROMETHEUS_LISTEN", address);
    }
    let services = trio.start_all().await;
    make_calls(&trio).await?;
    let [onboarding, relationship, ordering] = endpoints.each_ref().map(|(_, it)| Scrape::of(it));
    for (scrape, metric, labels, expected) in [
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
        let found = scrape.sum(metric, labels);
        assert!((found - expected).abs() < 0.5, "{metric} {labels:?} is {found}");
    }
    stop(services);
    Ok(())
}

/// Waits until the sum of a metric meets a condition.
async fn until(address: &str, metric: &str, labels: &[(&str, &str)], holds: fn(f64) -> bool) {
    for _ in 0..1000 {
        if holds(Scrape::of(address).sum(metric, labels)) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{metric} {labels:?} is {}", Scrape::of(address).sum(metric, labels));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_call_is_counted_as_cancelled() -> Result<(), Status> {
    let mut trio = Trio::on(Engine::Sqlite).await;
    let address = free_address();
    trio.set_for("ordering", "TELEMETRY__PROMETHEUS_LISTEN", &address);
    trio.set("GRPC__LONGEST_CALL", LONG_TIMEOUT);
    trio.set_for("ordering", "RELATIONSHIP__TIMEOUT", LONG_TIMEOUT);
    trio.set_for("relationship", "ONBOARDING__TIMEOUT", LONG_TIMEOUT);
    let [onboarding, _relationship, _ordering] = trio.start_all().await;
    let client = trio.client();
    let order = sale(&client).await?;
    let place = [("rpc_method", "csp.ordering.v1.OrderingService/PlaceOrder")];
    let cancelled = |method| [("rpc_method", method), ("rpc_response_status_code", "CANCELLED")];

    onboarding.signal("STOP");
    let call = deadline::spawn(async move { client.place(order).await });
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
async fn a_late_peer_is_counted_as_deadline_exceeded() -> Result<(), Status> {
    let mut trio = Trio::on(Engine::Sqlite).await;
    let address = free_address();
    trio.set_for("ordering", "TELEMETRY__PROMETHEUS_LISTEN", &address);
    trio.set_for("ordering", "GRPC__LONGEST_CALL", "700ms");
    trio.set_for("ordering", "RELATIONSHIP__TIMEOUT", LONG_TIMEOUT);
    trio.set_for("relationship", "ONBOARDING__TIMEOUT", LONG_TIMEOUT);
    let [onboarding, _relationship, _ordering] = trio.start_all().await;
    let client = trio.client();
    let order = sale(&client).await?;
    onboarding.signal("STOP");
    assert_eq!(failed(client.place(order).await).code(), Code::DeadlineExceeded);
    let late = [("error_type", "DEADLINE_EXCEEDED")];
    until(&address, "rpc_client_call_duration_seconds_count", &late, |it| it > 0.5).await;
    onboarding.signal("CONT");
    Ok(())
}
