use std::time::Duration;

use contracts::{
    ordering as pb,
    relationship::{CustomerRelationship, RemoveCustomerRelationshipRequest},
};
use errors::Failure;
use tonic::Request;

use super::{Transport, convert};
use crate::domain::Release;

/// How long a release waits at most for orders of its pair that are being committed.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

impl Transport {
    /// What is begun here comes to its end whatever becomes of the caller: to close the pair, to have
    /// the relationship removed and to open the pair again. The deadline of the call counts until the
    /// pair is closed; what follows is bounded by the timeouts of relationship and of the database.
    pub(super) async fn release_customer_relationship(
        &self,
        request: Request<pb::ReleaseCustomerRelationshipRequest>,
    ) -> Result<pb::ReleaseCustomerRelationshipResponse, Failure> {
        let wanted = convert::release(&request.into_inner())?;
        let release = self.relationship.relationship(wanted.name).await?;
        let time = deadline::left().map_or(LONGEST_WAIT, |left| left.min(LONGEST_WAIT));
        let release = deadline::within(time, self.clone().release(release, wanted.request));
        let released = deadline::finish(release).await.map_err(Failure::bug)?;
        let relationship = Some(released.map_err(|_| Failure::OutOfTime)??);
        Ok(pb::ReleaseCustomerRelationshipResponse { relationship })
    }

    /// Relationship remembers the request. Where nobody can say whether the relationship was removed,
    /// its pair stays closed for a minute; then the same request tells.
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
