use std::{sync::Arc, time::Duration};

use http::{Request, Response};
use tokio::time::Instant;
use tonic::{Status, body::Body};

use crate::{
    address::{Address, NoResponse},
    breaker::Permit,
};

/// One attempt of a call at one address. Reports its outcome to the address's breaker.
#[derive(Debug)]
pub(crate) struct Attempt {
    pub(crate) address: Arc<Address>,
    permit: Permit,
    begun: Instant,
    /// A cancelled attempt counts as a failure if it waited at least this long.
    slow_after: Duration,
    reported: bool,
}

impl Attempt {
    pub(crate) fn new(address: Arc<Address>, permit: Permit, slow_after: Duration) -> Self {
        Self { address, permit, begun: Instant::now(), slow_after, reported: false }
    }

    /// Sends the call.
    pub(crate) async fn send(
        &mut self,
        request: Request<Body>,
    ) -> Result<Response<Body>, NoResponse> {
        let outcome = self.address.call(request).await;
        self.reported = true;
        match &outcome {
            Ok(_) => self.address.breaker.answered(),
            Err(no_response) => self.failed(&no_response.why),
        }
        outcome
    }

    fn failed(&self, why: &Status) {
        if self.address.breaker.failed(self.permit) {
            tracing::warn!(at = %self.address.at, %why, "a peer does not answer: breaker open");
        }
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        if self.reported {
            return;
        }
        if self.begun.elapsed() >= self.slow_after {
            self.failed(&Status::deadline_exceeded("no answer in time"));
        } else {
            self.address.breaker.unreported(self.permit);
        }
    }
}
