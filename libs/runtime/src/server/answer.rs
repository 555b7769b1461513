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
use tokio::{sync::Notify, time::sleep};
use tonic::{Status, body::Body};

use super::calls::Slot;

/// How long a caller may take to read an answer.
const SENDING: Duration = Duration::from_secs(10);
/// Longest piece of an answer that is handed to HTTP/2 at once, in bytes.
const PIECE: usize = 16 * 1024;

/// The body of an answer, with what its call takes of the server until it is sent.
///
/// hyper asks for the next piece only when the caller's window and the connection have taken the one
/// before, but hands over whatever it gets. The last byte goes alone, so that what waits for a
/// caller that does not read waits here, where it is counted, and not in HTTP/2.
#[derive(Debug)]
pub(super) struct Answer {
    body: Body,
    rest: Bytes,
    _slot: Slot,
}

impl Answer {
    pub(super) const fn new(body: Body, slot: Slot) -> Self {
        Self { body, rest: Bytes::new(), _slot: slot }
    }
}

impl http_body::Body for Answer {
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
        let piece = all_but_one.min(PIECE).min(self.rest.len());
        Poll::Ready(Some(Ok(Frame::data(self.rest.split_to(piece)))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }
}

tokio::task_local! {
    /// Whether the call of this stream is answered, and has only to be read.
    static ANSWERED: Cell<bool>;
}

/// Begins the time in which the caller must read the answer.
pub(super) fn begun() {
    let _ = ANSWERED.try_with(|it| it.set(true));
}

/// Answers that wait for their readers, over all connections, the oldest first. Where they are too many
/// the oldest gives way: else a caller who reads nothing, on a few connections, would keep out all.
#[derive(Debug, Clone)]
pub(super) struct Unread {
    limit: usize,
    answers: Arc<Mutex<VecDeque<Weak<Notify>>>>,
}

impl Unread {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, answers: Arc::default() }
    }

    /// Adds an answer; gives what tells that it has to give way.
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

/// Runs the streams of a connection. One whose answer is not read in time is dropped, which resets it.
#[derive(Debug, Clone)]
pub(super) struct Streams(pub Unread);

impl<F> Executor<F> for Streams
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
            let gives_way = unread.add();
            tokio::select! {
                _ = stream => {}
                () = sleep(SENDING) => tracing::debug!("an answer was not read in time"),
                () = gives_way.notified() => tracing::debug!("an answer gave way to others"),
            }
        }));
    }
}
