//! The work of a call: how long it may take, what of it may not be cut off, and tasks beside it.
//!
//! A caller that gave up is not worked for: [`within`] drops the work of a call when its time is
//! up. Only what was begun with [`finish`] comes to its end, a commit above all, and then the call
//! is answered with what came of it.

mod timeout;

use std::{
    future::Future,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

pub use timeout::read_timeout;
use tokio::{
    task::{JoinError, JoinHandle},
    time::{Instant, sleep_until},
};

/// The time of a call is up, and nothing of it remains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutOfTime;

#[derive(Debug, Clone)]
struct CallContext {
    deadline: Instant,
    finishing: Arc<AtomicBool>,
}

tokio::task_local! {
    static CALL: CallContext;
}

/// Does the work of a call for at most this long.
///
/// # Errors
/// [`OutOfTime`] where the work was dropped. Work that has come to a [`finish`] is not.
pub async fn within<T>(time: Duration, work: impl Future<Output = T>) -> Result<T, OutOfTime> {
    #[allow(clippy::disallowed_methods, reason = "patience is measured, and no fact")]
    let deadline = Instant::now() + time;
    let finishing = Arc::new(AtomicBool::new(false));
    let mut work = pin!(CALL.scope(CallContext { deadline, finishing: finishing.clone() }, work));
    tokio::select! {
        biased;
        () = sleep_until(deadline) => {}
        done = &mut work => return Ok(done),
    }
    if finishing.load(Ordering::SeqCst) { Ok(work.await) } else { Err(OutOfTime) }
}

/// How much longer the caller of this work waits. `None` outside of a call, and where the work has
/// come to a [`finish`].
#[must_use]
pub fn left() -> Option<Duration> {
    let left = |call: &CallContext| {
        let finishing = call.finishing.load(Ordering::SeqCst);
        (!finishing).then(|| call.deadline.saturating_duration_since(Instant::now()))
    };
    CALL.try_with(left).ok().flatten()
}

/// Whether the caller of this work has stopped waiting, even where it has come to a [`finish`].
#[must_use]
pub fn is_late() -> bool {
    CALL.try_with(|call| call.deadline <= Instant::now()).unwrap_or(false)
}

/// Does work that must come to its end once it has begun: neither the deadline of the call nor a
/// caller that went away stops it, and what follows in the call is not cut off either.
///
/// # Errors
/// When the work panicked.
pub async fn finish<T: Send + 'static>(
    work: impl Future<Output = T> + Send + 'static,
) -> Result<T, JoinError> {
    let _ = CALL.try_with(|call| call.finishing.store(true, Ordering::SeqCst));
    spawn(work).await
}

/// Starts a task inside the current span. The only place that does.
pub fn spawn<T: Send + 'static>(task: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
    #[allow(clippy::disallowed_methods, reason = "this is the one place")]
    tokio::spawn(tracing::Instrument::in_current_span(task))
}

#[cfg(test)]
mod tests;
