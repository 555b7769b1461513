use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use failure::Failure;
use http_body::{Body, Frame, SizeHint};
use tokio::time::{Sleep, sleep};

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// How long the message of a call may take to arrive.
const LONGEST: Duration = Duration::from_secs(2);

/// The body of a request, which fails where it does not arrive soon: a call whose message does not
/// come holds a place that others need.
pub(super) struct Message<B> {
    body: B,
    late: Pin<Box<Sleep>>,
    name: &'static str,
}

impl<B> Message<B> {
    pub(super) fn new(body: B, name: &'static str) -> Self {
        Self { body, late: Box::pin(sleep(LONGEST)), name }
    }
}

impl<B> Body for Message<B>
where
    B: Body<Data = Bytes, Error: Into<BoxError>> + Unpin,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) {
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        let late = self.late.as_mut().poll(context);
        late.map(|()| {
            let status = Failure::OutOfTime.into_status(&format!("{}.csp", self.name));
            Some(Err(status.into()))
        })
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
