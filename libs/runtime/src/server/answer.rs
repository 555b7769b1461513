use std::{
    cell::Cell,
    collections::VecDeque,
    pin::{Pin, pin},
    sync::{Arc, Mutex, PoisonError, Weak},
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use futures_util::future::poll_fn;
use http_body::Frame;
use hyper::rt::Executor;
use tokio::{
    sync::{Notify, OwnedSemaphorePermit},
    time::sleep,
};
use tonic::{Status, body::Body};

use super::registry::InFlight;

/// How long a caller may take to read an answer.
const READ_TIMEOUT: Duration = Duration::from_secs(10);
/// Most bytes of an answer that are passed to HTTP/2 at once.
const MAX_FRAME: usize = 16 * 1024;

/// A call's permits on its connection and of its caller, held until its answer is sent or dropped.
#[derive(Debug)]
pub(super) struct ConnectionPermit {
    pub _permit: OwnedSemaphorePermit,
    pub _in_flight: Option<InFlight>,
    pub caller: Option<OwnedSemaphorePermit>,
}

/// The body of an answer. Holds the permit of its call until the answer is sent.
///
/// hyper asks for the next frame only when the caller's window and the connection have taken the
/// previous one, but it buffers the frame it has. The last byte is a frame of its own, so that an answer
/// that its caller does not read stays here, where it is counted, and not in HTTP/2's buffers.
#[derive(Debug)]
pub(super) struct AnswerBody {
    body: Body,
    rest: Bytes,
    _permit: ConnectionPermit,
}

impl AnswerBody {
    pub(super) const fn new(body: Body, permit: ConnectionPermit) -> Self {
        Self { body, rest: Bytes::new(), _permit: permit }
    }
}

impl http_body::Body for AnswerBody {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        if self.rest.is_empty() {
            match ready!(Pin::new(&mut self.body).poll_frame(context)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => self.rest = data,
                    Err(trailers) => return Poll::Ready(Some(Ok(trailers))),
                },
                ended => return Poll::Ready(ended),
            }
        }
        let all_but_one = self.rest.len().saturating_sub(1).max(1);
        let length = all_but_one.min(MAX_FRAME).min(self.rest.len());
        Poll::Ready(Some(Ok(Frame::data(self.rest.split_to(length)))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }
}

tokio::task_local! {
    /// Whether the call of this stream is answered, and the caller only has to read the answer.
    static ANSWERED: Cell<bool>;
}

/// Starts the time in which the caller must read the answer.
pub(super) fn start_read_timeout() {
    let _ = ANSWERED.try_with(|it| it.set(true));
}

/// Answers that their callers have not read yet, over all connections, oldest first. One more than the
/// limit evicts the oldest; otherwise a caller that reads nothing could block all others.
#[derive(Debug, Clone)]
pub(super) struct UnreadAnswers {
    limit: usize,
    answers: Arc<Mutex<VecDeque<Weak<Notify>>>>,
}

impl UnreadAnswers {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, answers: Arc::default() }
    }

    /// Adds an answer; returns what notifies its stream of the eviction.
    fn add(&self) -> Arc<Notify> {
        let added = Arc::new(Notify::new());
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.retain(|it| it.strong_count() > 0);
        if answers.len() >= self.limit
            && let Some(oldest) = answers.pop_front().and_then(|it| it.upgrade())
        {
            oldest.notify_one();
        }
        answers.push_back(Arc::downgrade(&added));
        added
    }
}

/// Runs the streams of a connection. Drops, and so resets, a stream whose answer is not read in time.
#[derive(Debug, Clone)]
pub(super) struct StreamExecutor(pub UnreadAnswers);

impl<F> Executor<F> for StreamExecutor
where
    F: Future<Output: Send> + Send + 'static,
{
    fn execute(&self, stream: F) {
        let unread = self.0.clone();
        deadline::spawn(ANSWERED.scope(Cell::new(false), async move {
            let mut stream = pin!(stream);
            let is_done = poll_fn(|context| match stream.as_mut().poll(context) {
                Poll::Ready(_) => Poll::Ready(true),
                Poll::Pending if ANSWERED.with(Cell::get) => Poll::Ready(false),
                Poll::Pending => Poll::Pending,
            });
            if is_done.await {
                return;
            }
            let evicted = unread.add();
            tokio::select! {
                _ = stream => {}
                () = sleep(READ_TIMEOUT) => {
                    tracing::debug!("stream reset: the caller did not read the answer in time");
                }
                () = evicted.notified() => {
                    tracing::debug!("stream reset: too many answers are unread");
                }
            }
        }));
    }
}
