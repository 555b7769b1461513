//! Logs, traces and metrics of a process. Names follow OpenTelemetry's conventions for RPC and
//! databases; what is our own begins with `csp.`.
//!
//! Nothing here waits for whoever receives telemetry: what cannot be sent is dropped.

mod b3;
mod body;
mod call;
mod client;
mod export;
mod logs;
mod methods;
mod metrics;
pub mod names;
mod propagation;
mod server;
mod settings;
mod start;

pub use client::{Traced, traced};
pub use methods::Methods;
pub use metrics::{histogram, meter, tell_health};
pub use server::{Observe, Observed};
pub use settings::{Build, Listen, LogFormat, OtlpEndpoint, Settings};
pub use start::{MetricsEndpoint, Telemetry, start};
