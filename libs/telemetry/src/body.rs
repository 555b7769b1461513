use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use tonic::{Code, body::Body};

use crate::call::{CallRecord, code};

/// The body of an answer. Ends its call's record: with the trailers, with an error, or as cancelled if
/// it is dropped before.
#[derive(Debug)]
pub(crate) struct ObservedBody {
    body: Body,
    call: CallRecord,
}

impl ObservedBody {
    pub(crate) const fn new(body: Body, call: CallRecord) -> Self {
        Self { body, call }
    }
}

impl http_body::Body for ObservedBody {
    type Data = Bytes;
    type Error = <Body as http_body::Body>::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        match &frame {
            Some(Ok(frame)) => {
                if let Some(trailers) = frame.trailers_ref() {
                    self.call.end(code(trailers).unwrap_or(Code::Unknown));
                }
            }
            Some(Err(status)) => self.call.end(status.code()),
            // gRPC requires a status.
            None => self.call.end(Code::Unknown),
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
