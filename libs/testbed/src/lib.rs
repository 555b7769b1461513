//! Test support: a database of its own for one test, on either engine, and what its lists and
//! events are held against.

#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot be set up has failed")]

mod databases;
mod folder;
mod golden;
mod history;
mod listing;
mod postgres;
mod released;
#[cfg(test)]
mod tests;

pub use databases::{Databases, Engine};
pub use folder::Folder;
pub use golden::{golden, golden_section};
pub use history::{Chronicle, assert_as_of_indexed, assert_traced, revisions};
pub use listing::assert_indexed;
pub use postgres::TlsServer;
pub use released::assert_released_events_read;
