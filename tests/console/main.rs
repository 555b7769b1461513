//! The console over HTTP and in a browser, on a running cluster.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod browser;
mod pages;
mod programs;
mod site;
mod size;
