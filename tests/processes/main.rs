//! The services as processes: crashes, restarts, wrong settings, databases, telemetry, documents.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod bench;
mod collector;
mod csp;
mod database;
mod docs;
mod envoy;
mod history;
mod identity;
mod metrics;
mod other_protocols;
mod outage;
mod prometheus;
mod python;
mod restore;
mod roles;
mod scrape;
mod settings;
mod settlement;
mod stop;
mod traces;
mod trio;
