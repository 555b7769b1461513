use std::{fmt, str::FromStr};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What every resource carries: how often it changed, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourceVersion {
    /// Grows by one with every change, from 1.
    pub revision: i64,
    /// When the resource was created.
    pub create_time: Timestamp,
    /// When it last changed.
    pub update_time: Timestamp,
}

impl ResourceVersion {
    /// The resource_version of a resource created now.
    #[must_use]
    pub const fn first(now: Timestamp) -> Self {
        Self { revision: 1, create_time: now, update_time: now }
    }

    /// The resource_version after a change now. Times do not go back where another machine's clock was ahead.
    #[must_use]
    pub fn next(self, now: Timestamp) -> Self {
        Self { revision: self.revision + 1, update_time: now.max(self.update_time), ..self }
    }

    /// Opaque text that differs between any two states of a resource.
    #[must_use]
    pub fn etag(self) -> String {
        Etag::of(self).to_string()
    }
}

/// What a caller read of a resource: a revision, and when that was written. The time tells it from
/// one that has the same revision because the database was restored to a state before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Etag {
    revision: i64,
    micros: i64,
}

impl Etag {
    /// The etag of a resource with this resource_version.
    #[must_use]
    pub fn of(resource_version: ResourceVersion) -> Self {
        Self {
            revision: resource_version.revision,
            micros: resource_version.update_time.as_microsecond(),
        }
    }

    /// Whether a resource with this resource_version is still what was read.
    #[must_use]
    pub fn is_of(self, resource_version: ResourceVersion) -> bool {
        self == Self::of(resource_version)
    }
}

impl fmt::Display for Etag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "r{}-{:x}", self.revision, self.micros)
    }
}

impl FromStr for Etag {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let read = || {
            let (revision, micros) = text.strip_prefix('r')?.split_once('-')?;
            let micros = i64::from_str_radix(micros, 16).ok()?;
            Some(Self { revision: revision.parse().ok().filter(|it| *it > 0)?, micros })
        };
        read().filter(|etag| etag.to_string() == text).ok_or("is not an etag of any resource")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_etag_is_of_the_state_that_it_was_read_at_and_of_no_other() {
        let (first, later) = (Timestamp::UNIX_EPOCH, Timestamp::from_second(9).unwrap());
        let resource_version = ResourceVersion::first(first);
        let etag: Etag = resource_version.etag().parse().unwrap();
        assert!(etag.is_of(resource_version));
        assert!(!etag.is_of(resource_version.next(first)));
        // The database was restored to the first revision, which then changed otherwise.
        let lost: Etag = resource_version.next(first).etag().parse().unwrap();
        assert!(!lost.is_of(resource_version.next(later)));
    }

    #[test]
    fn times_of_a_resource_do_not_go_back() {
        let later = Timestamp::from_second(9).unwrap();
        let resource_version = ResourceVersion::first(later).next(Timestamp::UNIX_EPOCH);
        assert_eq!((resource_version.revision, resource_version.update_time), (2, later));
    }

    #[test]
    fn only_what_a_resource_can_carry_is_an_etag() {
        let wrong = ["", "1", "r", "r0-1", "r-1-1", "r+1-1", "r01-1", "R1-1", "\"r1-1\"", "r1-1 "];
        for text in wrong.into_iter().chain(["r1", "r1-", "r1-+1", "r1-01", "r1-A", "r1-g", "1-1"])
        {
            assert!(text.parse::<Etag>().is_err(), "{text}");
        }
    }
}
