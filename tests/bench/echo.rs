//! A gRPC server that returns bytes of a fixed size: the least that a call between processes costs.

use std::{
    convert::Infallible,
    future::{Future, Ready, ready},
    net::SocketAddr,
    pin::Pin,
    process::Command,
    task::{Context, Poll},
};

use bytes::{Buf, BufMut, Bytes};
use http::uri::PathAndQuery;
use tests::process::{Process, free_address};
use tonic::{
    Request, Response, Status,
    body::Body,
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
    server::{Grpc, NamedService, UnaryService},
    transport::{Channel, Server},
};
use tower_service::Service;

const METHOD: &str = "/bench.Echo/Call";

/// Messages that are bytes.
#[derive(Debug, Clone, Copy, Default)]
struct BytesCodec;

impl Codec for BytesCodec {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for BytesCodec {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, message: Bytes, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put(message);
        Ok(())
    }
}

impl Decoder for BytesCodec {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(buffer.copy_to_bytes(buffer.remaining())))
    }
}

/// Calls the server with these bytes.
pub async fn call(channel: Channel, request: Bytes) -> Result<Bytes, Status> {
    let mut client = tonic::client::Grpc::new(channel);
    client.ready().await.map_err(|error| Status::unavailable(error.to_string()))?;
    let method = PathAndQuery::from_static(METHOD);
    let answer = client.unary(Request::new(request), method, BytesCodec).await?;
    Ok(answer.into_inner())
}

/// The server: returns the same bytes to every request.
#[derive(Debug, Clone)]
struct Echo(Bytes);

impl NamedService for Echo {
    const NAME: &'static str = "bench.Echo";
}

impl UnaryService<Bytes> for Echo {
    type Response = Bytes;
    type Future = Ready<Result<Response<Bytes>, Status>>;

    fn call(&mut self, _: Request<Bytes>) -> Self::Future {
        ready(Ok(Response::new(self.0.clone())))
    }
}

impl Service<http::Request<Body>> for Echo {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let echo = self.clone();
        Box::pin(async move { Ok(Grpc::new(BytesCodec).unary(echo, request).await) })
    }
}

/// Serves until the process is killed.
pub async fn serve(listen: SocketAddr, size: usize) {
    let echo = Echo(vec![7; size].into());
    let served = Server::builder().add_service(echo).serve(listen).await;
    served.expect("the address is free");
}

/// The server in a process of its own.
#[derive(Debug)]
pub struct EchoServer {
    /// Its URL.
    pub url: String,
    /// Its process.
    pub process: Process,
}

impl EchoServer {
    /// Starts the server with responses of this size.
    pub fn start(size: usize) -> Self {
        let address = free_address();
        let program = std::env::current_exe().expect("this program has a path");
        let mut command = Command::new(program);
        command.args(["echo-server", "--listen", &address, "--size", &size.to_string()]);
        Self { url: format!("http://{address}"), process: Process::of(&mut command) }
    }
}
