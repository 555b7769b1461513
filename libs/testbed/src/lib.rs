//! Test support: a database of its own for one test, on either engine.

#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot be set up has failed")]

mod databases;
mod folder;
mod listing;
mod postgres;
#[cfg(test)]
mod tests;

pub use databases::{Databases, Engine};
pub use folder::Folder;
pub use listing::assert_indexed;
