//! Runs a service as a process: configuration, telemetry, a server with health and reflection,
//! channels to peers, graceful shutdown.

pub mod config;
pub mod peer;
pub mod process;
pub mod server;
pub mod telemetry;
