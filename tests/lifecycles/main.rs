//! Lifecycles over gRPC: random transitions, legal and illegal, on both databases. A model that
//! shares no code with the services predicts the result of each.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "so a test fails")]

mod calendar;
mod customer_relationship;
mod enrollment;
mod machine;
mod partnership;
mod subscription;
mod transfer;

use std::time::Duration;

/// Half of the time that an invitation or a request stays open.
const HALF_DEADLINE: Duration = Duration::from_secs(15 * 24 * 3600);
