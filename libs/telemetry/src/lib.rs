//! Logs, traces and metrics of a process. Names follow OpenTelemetry's conventions for RPC and
//! databases; other names begin with `csp.`.
//!
//! Calls never wait for a receiver of telemetry: data that cannot be sent is dropped.

mod body;
mod call;
mod client;
mod export;
mod logs;
mod methods;
mod metrics;
mod propagation;
mod server;
mod settings;
mod start;

pub use client::{Traced, traced};
pub use methods::Methods;
pub use metrics::record_health;
pub use server::{TelemetryLayer, TelemetryService};
pub use settings::{Build, Listen, LogFormat, OtlpEndpoint, Settings};
pub use start::{MetricsEndpoint, Telemetry, start};
