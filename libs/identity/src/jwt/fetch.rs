use std::{net::IpAddr, path::Path, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{Request, StatusCode, header};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::{ClientConfig, RootCertStore, pki_types::ServerName};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::TlsConnector;
use url::Url;

use crate::tls::{read_roots, ring};

/// Most time of a fetch, including the connection.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Most bytes of an answer.
const MAX_BYTES: usize = 256 * 1024;

/// Gets one document, by HTTP/1.1 on a new connection each time. Follows no redirect.
pub(super) struct Fetch {
    url: Url,
    host: String,
    port: u16,
    tls: Option<(TlsConnector, ServerName<'static>)>,
}

impl Fetch {
    pub fn new(url: Url, ca_file: Option<&Path>) -> Result<Self, String> {
        let host = url.host_str().ok_or("the URL of the key set has no host")?;
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let port = url.port_or_known_default().unwrap_or(443);
        if !url.username().is_empty() || url.password().is_some() {
            return Err("the URL of the key set must not contain a password".into());
        }
        let tls = match url.scheme() {
            "https" => {
                let name = ServerName::try_from(host.clone()).map_err(|error| error.to_string())?;
                Some((connector(ca_file)?, name))
            }
            "http" if is_loopback(&host) => None,
            _ => return Err("the key set must have an https URL; http is for loopback only".into()),
        };
        Ok(Self { url, host, port, tls })
    }

    /// Host and path for the log, without a query, which may contain a secret.
    pub fn place(&self) -> &str {
        &self.url[url::Position::BeforeHost..url::Position::AfterPath]
    }

    pub async fn get(&self) -> Result<Bytes, String> {
        let fetched = timeout(TIMEOUT, self.exchange()).await;
        fetched.unwrap_or_else(|_| Err(format!("no answer within {} s", TIMEOUT.as_secs())))
    }

    async fn exchange(&self) -> Result<Bytes, String> {
        let tcp = TcpStream::connect((self.host.as_str(), self.port)).await.map_err(text)?;
        match &self.tls {
            Some((connector, name)) => {
                self.request(connector.connect(name.clone(), tcp).await.map_err(text)?).await
            }
            None => self.request(tcp).await,
        }
    }

    async fn request<S>(&self, stream: S) -> Result<Bytes, String>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let (mut sender, connection) =
            http1::handshake(TokioIo::new(stream)).await.map_err(text)?;
        let request = Request::get(&self.url[url::Position::BeforePath..url::Position::AfterQuery])
            .header(header::HOST, &self.url[url::Position::BeforeHost..url::Position::AfterPort])
            .header(header::ACCEPT, "application/jwk-set+json, application/json")
            .body(Empty::<Bytes>::new())
            .map_err(text)?;
        let answer = async {
            let answer = sender.send_request(request).await.map_err(text)?;
            if answer.status() != StatusCode::OK {
                return Err(format!("the answer is {}", answer.status()));
            }
            let body = Limited::new(answer.into_body(), MAX_BYTES).collect().await;
            Ok(body.map_err(text)?.to_bytes())
        };
        tokio::pin!(answer);
        // The connection may end before the answer has been read from its buffer.
        tokio::select! {
            answer = &mut answer => answer,
            _ = connection => answer.await,
        }
    }
}

fn text(error: impl ToString) -> String {
    error.to_string()
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|it| it.is_loopback())
}

fn connector(ca_file: Option<&Path>) -> Result<TlsConnector, String> {
    let roots = match ca_file {
        Some(path) => {
            let pem =
                std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
            read_roots(path, &pem)?
        }
        None => RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() },
    };
    let config = ClientConfig::builder_with_provider(ring())
        .with_safe_default_protocol_versions()
        .map_err(text)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}
