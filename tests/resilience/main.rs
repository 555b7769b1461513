//! The cluster under deadlines, overload, attacks, concurrent changes, restarts and crashes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod crash;
mod deadlines;
mod drain;
mod failover;
mod histories;
mod hostile;
mod instant;
mod pressure;
mod raw;
mod release;
mod restart;
mod revocation;
