use std::{fmt, str::FromStr};

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

    /// The stamp after a change now. Times do not go back where another machine's clock was ahead.
    #[must_use]
    pub fn next(self, now: Timestamp) -> Self {
        Self { revision: self.revision + 1, update_time: now.max(self.update_time), ..self }
    }

    /// Opaque text that differs between any two revisions.
    #[must_use]
    pub fn etag(self) -> String {
        Etag(self.revision).to_string()
    }
}

/// What a caller read of a resource, as the etag of one revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Etag(i64);

impl Etag {
    /// Whether a resource with this stamp is still what was read.
    #[must_use]
    pub const fn is_of(self, stamp: Stamp) -> bool {
        self.0 == stamp.revision
    }
}

impl fmt::Display for Etag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "r{}", self.0)
    }
}

impl FromStr for Etag {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let revision = text.strip_prefix('r').and_then(|revision| revision.parse().ok());
        let etag = revision.filter(|revision| *revision > 0).map(Self);
        etag.filter(|etag| etag.to_string() == text).ok_or("is not an etag of any resource")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_etag_is_of_the_revision_that_it_was_read_at_and_of_no_other() {
        let stamp = Stamp::first(Timestamp::UNIX_EPOCH);
        let etag: Etag = stamp.etag().parse().unwrap();
        assert!(etag.is_of(stamp));
        assert!(!etag.is_of(stamp.next(Timestamp::UNIX_EPOCH)));
    }

    #[test]
    fn times_of_a_resource_do_not_go_back() {
        let later = Timestamp::from_second(9).unwrap();
        let stamp = Stamp::first(later).next(Timestamp::UNIX_EPOCH);
        assert_eq!((stamp.revision, stamp.update_time), (2, later));
    }

    #[test]
    fn only_what_a_resource_can_carry_is_an_etag() {
        for text in ["", "1", "r", "r0", "r-1", "r+1", "r01", "R1", "\"r1\"", "r1 "] {
            assert!(text.parse::<Etag>().is_err(), "{text}");
        }
    }
}
