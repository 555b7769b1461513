//! Calls to another service: resolves its addresses, sends each call to the least busy one that
//! answers, within the deadline, and retries calls without an answer.
//!
//! A [`Channel`] sends a call up to three times, so every call must be safe to retry: a read, an
//! idempotent change, or a change with a request id. A retry of a call that may have reached a server
//! uses the retry budget; a retry of a call that was not sent does not.

mod address;
mod attempt;
mod breaker;
mod budget;
mod caller;
mod channel;
mod resolver;
mod tls;

use std::{fmt, net::SocketAddr, str::FromStr, time::Duration};

pub use caller::on_behalf_of;
pub use channel::Channel;
use http::Uri;
pub use identity::{CredentialFiles, Credentials};

/// How long connecting to one address may take, with the TLS handshake.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(500);

/// How to call a service.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Its URLs.
    pub urls: Urls,
    /// Longest wait for one answer, connecting and retries included.
    pub timeout: Duration,
    /// Connections to each address.
    pub connections: usize,
    /// With what this process proves who it is.
    pub credentials: Credentials,
}

/// The URLs of a service, separated by commas, such as `http://relationship:50052`. A host name stands
/// for all addresses that it resolves to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Urls(Vec<Uri>);

impl From<SocketAddr> for Urls {
    fn from(address: SocketAddr) -> Self {
        let uri = Uri::builder().scheme("http").authority(address.to_string()).path_and_query("/");
        Self(uri.build().into_iter().collect())
    }
}

impl FromStr for Urls {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.split(',').map(|url| read(url.trim())).collect::<Result<_, _>>().map(Self)
    }
}

fn read(url: &str) -> Result<Uri, String> {
    let uri: Uri = url.parse().map_err(|error| format!("`{url}` is not a URL: {error}"))?;
    let known = matches!(uri.scheme_str(), Some("http" | "https"));
    let plain = known && uri.path() == "/" && uri.query().is_none();
    match uri.host().filter(|host| plain && !host.is_empty()).and(uri.port_u16()) {
        Some(_) => Ok(uri),
        None => {
            Err(format!("`{url}` must have the form `http://host:port` or `https://host:port`"))
        }
    }
}

impl fmt::Display for Urls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all: Vec<_> = self.0.iter().map(Uri::to_string).collect();
        f.write_str(&all.join(","))
    }
}

#[cfg(test)]
mod tests;
