use std::sync::{Mutex, PoisonError};

/// Thousandths of a token.
const FULL: u32 = 10_000;
const FAILURE: u32 = 1_000;
const SUCCESS: u32 = 100;

/// What may be spent on trying again: where more than every tenth call fails, it runs out, and
/// nothing is sent twice to a service that has trouble enough (the throttle of gRFC A6).
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

    /// A call was not answered. Whether it may be sent again.
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
    fn it_runs_out_under_failures_and_fills_again_under_successes() {
        let budget = Budget::full();
        let allowed = (0..10).filter(|_| budget.spend()).count();
        assert_eq!(allowed, 4);
        (0..30).for_each(|_| budget.earn());
        assert!(!budget.spend());
        (0..60).for_each(|_| budget.earn());
        assert!(budget.spend());
    }
}
