//! Limits of each caller, so that none takes the capacity of the others.

use std::{
    collections::BTreeMap,
    num::NonZeroU32,
    sync::{Arc, Mutex, PoisonError},
};

use authority::Caller;
use errors::Failure;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Calls of each caller in flight, and calls that each begins in a second. Callers are those of the
/// bindings, so there are few.
#[derive(Debug)]
pub(super) struct Limits {
    in_flight: usize,
    per_second: NonZeroU32,
    permits: Mutex<BTreeMap<Arc<str>, Arc<Semaphore>>>,
    begun: DefaultKeyedRateLimiter<Arc<str>>,
}

impl Limits {
    pub(super) fn new(in_flight: usize, per_second: NonZeroU32) -> Self {
        let begun = RateLimiter::keyed(Quota::per_second(per_second));
        Self { in_flight, per_second, permits: Mutex::default(), begun }
    }

    /// The caller's place among its calls in flight.
    pub(super) fn admit(&self, caller: &Caller) -> Result<OwnedSemaphorePermit, Failure> {
        let id = caller.shared_id();
        if self.begun.check_key(&id).is_err() {
            let limit = self.per_second.get() as usize;
            return Err(Failure::Overloaded { of: "caller per second", limit });
        }
        let mut permits = self.permits.lock().unwrap_or_else(PoisonError::into_inner);
        let permits = permits.entry(id).or_insert_with(|| Arc::new(Semaphore::new(self.in_flight)));
        let permit = permits.clone().try_acquire_owned();
        permit.map_err(|_| Failure::Overloaded { of: "caller", limit: self.in_flight })
    }
}
