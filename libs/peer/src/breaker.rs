use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use kernel::jitter;
use tokio::time::Instant;

/// So many calls in a row without an answer open the breaker.
const FAILURES: u32 = 5;
/// For how long it opens first, and at most.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// Leaves an address alone that does not answer, and tries it again by itself: after a pause one
/// call is let through, and the next only once that has told how the address is.
#[derive(Debug, Default)]
pub(crate) struct Breaker(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    failures: u32,
    /// Set while it is open.
    closed_until: Option<Instant>,
    pauses: u32,
}

impl Breaker {
    /// Whether a call may be sent now.
    pub(crate) fn allows(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).allows(Instant::now())
    }

    /// A call was answered.
    pub(crate) fn answered(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = State::default();
    }

    /// A call was not answered. Whether the address is left alone from now on.
    pub(crate) fn failed(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).failed(Instant::now())
    }
}

impl State {
    fn allows(&mut self, now: Instant) -> bool {
        match self.closed_until {
            None => true,
            Some(until) if now < until => false,
            Some(_) => {
                self.closed_until = Some(now + LONGEST_PAUSE);
                true
            }
        }
    }

    fn failed(&mut self, now: Instant) -> bool {
        self.failures += 1;
        if self.failures < FAILURES {
            return false;
        }
        let pause = FIRST_PAUSE.saturating_mul(1 << self.pauses.min(8)).min(LONGEST_PAUSE);
        self.closed_until = Some(now + jitter(pause, 10));
        self.pauses += 1;
        true
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    fn fail(breaker: &Breaker, times: u32) {
        (0..times).for_each(|_| {
            breaker.failed();
        });
    }

    #[tokio::test(start_paused = true)]
    async fn it_opens_after_failures_in_a_row_and_lets_one_call_try() {
        let breaker = Breaker::default();
        fail(&breaker, FAILURES - 1);
        breaker.answered();
        fail(&breaker, FAILURES - 1);
        assert!(breaker.allows());
        fail(&breaker, 1);
        assert!(!breaker.allows());
        advance(FIRST_PAUSE * 2).await;
        assert!(breaker.allows(), "one call tries");
        assert!(!breaker.allows(), "and the others wait for what it tells");
        breaker.answered();
        assert!(breaker.allows() && breaker.allows());
    }

    #[tokio::test(start_paused = true)]
    async fn it_stays_open_for_longer_while_nothing_answers() {
        let breaker = Breaker::default();
        fail(&breaker, FAILURES + 9);
        advance(LONGEST_PAUSE / 2).await;
        assert!(!breaker.allows());
        advance(LONGEST_PAUSE).await;
        assert!(breaker.allows());
        // The call that tried was dropped and told nothing.
        assert!(!breaker.allows());
        advance(LONGEST_PAUSE).await;
        assert!(breaker.allows());
    }
}
