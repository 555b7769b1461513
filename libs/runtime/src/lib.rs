//! What a process needs before its first request: configuration, telemetry, a server with
//! health and reflection, channels to peers, and a clean end.

pub mod config;
pub mod peer;
pub mod process;
pub mod server;
pub mod telemetry;
