//! Deadlines of calls, work that must not be cancelled, and tasks.
//!
//! [`within`] cancels the work of a call at its deadline. Work started with [`finish`], such as a
//! commit, always runs to completion, and then the call returns its result, even late.

mod timeout;

use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::Poll,
    time::Duration,
};

pub use timeout::read_timeout;
use tokio::{
    task::{JoinError, JoinHandle},
    time::{Instant, sleep_until},
};

/// The deadline of a call has passed, and its work was cancelled.
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

/// Does the work of a call within a timeout.
///
/// # Errors
/// [`OutOfTime`] if the work was cancelled. Work that has reached a [`finish`] is not cancelled.
pub async fn within<T>(time: Duration, work: impl Future<Output = T>) -> Result<T, OutOfTime> {
    #[allow(clippy::disallowed_methods, reason = "a timeout is measured with the monotonic clock")]
    let deadline = Instant::now() + time;
    let finishing = Arc::new(AtomicBool::new(false));
    let mut work = pin!(CALL.scope(CallContext { deadline, finishing: finishing.clone() }, work));
    tokio::select! {
        biased;
        () = sleep_until(deadline) => {}
        done = &mut work => return Ok(done),
    }
    poll_fn(|context| {
        if !finishing.load(Ordering::SeqCst) {
            return Poll::Ready(Err(OutOfTime));
        }
        let done = work.as_mut().poll(context).map(Ok);
        if done.is_pending() && !finishing.load(Ordering::SeqCst) {
            return Poll::Ready(Err(OutOfTime));
        }
        done
    })
    .await
}

/// The time left until the deadline of the current call. `None` outside of a call, and after the work
/// has reached a [`finish`].
#[must_use]
pub fn left() -> Option<Duration> {
    let left = |call: &CallContext| {
        let finishing = call.finishing.load(Ordering::SeqCst);
        (!finishing).then(|| call.deadline.saturating_duration_since(Instant::now()))
    };
    CALL.try_with(left).ok().flatten()
}

/// Whether the deadline of the current call has passed, also after a [`finish`].
#[must_use]
pub fn is_late() -> bool {
    CALL.try_with(|call| call.deadline <= Instant::now()).unwrap_or(false)
}

/// Does work that must complete after it has started: neither the deadline nor a cancelled call stops
/// it. The deadline does not cancel the rest of the call either.
///
/// # Errors
/// If the work panicked.
pub async fn finish<T: Send + 'static>(
    work: impl Future<Output = T> + Send + 'static,
) -> Result<T, JoinError> {
    let _ = CALL.try_with(|call| call.finishing.store(true, Ordering::SeqCst));
    spawn(work).await
}

/// Waits for work that another task does for the current call; the deadline does not stop it. If it is done,
/// the deadline does not cancel the rest of the call either; else it applies again.
pub async fn complete<T>(work: impl Future<Output = T>, is_done: impl FnOnce(&T) -> bool) -> T {
    let finishing = CALL.try_with(|call| call.finishing.clone()).unwrap_or_default();
    let before = finishing.swap(true, Ordering::SeqCst);
    let outcome = work.await;
    finishing.store(before || is_done(&outcome), Ordering::SeqCst);
    outcome
}

/// Spawns a task inside the current span. The only caller of `tokio::spawn`.
pub fn spawn<T: Send + 'static>(task: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
    #[allow(clippy::disallowed_methods, reason = "the only caller of tokio::spawn")]
    tokio::spawn(tracing::Instrument::in_current_span(task))
}

#[cfg(test)]
mod tests;
