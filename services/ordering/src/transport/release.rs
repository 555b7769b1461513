use std::time::Duration;

use contracts::{
    ordering as pb,
    relationship::{CustomerRelationship, RemoveCustomerRelationshipRequest},
};
use errors::Failure;
use rpc_client::on_behalf_of;
use status::Request;

use super::{Transport, convert};
use crate::domain::Release;

/// Longest wait of a release for orders of its pair that are in flight.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

impl Transport {
    /// Closes the pair, removes the relationship and opens the pair again. Continues if the caller
    /// disconnects. The deadline of the call applies until the pair is closed; after that, the timeouts
    /// of relationship and of the database apply.
    pub(super) async fn release_customer_relationship(
        &self,
        request: Request<pb::ReleaseCustomerRelationshipRequest>,
    ) -> Result<pb::ReleaseCustomerRelationshipResponse, Failure> {
        let (message, caller) = request.into_parts();
        let removal = convert::release(&message)?;
        drop(message);
        caller.act_for(&[removal.by])?;
        let release = self.relationship.relationship(removal.name).await?;
        // Before the pair is closed, and before a refusal names its subscriptions.
        if !caller.scope().includes(&release.partner) {
            return Err(Failure::missing(removal.name));
        }
        let time = deadline::left().map_or(LONGEST_WAIT, |left| left.min(LONGEST_WAIT));
        let release = self.clone().release(release, removal.request);
        let release = deadline::within(time, on_behalf_of(caller.origin(), release));
        let released = deadline::finish(release).await.map_err(Failure::bug)?;
        let relationship = Some(released.map_err(|_| Failure::OutOfTime)??);
        Ok(pb::ReleaseCustomerRelationshipResponse { relationship })
    }

    /// If the outcome of the removal is unknown, the pair stays closed for a minute. The caller then
    /// repeats the request, which relationship answers idempotently.
    async fn release(
        self,
        release: Release,
        request: RemoveCustomerRelationshipRequest,
    ) -> Result<CustomerRelationship, Failure> {
        let now = self.clock.now();
        let (begun, sold) = self.store.begin_release(&release, now).await?;
        let sold: Vec<_> = sold.into_iter().map(|it| it.effective_at(now)).collect();
        let approved = release.approve(&sold)?;
        begun.commit(&approved).await?;
        let removed = self.relationship.remove(&approved, request).await;
        if !matches!(removed, Err(Failure::Unavailable { .. } | Failure::Bug(_))) {
            self.store.end_release(approved.after(), now).await?;
        }
        removed
    }
}
