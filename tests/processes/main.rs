//! The services as processes of their own: what happens when one dies, restarts, or is started
//! wrongly, and what they tell of a call.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod database;
mod outage;
mod readme;
mod roles;
mod settings;
mod settlement;
mod traces;
mod trio;
