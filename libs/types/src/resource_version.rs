use std::{fmt, str::FromStr};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The version of a resource: revision and times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourceVersion {
    /// Starts at 1 and grows by one with each change.
    pub revision: i64,
    /// Time of the creation.
    pub create_time: Timestamp,
    /// Time of the last change.
    pub update_time: Timestamp,
}

impl ResourceVersion {
    /// The version of a resource created now.
    #[must_use]
    pub const fn first(now: Timestamp) -> Self {
        Self { revision: 1, create_time: now, update_time: now }
    }

    /// The version after a change now. The update time never decreases, even if the clock of another
    /// machine was ahead.
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

/// The version that a caller read: revision and update time. The time distinguishes equal revisions
/// before and after the database was restored from a backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Etag {
    revision: i64,
    micros: i64,
}

impl Etag {
    /// The etag of this resource version.
    #[must_use]
    pub fn of(resource_version: ResourceVersion) -> Self {
        Self {
            revision: resource_version.revision,
            micros: resource_version.update_time.as_microsecond(),
        }
    }

    /// Whether this is the etag of the resource version.
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
    fn an_etag_matches_one_version_only() {
        let (first, later) = (Timestamp::UNIX_EPOCH, Timestamp::from_second(9).unwrap());
        let resource_version = ResourceVersion::first(first);
        let etag: Etag = resource_version.etag().parse().unwrap();
        assert!(etag.is_of(resource_version));
        assert!(!etag.is_of(resource_version.next(first)));
        // The database was restored to the first revision, and the resource changed in another way.
        let lost: Etag = resource_version.next(first).etag().parse().unwrap();
        assert!(!lost.is_of(resource_version.next(later)));
    }

    #[test]
    fn the_update_time_never_decreases() {
        let later = Timestamp::from_second(9).unwrap();
        let resource_version = ResourceVersion::first(later).next(Timestamp::UNIX_EPOCH);
        assert_eq!((resource_version.revision, resource_version.update_time), (2, later));
    }

    #[test]
    fn any_other_text_is_not_an_etag() {
        let wrong = ["", "1", "r", "r0-1", "r-1-1", "r+1-1", "r01-1", "R1-1", "\"r1-1\"", "r1-1 "];
        for text in wrong.into_iter().chain(["r1", "r1-", "r1-+1", "r1-01", "r1-A", "r1-g", "1-1"])
        {
            assert!(text.parse::<Etag>().is_err(), "{text}");
        }
    }
}
