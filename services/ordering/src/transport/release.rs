use contracts::{ordering as pb, relationship::CustomerRelationship};
use failure::Failure;
use tonic::Request;

use super::{Transport, convert, status::denied};

impl Transport {
    pub(super) async fn release_customer_relationship(
        &self,
        request: Request<pb::ReleaseCustomerRelationshipRequest>,
    ) -> Result<pb::ReleaseCustomerRelationshipResponse, Failure> {
        let wanted = convert::release(&request.into_inner())?;
        let relationship = Some(self.release(wanted).await?);
        Ok(pb::ReleaseCustomerRelationshipResponse { relationship })
    }

    /// Relationship remembers the request. Where nobody can say whether the relationship was removed,
    /// its pair stays closed for a minute; then the same request tells.
    async fn release(&self, wanted: convert::Removal) -> Result<CustomerRelationship, Failure> {
        let release = self.relationship.relationship(wanted.name).await?;
        let now = self.clock.now();
        let begun = self.store.begin_release(release.clone(), now).await?;
        let approved = begun.map_err(denied)?;
        let removed = self.relationship.remove(&approved, wanted.request).await;
        if !matches!(removed, Err(Failure::Unavailable { .. } | Failure::Bug(_))) {
            self.store.end_release(&release, now).await?;
        }
        removed
    }
}
