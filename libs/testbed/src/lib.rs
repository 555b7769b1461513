//! Test support: a separate database for each test, on either engine, and what the tests of all stores share.

#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot be set up has failed")]

mod databases;
mod folder;
mod golden;
mod history;
mod listing;
mod node;
mod postgres;
mod power;
mod released;
mod replication;
mod schema;
mod store;
#[cfg(test)]
mod tests;

pub use databases::{Databases, Engine};
pub use folder::Folder;
pub use golden::{diagram, golden, golden_lifecycles, golden_section};
pub use history::{RecordedStates, assert_rows_have_events, revisions};
pub use listing::{assert_indexed, plan};
pub use node::Node;
pub use postgres::{DurableServer, TlsServer};
pub use power::{Unsynced, VolatileFolder};
pub use released::assert_released_events_read;
pub use replication::ReplicatedServer;
pub use schema::{InvalidRows, assert_constraints, assert_migrations, assert_not_unique, insert};
pub use store::{
    assert_idempotent, at, call, caller, dry_run, eight_times, events_of, migrated, mutation,
};
