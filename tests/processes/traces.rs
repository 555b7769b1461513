use std::collections::BTreeMap;

use opentelemetry_proto::tonic::{
    collector::trace::v1::{
        ExportTraceServiceRequest, ExportTraceServiceResponse,
        trace_service_server::{TraceService, TraceServiceServer},
    },
    common::v1::any_value::Value,
    trace::v1::Span,
};
use tests::Engine;
use tokio::{net::TcpListener, sync::mpsc};
use tonic::{
    Request, Response, Status,
    transport::{Server, server::TcpIncoming},
};

use crate::trio::{Trio, sale};

/// Receives spans over OTLP and hands them on with the name of their service.
struct Receiver(mpsc::UnboundedSender<(String, Span)>);

#[tonic::async_trait]
impl TraceService for Receiver {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        for resource in request.into_inner().resource_spans {
            let attributes = resource.resource.unwrap_or_default().attributes;
            let name = attributes.into_iter().find(|it| it.key == "service.name");
            let name = match name.and_then(|it| it.value).and_then(|it| it.value) {
                Some(Value::StringValue(name)) => name,
                _ => String::new(),
            };
            for span in resource.scope_spans.into_iter().flat_map(|it| it.spans) {
                let _ = self.0.send((name.clone(), span));
            }
        }
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_order_is_one_trace_through_three_services() -> Result<(), Status> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (spans, mut received) = mpsc::unbounded_channel();
    let server = Server::builder().add_service(TraceServiceServer::new(Receiver(spans)));
    task::spawn(server.serve_with_incoming(TcpIncoming::from(listener)));

    let mut trio = Trio::on(Engine::Sqlite).await;
    trio.set("TELEMETRY__OTLP_ENDPOINT", &format!("http://{address}"));
    let services = trio.start_all().await;
    let cast = trio.cast().await;
    cast.place(sale(&cast).await?).await?;
    for service in services {
        service.signal("TERM");
        assert!(service.ended_well(), "the last spans are sent before the end");
    }

    let mut all = BTreeMap::new();
    while let Ok((service, span)) = received.try_recv() {
        all.insert(span.span_id.clone(), (service, span));
    }
    let named = |name: &str| all.values().find(|(_, span)| span.name.ends_with(name)).unwrap();
    let (service, order) = named("OrderingService/PlaceOrder");
    assert_eq!(service, "ordering");
    assert!(order.parent_span_id.is_empty(), "the client sent no traceparent");
    let chain =
        ["RelationshipService/CheckTransaction", "OnboardingService/BatchGetPartnerStandings"];
    let mut parent = order;
    for (name, expected) in chain.into_iter().zip(["relationship", "onboarding"]) {
        let child = all
            .values()
            .find(|(_, span)| span.name.ends_with(name) && span.parent_span_id == parent.span_id);
        let (service, span) = child.unwrap_or_else(|| panic!("{name} has no such parent"));
        assert_eq!(service, expected);
        assert_eq!(span.trace_id, order.trace_id);
        parent = span;
    }
    Ok(())
}
