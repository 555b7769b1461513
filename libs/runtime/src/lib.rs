//! Runs a service as a process: configuration, telemetry, a server with health and reflection,
//! channels to peers, graceful shutdown.

pub mod access;
pub mod config;
pub mod history;
mod maintenance;
pub mod peer;
pub mod process;
pub mod server;
pub mod telemetry;
mod verify;

/// The C library's allocator took a fifth of the CPU time of an order. Without large pages (`no_thp`), which
/// double the memory of an idle service.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
