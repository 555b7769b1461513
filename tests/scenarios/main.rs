//! The rules of the programme over gRPC across three services, on both databases. Each refusal is
//! tested with the closest request that is allowed.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod agreement;
mod all_customers;
mod applications;
mod catalogue;
mod chain;
mod customers;
mod dead_ends;
mod enrollment;
mod history;
mod lifecycles;
mod lists;
mod messages;
mod mpa_versions;
mod mutations;
mod names;
mod next_steps;
mod onboarding;
mod order_lines;
mod orders;
mod own_use;
mod ownership;
mod paths;
mod release;
mod renewals;
mod repetition;
mod requirements;
mod samples;
mod subscriptions;
mod transfers;
