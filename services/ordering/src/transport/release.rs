use contracts::{ordering as pb, relationship::CustomerRelationship};
use failure::Failure;
use kernel::{CustomerRelationshipName, PartnerName};
use tonic::Request;
use uuid::Uuid;

use super::{Transport, convert, status::denied};

impl Transport {
    pub(super) async fn release_customer_relationship(
        &self,
        request: Request<pb::ReleaseCustomerRelationshipRequest>,
    ) -> Result<pb::ReleaseCustomerRelationshipResponse, Failure> {
        let (request_id, name, by, detail) = convert::release(request.get_ref())?;
        let relationship = self.release(name, by, &detail, request_id).await?;
        Ok(pb::ReleaseCustomerRelationshipResponse { relationship: Some(relationship) })
    }

    /// Relationship remembers the request. Where nobody can say whether the relationship was removed,
    /// its pair stays closed for a minute; then the same request tells.
    async fn release(
        &self,
        name: CustomerRelationshipName,
        by: PartnerName,
        detail: &str,
        request_id: Uuid,
    ) -> Result<CustomerRelationship, Failure> {
        let release = self.relationship.relationship(name).await?;
        let begun = self.store.begin_release(release.clone(), self.clock.now()).await?;
        let approved = begun.map_err(denied)?;
        let removed = self.relationship.remove(&approved, by, detail, request_id).await;
        if !matches!(removed, Err(Failure::Unavailable { .. })) {
            self.store.end_release(&release).await?;
        }
        removed
    }
}
