//! A minimal gRPC client over HTTP/2 that sets headers freely and enforces no deadline of its own.

use std::net::SocketAddr;

use bytes::{BufMut, Bytes, BytesMut};
use http::Request;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http2::{SendRequest, handshake};
use hyper_util::rt::{TokioExecutor, TokioIo};
use prost::Message;
use tokio::net::TcpStream;
use tonic::Status;
use tonic_types::{ErrorInfo, StatusExt};

/// One connection.
#[derive(Clone)]
pub struct Raw {
    address: SocketAddr,
    connection: SendRequest<Full<Bytes>>,
}

impl Raw {
    pub async fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        let (connection, driver) =
            handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
        deadline::spawn(driver);
        Self { address, connection }
    }

    /// Whether the server has closed the connection.
    pub fn is_closed(&self) -> bool {
        self.connection.is_closed()
    }

    /// Calls a method of a service, such as `csp.ordering.v1.OrderingService/GetOffer`.
    pub async fn call(
        &self,
        method: &str,
        message: &impl Message,
        headers: &[(&str, &str)],
    ) -> Status {
        self.try_call(method, message, headers).await.unwrap()
    }

    /// Calls a method; returns the HTTP status if it is no success.
    pub async fn try_call(
        &self,
        method: &str,
        message: &impl Message,
        headers: &[(&str, &str)],
    ) -> Result<Status, u16> {
        let mut request = Request::post(format!("http://{}/{method}", self.address))
            .header("content-type", "application/grpc")
            .header("te", "trailers");
        for (key, value) in headers {
            request = request.header(*key, *value);
        }
        let request = request.body(Full::new(framed(message))).unwrap();
        let response = self.connection.clone().send_request(request).await.unwrap();
        if !response.status().is_success() {
            return Err(response.status().as_u16());
        }
        if let Some(status) = Status::from_header_map(response.headers()) {
            return Ok(status);
        }
        let body = response.into_body().collect().await.unwrap();
        Ok(Status::from_header_map(body.trailers().unwrap()).unwrap())
    }
}

/// A message with the gRPC length prefix.
pub fn framed(message: &impl Message) -> Bytes {
    let mut body = BytesMut::new();
    body.put_u8(0);
    body.put_u32(u32::try_from(message.encoded_len()).unwrap());
    message.encode(&mut body).unwrap();
    body.freeze()
}

/// The `ErrorInfo` of a failure; every failure of the services has one.
pub fn info(status: &Status) -> ErrorInfo {
    status.get_details_error_info().unwrap_or_else(|| panic!("no ErrorInfo: {status:?}"))
}
