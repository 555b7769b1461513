//! How the cluster behaves under load and deadlines, and while parts of it come and go.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod deadlines;
mod drain;
mod hostile;
mod instant;
mod pressure;
mod raw;
mod release;
mod restart;
