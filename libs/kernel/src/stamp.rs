use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What every resource carries: how often it changed, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// Grows by one with every change, from 1.
    pub revision: i64,
    /// When the resource was created.
    pub create_time: Timestamp,
    /// When it last changed.
    pub update_time: Timestamp,
}

impl Stamp {
    /// The stamp of a resource created now.
    #[must_use]
    pub const fn first(now: Timestamp) -> Self {
        Self { revision: 1, create_time: now, update_time: now }
    }

    /// The stamp after a change now.
    #[must_use]
    pub const fn next(self, now: Timestamp) -> Self {
        Self { revision: self.revision + 1, create_time: self.create_time, update_time: now }
    }

    /// Opaque text that differs between any two revisions.
    #[must_use]
    pub fn etag(self) -> String {
        format!("r{}", self.revision)
    }
}
