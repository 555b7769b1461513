use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;
use types::jitter;

/// Calls in a row without an answer that open the breaker.
const FAILURES: u32 = 5;
/// How long the breaker stays open. Short, because a server that serves again may soon be the only one:
/// a rolling restart goes on to the next.
const PAUSE: Duration = Duration::from_millis(250);

/// A circuit breaker: open, it refuses calls to an address that does not answer. After a pause it is
/// half-open and admits one call, whose outcome closes or opens it.
#[derive(Debug, Default)]
pub(crate) struct Breaker(Mutex<State>);

/// The state in which the breaker admitted a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Permit {
    Closed,
    HalfOpen,
}

#[derive(Debug, Default)]
struct State {
    failures: u32,
    open: Option<Open>,
}

#[derive(Debug)]
struct Open {
    until: Instant,
    probing: bool,
}

impl Breaker {
    /// Admits a call, or refuses it while open. The caller must report the outcome.
    pub(crate) fn admit(&self) -> Option<Permit> {
        match &mut self.state().open {
            None => Some(Permit::Closed),
            Some(open) if open.probing || Instant::now() < open.until => None,
            Some(open) => {
                open.probing = true;
                Some(Permit::HalfOpen)
            }
        }
    }

    /// A call was answered.
    pub(crate) fn answered(&self) {
        *self.state() = State::default();
    }

    /// A call was not answered. Returns whether this opened the breaker.
    pub(crate) fn failed(&self, permit: Permit) -> bool {
        let mut state = self.state();
        match permit {
            // Was in flight when the breaker opened.
            Permit::Closed if state.open.is_some() => return false,
            Permit::Closed => state.failures += 1,
            Permit::HalfOpen => {}
        }
        let opens = state.failures >= FAILURES;
        if opens {
            state.open = Some(Open { until: Instant::now() + jitter(PAUSE, 10), probing: false });
        }
        opens
    }

    /// A call was cancelled before it had an outcome.
    pub(crate) fn unreported(&self, permit: Permit) {
        if let (Permit::HalfOpen, Some(open)) = (permit, &mut self.state().open) {
            *open = Open { until: Instant::now() + PAUSE, probing: false };
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    fn fail(breaker: &Breaker, times: u32) {
        (0..times).for_each(|_| {
            breaker.failed(Permit::Closed);
        });
    }

    #[tokio::test(start_paused = true)]
    async fn it_opens_after_failures_in_a_row_and_then_admits_one_call() {
        let breaker = Breaker::default();
        fail(&breaker, FAILURES - 1);
        breaker.answered();
        fail(&breaker, FAILURES - 1);
        assert_eq!(breaker.admit(), Some(Permit::Closed));
        fail(&breaker, 1);
        assert_eq!(breaker.admit(), None);
        advance(PAUSE * 2).await;
        assert_eq!(breaker.admit(), Some(Permit::HalfOpen), "one probe");
        assert_eq!(breaker.admit(), None, "no second call before the probe's outcome");
        breaker.answered();
        assert_eq!([breaker.admit(), breaker.admit()], [Some(Permit::Closed); 2]);
    }

    #[tokio::test(start_paused = true)]
    async fn calls_in_flight_when_it_opens_do_not_extend_the_pause() {
        let breaker = Breaker::default();
        fail(&breaker, FAILURES * 9);
        advance(PAUSE * 2).await;
        assert_eq!(breaker.admit(), Some(Permit::HalfOpen));
    }

    #[tokio::test(start_paused = true)]
    async fn a_cancelled_probe_is_soon_followed_by_another() {
        let breaker = Breaker::default();
        fail(&breaker, FAILURES);
        advance(PAUSE * 2).await;
        let permit = breaker.admit().unwrap();
        breaker.unreported(permit);
        assert_eq!(breaker.admit(), None);
        advance(PAUSE).await;
        assert_eq!(breaker.admit(), Some(Permit::HalfOpen));
    }
}
