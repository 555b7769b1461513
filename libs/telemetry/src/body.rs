use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http::{HeaderMap, Response};
use http_body::{Frame, SizeHint};
use tonic::{Code, body::Body};
use tracing::Instrument;

use crate::call::CallRecord;

impl CallRecord {
    /// Waits for the answer and observes its body until it ends.
    pub(crate) async fn answered<E>(
        mut self,
        answer: impl Future<Output = Result<Response<Body>, E>>,
        code_of: fn(&E) -> Code,
    ) -> Result<Response<Body>, E> {
        let span = self.span.clone();
        match answer.instrument(span).await {
            Ok(response) => Ok(self.observe(response)),
            Err(error) => {
                self.end(code_of(&error));
                Err(error)
            }
        }
    }

    /// A status in the headers ends the call; otherwise the trailers do.
    fn observe(mut self, response: Response<Body>) -> Response<Body> {
        match code(response.headers()) {
            Some(code) => {
                self.end(code);
                response
            }
            // An answer that is not gRPC has an HTTP status only.
            None if !response.status().is_success() => {
                self.end(Code::Unknown);
                response
            }
            None => response.map(|body| Body::new(ObservedBody { body, call: self })),
        }
    }
}

/// The body of an answer. Ends its call's record: with the trailers, with an error, or as cancelled if
/// it is dropped before.
#[derive(Debug)]
struct ObservedBody {
    body: Body,
    call: CallRecord,
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

/// The status in headers or trailers.
fn code(headers: &HeaderMap) -> Option<Code> {
    headers.get("grpc-status").map(|value| Code::from_bytes(value.as_bytes()))
}
