//! Several resources at once, in the order of their names.

use contracts::onboarding as pb;
use failure::{Failure, in_order};
use tonic::Request;

use super::{Transport, render};

impl Transport {
    pub(super) async fn batch_get_organizations(
        &self,
        request: Request<pb::BatchGetOrganizationsRequest>,
    ) -> Result<pb::BatchGetOrganizationsResponse, Failure> {
        let names = failure::names(&request.get_ref().names, 200)?;
        let found = in_order(&names, self.store.organizations_named(&names).await?, |it| &it.name)?;
        let organizations = found.into_iter().map(render::organization).collect();
        Ok(pb::BatchGetOrganizationsResponse { organizations })
    }

    pub(super) async fn batch_get_partners(
        &self,
        request: Request<pb::BatchGetPartnersRequest>,
    ) -> Result<pb::BatchGetPartnersResponse, Failure> {
        let names = failure::names(&request.get_ref().names, 200)?;
        let found = in_order(&names, self.store.partners_named(&names).await?, |it| &it.name)?;
        let partners = found.into_iter().map(|it| render::partner(&it)).collect();
        Ok(pb::BatchGetPartnersResponse { partners })
    }
}
