use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};

use jiff::Timestamp;
use uuid::{NoContext, Uuid};

/// The only source of time and of new ids. Has microsecond resolution, which both databases store
/// exactly.
#[derive(Debug, Clone)]
pub struct Clock(Source);

#[derive(Debug, Clone)]
enum Source {
    System,
    /// Microseconds since the epoch.
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that moves only by [`Clock::advance`], together with its clones.
    #[must_use]
    pub fn manual(start: Timestamp) -> Self {
        Self(Source::Manual(Arc::new(AtomicI64::new(start.as_microsecond()))))
    }

    /// Moves a manual clock. Has no effect on the machine's clock.
    pub fn advance(&self, by: Duration) {
        if let Source::Manual(micros) = &self.0 {
            micros.fetch_add(micros_of(by), Ordering::SeqCst);
        }
    }

    /// The current time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            #[allow(clippy::disallowed_methods, reason = "this is the clock")]
            Source::System => truncated(Timestamp::now()),
            Source::Manual(micros) => at_micros(micros.load(Ordering::SeqCst)),
        }
    }

    /// Starts a monotonic time measurement.
    #[must_use]
    pub fn stopwatch(&self) -> Stopwatch {
        Stopwatch(match &self.0 {
            #[allow(clippy::disallowed_methods, reason = "this is the clock")]
            Source::System => Start::System(Instant::now()),
            Source::Manual(micros) => Start::Manual(micros.clone(), micros.load(Ordering::SeqCst)),
        })
    }

    /// Whether the clock moves only by [`Clock::advance`]: no wait moves it.
    #[must_use]
    pub const fn is_manual(&self) -> bool {
        matches!(self.0, Source::Manual(_))
    }

    /// A new id that sorts after those made in earlier milliseconds (UUID version 7).
    #[must_use]
    pub fn new_uid(&self) -> Uuid {
        let now = self.now();
        let seconds = u64::try_from(now.as_second()).unwrap_or_default();
        let nanos = u32::try_from(now.subsec_nanosecond()).unwrap_or_default();
        Uuid::new_v7(uuid::Timestamp::from_unix(NoContext, seconds, nanos))
    }
}

/// A running time measurement.
#[derive(Debug, Clone)]
pub struct Stopwatch(Start);

#[derive(Debug, Clone)]
enum Start {
    System(Instant),
    Manual(Arc<AtomicI64>, i64),
}

impl Stopwatch {
    /// Time since the start.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        match &self.0 {
            Start::System(start) => start.elapsed(),
            Start::Manual(micros, start) => {
                let passed = micros.load(Ordering::SeqCst).saturating_sub(*start);
                Duration::from_micros(u64::try_from(passed).unwrap_or_default())
            }
        }
    }
}

fn truncated(time: Timestamp) -> Timestamp {
    at_micros(time.as_microsecond())
}

fn at_micros(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::MAX)
}

fn micros_of(span: Duration) -> i64 {
    i64::try_from(span.as_micros()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manual_clock_moves_only_when_advanced() {
        let clock = Clock::manual(Timestamp::UNIX_EPOCH);
        let watch = clock.stopwatch();
        assert_eq!(clock.now(), Timestamp::UNIX_EPOCH);
        clock.clone().advance(Duration::from_secs(3));
        assert_eq!(clock.now().as_second(), 3);
        assert_eq!(watch.elapsed(), Duration::from_secs(3));
    }

    #[test]
    fn the_system_clock_has_whole_microseconds() {
        assert_eq!(Clock::system().now().subsec_nanosecond() % 1000, 0);
    }

    #[test]
    fn ids_sort_by_their_millisecond() {
        let clock = Clock::manual(Timestamp::UNIX_EPOCH);
        let first = clock.new_uid();
        clock.advance(Duration::from_millis(1));
        assert!(first < clock.new_uid());
    }
}
