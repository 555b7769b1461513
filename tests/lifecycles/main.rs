//! Lifecycles through real gRPC: random moves, legal and illegal, on both databases. A model that
//! shares nothing with the services says what each move must lead to.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "so a test fails")]

mod enrollment;
mod machine;
