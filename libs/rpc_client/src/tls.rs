//! Connections with TLS.

use std::{
    future::Future,
    io,
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll},
};

use http::Uri;
use hyper_util::rt::TokioIo;
use identity::{ClientTls, ServerName, tokio_rustls::client::TlsStream};
use tokio::{net::TcpStream, time::timeout};
use tower_service::Service;

use crate::CONNECT_TIMEOUT;

/// Connects to one address of a service with TLS, and verifies it by the name in its URL.
#[derive(Debug, Clone)]
pub(crate) struct TlsConnect {
    at: SocketAddr,
    name: ServerName<'static>,
    tls: ClientTls,
}

impl TlsConnect {
    pub(crate) fn new(at: SocketAddr, url: &Uri, tls: ClientTls) -> Result<Self, String> {
        let host = url.host().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        let name = ServerName::try_from(host);
        let name = name.map_err(|_| format!("{url} has no host name or address for TLS"))?;
        Ok(Self { at, name, tls })
    }

    async fn connect(self) -> io::Result<TokioIo<TlsStream<TcpStream>>> {
        let connect = async {
            let stream = TcpStream::connect(self.at).await?;
            stream.set_nodelay(true)?;
            self.tls.connector().connect(self.name, stream).await
        };
        let stream = timeout(CONNECT_TIMEOUT, connect).await??;
        match stream.get_ref().1.alpn_protocol() {
            Some(b"h2") => Ok(TokioIo::new(stream)),
            _ => Err(io::Error::other("the server did not agree on HTTP/2 (ALPN)")),
        }
    }
}

impl Service<Uri> for TlsConnect {
    type Response = TokioIo<TlsStream<TcpStream>>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        Box::pin(self.clone().connect())
    }
}
