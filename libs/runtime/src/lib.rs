//! What a process needs before its first request: configuration, telemetry, a server with
//! health and reflection, channels to peers, and a clean end.

pub mod config;
pub mod peer;
pub mod process;
pub mod server;
pub mod telemetry;

use std::future::Future;

use tokio::task::JoinHandle;

/// Starts a task inside the current span. The only place that does.
pub fn spawn<T: Send + 'static>(task: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
    #[allow(clippy::disallowed_methods, reason = "this is the one place")]
    tokio::spawn(tracing::Instrument::in_current_span(task))
}
