//! An OTLP collector that stores what it receives.

use std::{collections::BTreeMap, net::SocketAddr};

use opentelemetry_proto::tonic::{
    collector::{
        metrics::v1::{
            ExportMetricsServiceRequest, ExportMetricsServiceResponse,
            metrics_service_server::{MetricsService, MetricsServiceServer},
        },
        trace::v1::{
            ExportTraceServiceRequest, ExportTraceServiceResponse,
            trace_service_server::{TraceService, TraceServiceServer},
        },
    },
    common::v1::{KeyValue, any_value::Value},
    metrics::v1::Metric,
    resource::v1::Resource,
    trace::v1::Span,
};
use tokio::{net::TcpListener, sync::mpsc};
use tonic::{
    Request, Response, Status,
    transport::{Server, server::TcpIncoming},
};

/// A span or metric that a service sent.
#[derive(Debug)]
pub struct Sent<T> {
    /// Name of the service.
    pub service: String,
    /// Attributes of the resource that are strings.
    pub resource: BTreeMap<String, String>,
    /// The span or metric.
    pub item: T,
}

/// A collector that runs as long as the test.
pub struct Collector {
    address: SocketAddr,
    spans: mpsc::UnboundedReceiver<Sent<Span>>,
    metrics: mpsc::UnboundedReceiver<Sent<Metric>>,
}

impl Collector {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let ((to_spans, spans), (to_metrics, metrics)) =
            (mpsc::unbounded_channel(), mpsc::unbounded_channel());
        let server = Server::builder()
            .add_service(TraceServiceServer::new(Receiver(to_spans)))
            .add_service(MetricsServiceServer::new(Receiver(to_metrics)));
        deadline::spawn(server.serve_with_incoming(TcpIncoming::from(listener)));
        Self { address, spans, metrics }
    }

    /// The setting, `host:port`.
    pub fn endpoint(&self) -> String {
        self.address.to_string()
    }

    /// The spans received since the last call.
    pub fn spans(&mut self) -> Vec<Sent<Span>> {
        std::iter::from_fn(|| self.spans.try_recv().ok()).collect()
    }

    /// The metrics received since the last call.
    pub fn metrics(&mut self) -> Vec<Sent<Metric>> {
        std::iter::from_fn(|| self.metrics.try_recv().ok()).collect()
    }
}

struct Receiver<T>(mpsc::UnboundedSender<Sent<T>>);

impl<T> Receiver<T> {
    fn store(&self, resource: Option<Resource>, items: impl Iterator<Item = T>) {
        let resource = texts(&resource.unwrap_or_default().attributes);
        let service = resource.get("service.name").cloned().unwrap_or_default();
        for item in items {
            let sent = Sent { service: service.clone(), resource: resource.clone(), item };
            // The test may have ended.
            let _ = self.0.send(sent);
        }
    }
}

/// The attributes that are strings.
pub fn texts(attributes: &[KeyValue]) -> BTreeMap<String, String> {
    let text = |it: &KeyValue| match it.value.as_ref()?.value.as_ref()? {
        Value::StringValue(text) => Some((it.key.clone(), text.clone())),
        _ => None,
    };
    attributes.iter().filter_map(text).collect()
}

#[tonic::async_trait]
impl TraceService for Receiver<Span> {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        for sent in request.into_inner().resource_spans {
            self.store(sent.resource, sent.scope_spans.into_iter().flat_map(|it| it.spans));
        }
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

#[tonic::async_trait]
impl MetricsService for Receiver<Metric> {
    async fn export(
        &self,
        request: Request<ExportMetricsServiceRequest>,
    ) -> Result<Response<ExportMetricsServiceResponse>, Status> {
        for sent in request.into_inner().resource_metrics {
            self.store(sent.resource, sent.scope_metrics.into_iter().flat_map(|it| it.metrics));
        }
        Ok(Response::new(ExportMetricsServiceResponse::default()))
    }
}
