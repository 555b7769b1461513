use std::sync::{Mutex, PoisonError};

/// Thousandths of a token.
const FULL: u32 = 10_000;
const FAILURE: u32 = 1_000;
const SUCCESS: u32 = 100;

/// The retry budget (retry throttling of gRFC A6). It runs out if more than every tenth call fails, so
/// that retries do not add load to a failing service.
#[derive(Debug)]
pub(crate) struct Budget(Mutex<u32>);

impl Budget {
    pub(crate) fn full() -> Self {
        Self(Mutex::new(FULL))
    }

    /// A call was answered.
    pub(crate) fn earn(&self) {
        self.change(|tokens| (tokens + SUCCESS).min(FULL));
    }

    /// A call was not answered. Returns whether it may be retried.
    pub(crate) fn spend(&self) -> bool {
        self.change(|tokens| tokens.saturating_sub(FAILURE)) > FULL / 2
    }

    fn change(&self, change: impl FnOnce(u32) -> u32) -> u32 {
        let mut tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *tokens = change(*tokens);
        *tokens
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_use_up_the_budget_and_successes_refill_it() {
        let budget = Budget::full();
        let allowed = (0..10).filter(|_| budget.spend()).count();
        assert_eq!(allowed, 4);
        (0..30).for_each(|_| budget.earn());
        assert!(!budget.spend());
        (0..60).for_each(|_| budget.earn());
        assert!(budget.spend());
    }
}
