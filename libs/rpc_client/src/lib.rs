//! Calls to another service: to whichever of its addresses is least busy and works, over a few
//! connections each, within the time that there is, and again where nothing answered.
//!
//! A [`Channel`] sends a call up to three times, so every call must be one that may be sent twice:
//! a read, a change with a request id, or one that does nothing twice. What was sent and not answered
//! is sent again within a budget only; what never reached a server costs nothing.

mod address;
mod attempt;
mod breaker;
mod budget;
mod channel;
mod resolver;

use std::{fmt, net::SocketAddr, str::FromStr, time::Duration};

pub use channel::Channel;
use http::Uri;

/// Where a service is, and how to call it.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where it is.
    pub urls: Urls,
    /// Longest wait for one answer, connecting and trying again included.
    pub timeout: Duration,
    /// Connections to each address.
    pub connections: usize,
}

/// One URL of a service or several, separated by commas, as `http://relationship:50052`. Each name
/// stands for all addresses that it resolves to.
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
    let uri: Uri = url.parse().map_err(|error| format!("`{url}` is no URL: {error}"))?;
    let plain = uri.scheme_str() == Some("http") && uri.path() == "/" && uri.query().is_none();
    match uri.host().filter(|host| plain && !host.is_empty()).and(uri.port_u16()) {
        Some(_) => Ok(uri),
        None => {
            Err(format!("`{url}` must be `http://`, a host, `:` and a port; TLS is the mesh's"))
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
