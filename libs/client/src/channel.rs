use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use tonic::{Status, body::Body};
use tower_service::Service;

use crate::request_ids;

/// A channel to one service, for the generated clients. A mutation without a request id gets a new
/// one, so that retries are idempotent. A caller that repeats a call itself must choose the id.
#[derive(Debug, Clone)]
pub struct Channel(rpc_client::Channel);

impl Channel {
    pub(crate) fn new(settings: rpc_client::Settings) -> Self {
        Self(rpc_client::Channel::new(settings))
    }
}

impl Service<Request<Body>> for Channel {
    type Response = Response<Body>;
    type Error = Status;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Status>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Status>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let mut peer = self.0.clone();
        Box::pin(async move { peer.call(with_request_id(request).await?).await })
    }
}

async fn with_request_id(request: Request<Body>) -> Result<Request<Body>, Status> {
    let Some(tag) = request_ids::tag_of(request.uri().path()) else {
        return Ok(request);
    };
    let (head, body) = request.into_parts();
    let sent = body.collect().await?.to_bytes();
    let sent = request_ids::add(&sent, tag).map_or(sent, Into::into);
    Ok(Request::from_parts(head, Body::new(Full::new(sent))))
}
