//! Seals of the events: which event stands at which index of a log that only grows, the Merkle tree over the
//! log, and its signed checkpoints.

mod log;
mod page;
mod proof;
mod resources;
mod sealer;
mod unsealed;

pub use page::{Auditor, Finding, MAX_PAGE};
pub use proof::{Inclusion, SealedEvent};
pub use resources::{Comparison, is_recorded};
use sea_orm::{Iterable, ModelTrait};
pub use sealer::Sealer;
use seals::{Record, Value};

use crate::{entity, events};

/// The tables, for both databases.
pub(crate) const SCHEMA: &str = "
    CREATE TABLE event_seals (
        log_index BIGINT PRIMARY KEY CHECK (log_index >= 0),
        seq BIGINT NOT NULL UNIQUE,
        -- The hash of the event, and those of the subtrees of the Merkle tree that it completes.
        hashes BYTEA NOT NULL CHECK (length(hashes) >= 32)
    );
    CREATE TABLE checkpoints (
        size BIGINT PRIMARY KEY CHECK (size >= 1),
        -- A signed note.
        note TEXT NOT NULL
    );";

entity!(event_seals, "event_seals", {
    #[sea_orm(primary_key, auto_increment = false)]
    log_index: i64,
    seq: i64,
    hashes: Vec<u8>,
});

entity!(checkpoints, "checkpoints", {
    #[sea_orm(primary_key, auto_increment = false)]
    size: i64,
    note: String,
});

/// The record of an event in the log: all its columns.
#[must_use]
pub fn record(event: &events::Model) -> Record {
    let column = |column: events::Column| {
        let name = sea_orm::IdenStatic::as_str(&column).to_owned();
        let value = match event.get(column) {
            sea_orm::Value::BigInt(value) => Value::Integer(value?),
            sea_orm::Value::String(value) => Value::Text(value?),
            // A column of another type needs a form of its own.
            other => Value::Text(other.to_string()),
        };
        Some((name, value))
    };
    Record::new(events::Column::iter().filter_map(column))
}

fn leaf(event: &events::Model) -> seals::Hash {
    seals::leaf(&record(event).encode())
}
