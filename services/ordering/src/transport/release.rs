use contracts::{ordering as pb, relationship::CustomerRelationshipState};
use failure::Failure;
use kernel::CustomerRelationshipName;
use tonic::Request;
use uuid::Uuid;

use super::{Transport, convert, status::denied};

impl Transport {
    pub(super) async fn release_customer_relationship(
        &self,
        request: Request<pb::ReleaseCustomerRelationshipRequest>,
    ) -> Result<pb::ReleaseCustomerRelationshipResponse, Failure> {
        let (request_id, name, detail) = convert::release(request.get_ref())?;
        let relationship = self.release(name, &detail, request_id).await?;
        Ok(pb::ReleaseCustomerRelationshipResponse { relationship: Some(relationship) })
    }

    /// Relationship remembers the request. Where nobody can say whether the relationship was removed,
    /// its pair stays closed for a minute; then the same request tells.
    async fn release(
        &self,
        name: CustomerRelationshipName,
        detail: &str,
        request_id: Uuid,
    ) -> Result<contracts::relationship::CustomerRelationship, Failure> {
        let (release, state) = self.relationship.relationship(name).await?;
        let begun = self.store.begin_release(release.clone(), self.clock.now()).await?;
        let approved = begun.map_err(denied)?;
        let removed = self.relationship.remove(&approved, detail, request_id).await;
        if !matches!(removed, Err(Failure::Unavailable { .. })) {
            self.store.end_release(&release).await?;
        }
        removed?.ok_or_else(|| denied(release.conflict(word(state))))
    }
}

fn word(state: CustomerRelationshipState) -> &'static str {
    match state {
        CustomerRelationshipState::Requested => "requested",
        CustomerRelationshipState::Active => "active",
        CustomerRelationshipState::Removed => "removed",
        CustomerRelationshipState::Unspecified => "unknown",
    }
}
