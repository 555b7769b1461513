//! Channels to other services.

use std::time::Duration;

use tonic::{
    Request,
    transport::{Channel, Endpoint},
};

const CONNECT_TIMEOUT: Duration = Duration::from_millis(500);
const KEEPALIVE: Duration = Duration::from_secs(10);

/// Where a peer is and how long to wait for its answers.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Such as `http://relationship:50052`.
    pub url: String,
    /// Longest wait for one answer, connecting included.
    pub timeout: Duration,
}

/// A channel that connects when it is first used, and again after every loss.
///
/// # Errors
/// An address that cannot be used, in words.
pub fn channel(settings: &Settings) -> Result<Channel, String> {
    let endpoint = Endpoint::from_shared(settings.url.clone())
        .map_err(|error| format!("peer address `{}`: {error}", settings.url))?;
    Ok(endpoint
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(settings.timeout)
        .tcp_nodelay(true)
        .http2_keep_alive_interval(KEEPALIVE)
        .keep_alive_timeout(KEEPALIVE)
        .keep_alive_while_idle(true)
        .connect_lazy())
}

/// A request that tells the peer how long its caller waits.
pub fn request<T>(settings: &Settings, message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.set_timeout(settings.timeout);
    request
}
