use contracts::onboarding as pb;
use failure::Failure;
use kernel::OrganizationName;
use tonic::Request;

use super::{Transport, convert, render, status::denied};
use crate::domain::{Identity, NewOrganization, Organization};

impl Transport {
    pub(super) async fn create_organization(
        &self,
        request: Request<pb::CreateOrganizationRequest>,
    ) -> Result<pb::CreateOrganizationResponse, Failure> {
        let (request_id, id, new) = convert::create_organization(request.get_ref())?;
        let call = self.call("CreateOrganization", &request, request_id);
        let create = async {
            self.require_owners(&new).await?;
            let name = OrganizationName::new(id.unwrap_or_else(|| self.clock.new_uid()));
            let holder = match &new.global_account {
                Some(account) => self.store.holder_of_partner_id(account.as_str()).await?,
                None => None,
            };
            let namesake = self.store.organization(name).await?.map(|it| it.name.to_string());
            let identity = Identity { name, now: call.now };
            let approved =
                Organization::create(new, namesake.or(holder), identity).map_err(denied)?;
            self.store.save_organization(approved, &call).await
        };
        let organization = self.store.database().once(&call, create).await?;
        Ok(pb::CreateOrganizationResponse {
            organization: Some(render::organization(organization)),
        })
    }

    pub(super) async fn get_organization(
        &self,
        request: Request<pb::GetOrganizationRequest>,
    ) -> Result<pb::GetOrganizationResponse, Failure> {
        let name = failure::one("name", &request.get_ref().name)?;
        let organization = self.store.organization(name).await?;
        let organization = organization.ok_or_else(|| Failure::missing(name))?;
        Ok(pb::GetOrganizationResponse { organization: Some(render::organization(organization)) })
    }

    pub(super) async fn list_organizations(
        &self,
        request: Request<pb::ListOrganizationsRequest>,
    ) -> Result<pb::ListOrganizationsResponse, Failure> {
        let page = crate::store::ORGANIZATIONS.page(storage::asked!(request.get_ref()))?;
        let page = self.store.organizations(&page).await?;
        Ok(pb::ListOrganizationsResponse {
            organizations: page.items.into_iter().map(render::organization).collect(),
            next_page_token: page.next_page_token,
        })
    }

    async fn require_owners(&self, new: &NewOrganization) -> Result<(), Failure> {
        let owners: Vec<_> = new.owners.iter().map(|owner| owner.organization).collect();
        match self.store.missing_organizations(&owners).await?.first() {
            None => Ok(()),
            Some(name) => Err(Failure::missing(name)),
        }
    }
}
