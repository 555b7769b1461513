use std::{fmt::Write, fs};

use cluster::scenario_client::{ScenarioClient, new_id};
use contracts::{
    onboarding::{ListPartnersRequest, onboarding_service_client::OnboardingServiceClient},
    ordering::{Order, PlaceOrderRequest},
};
use opentelemetry_proto::tonic::trace::v1::{Span, span::SpanKind};
use testbed::{Folder, golden};
use tests::Engine;
use tonic::{Request, Status};

use crate::{
    collector::{Collector, Sent},
    trio::{Trio, sale},
};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const CALLER: &str = "00f067aa0ba902b7";

const HEADER: &str = "\
The trace of one PlaceOrder, on embedded databases: what each service does, in the order in which
it begins, below what it is done for. In brackets the keys of the attributes.

This text is written by `GOLDEN=write cargo test -p tests --test processes traces`.

";

fn hex(id: &[u8]) -> String {
    id.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Writes the descendants of a span.
fn draw(all: &[Sent<Span>], parent: &str, depth: usize, text: &mut String) {
    let mut children: Vec<_> =
        all.iter().filter(|it| hex(&it.item.parent_span_id) == parent).collect();
    children.sort_by_key(|it| it.item.start_time_unix_nano);
    for Sent { service, item, .. } in children {
        let kind = match item.kind() {
            SpanKind::Server => "server",
            SpanKind::Client => "client",
            other => panic!("{} is {other:?}", item.name),
        };
        let mut keys: Vec<_> = item.attributes.iter().map(|it| it.key.as_str()).collect();
        keys.sort_unstable();
        let (indent, name, keys) = ("  ".repeat(depth), &item.name, keys.join(" "));
        writeln!(text, "{indent}{service} {kind} {name} [{keys}]").unwrap();
        draw(all, &hex(&item.span_id), depth + 1, text);
    }
}

async fn place(
    client: &ScenarioClient,
    order: Order,
    headers: &[(&'static str, &str)],
) -> Result<(), Status> {
    let order =
        PlaceOrderRequest { order: Some(order), request_id: new_id(), ..Default::default() };
    let mut request = Request::new(order);
    for (name, value) in headers {
        request.metadata_mut().insert(*name, value.parse().unwrap());
    }
    client.ordering.clone().place_order(request).await.map(drop)
}

#[tokio::test(flavor = "multi_thread")]
async fn one_order_is_one_trace_through_three_services() -> Result<(), Status> {
    let mut collector = Collector::start().await;
    let mut trio = Trio::on(Engine::Sqlite).await;
    trio.set("TELEMETRY__OTLP_ENDPOINT", &collector.endpoint());
    trio.set_variable("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test");
    let services = trio.start_all().await;
    let client = trio.client();
    let order = sale(&client).await?;
    let traceparent = format!("00-{TRACE}-{CALLER}-01");
    place(&client, order, &[("traceparent", &traceparent)]).await?;
    for service in services {
        service.signal("TERM");
        assert!(service.exit_success(), "the last spans are exported before the exit");
    }

    let mut spans = collector.spans();
    for name in ["ordering", "relationship", "onboarding"] {
        let sent = spans.iter().find(|it| it.service == name).expect(name);
        assert_eq!(sent.resource["deployment.environment.name"], "test");
        assert_eq!(sent.resource["service.version"], env!("CARGO_PKG_VERSION"));
        assert!(!sent.resource["service.instance.id"].is_empty());
    }
    spans.retain(|it| hex(&it.item.trace_id) == TRACE);
    let mut text = HEADER.to_owned();
    draw(&spans, CALLER, 0, &mut text);
    assert_eq!(
        text.lines().count() - HEADER.lines().count(),
        spans.len(),
        "every span has a parent"
    );
    golden("trace.txt", &text);
    Ok(())
}

/// The statements of one order whose facts are in memory, including those that begin and end transactions.
async fn statements_of_an_order(engine: Engine) -> Vec<String> {
    let mut collector = Collector::start().await;
    let mut trio = Trio::on(engine).await;
    trio.set("TELEMETRY__OTLP_ENDPOINT", &collector.endpoint());
    let services = trio.start_all().await;
    let client = trio.client();
    let order = sale(&client).await.expect("the order is prepared");
    let traceparent = format!("00-{TRACE}-{CALLER}-01");
    for headers in [&[][..], &[("traceparent", traceparent.as_str())]] {
        place(&client, order.clone(), headers).await.expect("the order is accepted");
    }
    for service in services {
        service.signal("TERM");
        assert!(service.exit_success(), "the last spans are exported before the exit");
    }
    let spans = collector.spans();
    let of_order = spans.iter().filter(|it| hex(&it.item.trace_id) == TRACE);
    let is_statement = |it: &&Sent<Span>| {
        it.item.attributes.iter().any(|attribute| attribute.key == "db.operation.name")
    };
    of_order.filter(is_statement).map(|it| format!("{} {}", it.service, it.item.name)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_of_known_facts_takes_at_most_nine_statements() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let statements = statements_of_an_order(engine).await;
        assert!((6..=9).contains(&statements.len()), "{}", statements.join(", "));
    }
}

/// The trace and parent ids of calls with these headers, from the collector.
async fn continued(cases: &[&[(&'static str, &str)]]) -> Vec<(String, String)> {
    let mut collector = Collector::start().await;
    let mut trio = Trio::on(Engine::Sqlite).await;
    trio.set("TELEMETRY__OTLP_ENDPOINT", &format!("http://{}", collector.endpoint()));
    let onboarding = trio.start("onboarding").await;
    let mut client = OnboardingServiceClient::new(trio.channel("onboarding").await);
    for headers in cases {
        let mut request = Request::new(ListPartnersRequest::default());
        for (name, value) in *headers {
            request.metadata_mut().insert(*name, value.parse().unwrap());
        }
        client.list_partners(request).await.unwrap();
    }
    onboarding.signal("TERM");
    assert!(onboarding.exit_success());
    let spans = collector.spans();
    let mut calls: Vec<_> = spans.iter().filter(|it| it.item.kind() == SpanKind::Server).collect();
    calls.sort_by_key(|it| it.item.start_time_unix_nano);
    let ids = |it: &&Sent<Span>| (hex(&it.item.trace_id), hex(&it.item.parent_span_id));
    calls.iter().map(ids).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trace_continues_from_w3c() {
    let sampled = format!("00-{TRACE}-{CALLER}-01");
    let unsampled = format!("00-0af7651916cd43dd8448eb211c80319c-{CALLER}-00");
    let found =
        continued(&[&[("traceparent", &sampled)], &[("traceparent", &unsampled)], &[]]).await;
    let [(trace, parent), (_, none)] = found.as_slice() else {
        unreachable!("an unsampled trace is not exported: {found:?}")
    };
    assert_eq!((trace.as_str(), parent.as_str()), (TRACE, CALLER));
    assert_eq!(none, "", "without headers a new trace starts");
}

#[tokio::test(flavor = "multi_thread")]
async fn log_lines_have_the_id_of_their_trace() -> Result<(), Status> {
    let folder = Folder::new();
    let mut trio = Trio::on(Engine::Sqlite).await;
    trio.set("TELEMETRY__LOG", "info,telemetry=debug");
    trio.set_for("ordering", "TELEMETRY__LOG_FORMAT", "json");
    trio.set_for("relationship", "TELEMETRY__LOG_FORMAT", "json");
    let logs = ["onboarding", "relationship", "ordering"].map(|it| folder.path().join(it));
    let onboarding = trio.start_logging("onboarding", &logs[0]).await;
    let relationship = trio.start_logging("relationship", &logs[1]).await;
    let ordering = trio.start_logging("ordering", &logs[2]).await;
    let client = trio.client();
    let order = sale(&client).await?;
    place(&client, order, &[("traceparent", &format!("00-{TRACE}-{CALLER}-01"))]).await?;
    for service in [ordering, relationship, onboarding] {
        service.signal("TERM");
        assert!(service.exit_success());
    }

    for (log, message) in
        [(&logs[1], "decided"), (&logs[2], "asked relationship"), (&logs[2], "a call ended")]
    {
        let text = fs::read_to_string(log).unwrap();
        let lines = text.lines().map(|it| serde_json::from_str::<serde_json::Value>(it).unwrap());
        let found: Vec<_> =
            lines.filter(|it| it["message"] == message && it["trace_id"] == TRACE).collect();
        assert!(!found.is_empty(), "no line has {message}: {text}");
        for line in found {
            assert_eq!(line["span_id"].as_str().unwrap().len(), 16);
            assert!(line["timestamp"].as_str().unwrap().ends_with('Z'));
            assert!(line["level"].is_string() && line["service"].is_string());
        }
    }
    let text = fs::read_to_string(&logs[0]).unwrap();
    let ids = format!("trace_id={TRACE} span_id=");
    assert!(text.lines().any(|it| it.contains("a call ended") && it.contains(&ids)), "{text}");
    Ok(())
}

#[tokio::test]
async fn invalid_baggage_is_not_logged() {
    let (trio, folder) = (Trio::on(Engine::Sqlite).await, Folder::new());
    let log = folder.path().join("log");
    let service = trio.start_logging("onboarding", &log).await;
    for baggage in ["nonsense", "a=%FF", &"x".repeat(9000)] {
        let mut request = Request::new(ListPartnersRequest::default());
        request.metadata_mut().insert("baggage", baggage.parse().unwrap());
        let mut client = OnboardingServiceClient::new(trio.channel("onboarding").await);
        client.list_partners(request).await.unwrap();
    }
    service.signal("TERM");
    assert!(service.exit_success());
    let lines = fs::read_to_string(&log).unwrap();
    assert!(lines.contains("serving") && !lines.to_lowercase().contains("baggage"), "{lines}");
}
