//! Lifecycles through real gRPC: random moves, legal and illegal, on both databases. A model that
//! shares nothing with the services says what each move must lead to.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "so a test fails")]

mod calendar;
mod customer_relationship;
mod enrollment;
mod machine;
mod partnership;
mod subscription;
mod transfer;

use std::time::Duration;

/// Half of the time in which an invitation or a request must be answered.
const HALF: Duration = Duration::from_secs(15 * 24 * 3600);
