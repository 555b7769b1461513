//! Test support: a separate database for each test, on either engine, and assertions about lists,
//! events and golden files.

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
pub use golden::{golden, golden_lifecycles, golden_section};
pub use history::{RecordedStates, assert_as_of_indexed, assert_rows_have_events, revisions};
pub use listing::assert_indexed;
pub use postgres::TlsServer;
pub use released::assert_released_events_read;
