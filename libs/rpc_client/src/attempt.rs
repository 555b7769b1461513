use std::{sync::Arc, time::Duration};

use http::{Request, Response};
use tokio::time::Instant;
use tonic::{Status, body::Body};

use crate::{
    address::{Address, NoResponse},
    breaker::Permit,
};

/// One sending of a call to one address, which tells the address's breaker how it ended.
#[derive(Debug)]
pub(crate) struct Attempt {
    pub(crate) address: Arc<Address>,
    permit: Permit,
    begun: Instant,
    /// A wait of so long without an answer counts as a failure, whoever gave up.
    too_long: Duration,
    told: bool,
}

impl Attempt {
    pub(crate) fn new(address: Arc<Address>, permit: Permit, too_long: Duration) -> Self {
        Self { address, permit, begun: Instant::now(), too_long, told: false }
    }

    /// Sends the call.
    pub(crate) async fn send(
        &mut self,
        request: Request<Body>,
    ) -> Result<Response<Body>, NoResponse> {
        let outcome = self.address.call(request).await;
        self.told = true;
        match &outcome {
            Ok(_) => self.address.breaker.answered(),
            Err(no_response) => self.failed(&no_response.why),
        }
        outcome
    }

    fn failed(&self, why: &Status) {
        if self.address.breaker.failed(self.permit) {
            tracing::warn!(at = %self.address.at, %why, "a peer does not answer and is left alone");
        }
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        if self.told {
            return;
        }
        if self.begun.elapsed() >= self.too_long {
            self.failed(&Status::deadline_exceeded("no answer for too long"));
        } else {
            self.address.breaker.unreported(self.permit);
        }
    }
}
