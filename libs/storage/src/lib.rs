//! A service's database: SQLite or PostgreSQL, chosen by the URL, with one schema and the same
//! guarantees. Revisions serialise the changes of a resource, and every change records an event.

mod answer;
mod backup;
mod database;
mod entity;
pub mod events;
mod facts;
mod fault;
pub mod feed;
mod filter;
mod grants;
mod history;
mod migration;
mod page;
mod partners;
mod pool;
mod postgres;
mod reader;
pub mod row;
mod row_cache;
mod rows;
pub mod sealed;
mod server_clock;
mod servers;
mod telemetry;
#[cfg(test)]
mod tests;
mod transaction;

pub use answer::{batch, count_fitting};
pub use database::{Database, Settings, Snapshot};
pub use events::{Event, MutationContext};
pub use facts::{Facts, Reading, Source};
pub use fault::fault;
pub use filter::{Field, Kind, Lapse, Term, search_key};
pub use history::as_of;
pub use migration::{EventsTable, PostgresStep, Step};
pub use page::{ListOptions, Listing, Page, PageRequest, list, size};
pub use partners::{Partners, Related};
pub use row_cache::RowCache;
pub use rows::{insert, put};
pub use sea_orm_migration::{MigrationTrait, MigratorTrait};
pub use server_clock::{Reading as ServerClockReading, ServerClock, ServerTime};
pub use transaction::Transaction;
