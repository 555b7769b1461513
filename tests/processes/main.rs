//! The services as processes of their own: what happens when one dies, restarts, or is started
//! wrongly, and what they tell of a call.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod collector;
mod database;
mod docs;
mod envoy;
mod foreign;
mod http;
mod metrics;
mod outage;
mod page;
mod prometheus;
mod roles;
mod settings;
mod settlement;
mod stop;
mod traces;
mod trio;
