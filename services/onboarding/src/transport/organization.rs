use contracts::onboarding as pb;
use errors::Failure;
use prost::Message;
use rules::Denial;
use status::Request;
use storage::MutationContext;
use types::{OrganizationName, Timestamp};

use super::{Transport, convert::organization as convert, render};
use crate::domain::{Approved, Identity, Organization, Partner};

impl Transport {
    pub(super) async fn create_organization(
        &self,
        request: Request<pb::CreateOrganizationRequest>,
    ) -> Result<pb::CreateOrganizationResponse, Failure> {
        let now = self.clock.now();
        let (options, id, new) = convert::create(request.get_ref(), now)?;
        let call = self.call_at(now, "CreateOrganization", request, options);
        let create = async {
            self.require_organizations(new.owners.iter().map(|owner| owner.organization)).await?;
            let name = OrganizationName::new(id.unwrap_or_else(|| self.clock.new_uid()));
            let holder = match &new.global_account {
                Some(account) => self.store.holder_of_partner_id(account.as_str()).await?,
                None => None,
            };
            let same_name = self.store.organization(name).await?.map(|it| it.name.to_string());
            let identity = Identity { name, now: call.now };
            let approved = Organization::create(new, same_name.or(holder), identity)?;
            self.store.save_organization(approved, &call).await
        };
        let organization = self.store.database().idempotent(&call, create).await?;
        let mut organization = render::organization(organization);
        if call.is_dry_run() && id.is_none() {
            organization.name.clear();
        }
        Ok(pb::CreateOrganizationResponse { organization: Some(organization) })
    }

    pub(super) async fn get_organization(
        &self,
        request: Request<pb::GetOrganizationRequest>,
    ) -> Result<pb::GetOrganizationResponse, Failure> {
        let name = errors::one("name", &request.get_ref().name)?;
        let visible = self.store.visible_organizations(&[name], request.caller().scope()).await?;
        let organization = visible.into_iter().next().ok_or_else(|| Failure::missing(name))?;
        Ok(pb::GetOrganizationResponse { organization: Some(render::organization(organization)) })
    }

    pub(super) async fn list_organizations(
        &self,
        request: Request<pb::ListOrganizationsRequest>,
    ) -> Result<pb::ListOrganizationsResponse, Failure> {
        let page = crate::store::ORGANIZATIONS.page(storage::list_options!(request))?;
        let read = |page| async move { self.store.organizations(&page).await };
        let page = page.answer(read, render::organization, Message::encoded_len).await?;
        Ok(pb::ListOrganizationsResponse {
            organizations: page.items,
            next_page_token: page.next_page_token,
        })
    }

    pub(super) async fn update_organization(
        &self,
        request: Request<pb::UpdateOrganizationRequest>,
    ) -> Result<pb::UpdateOrganizationResponse, Failure> {
        let (options, name, new) = convert::update(request.get_ref())?;
        let call = self.call("UpdateOrganization", request, options);
        let update = async {
            let before = self.find_organization(name).await?;
            self.store.database().check_etag(&call, &name, before.resource_version).await?;
            let approved = before.clone().update(new, call.now);
            let partners = match approved.is_no_op(approved.after().resource_version) {
                true => Vec::new(),
                false => self.restart_vetting(name, call.now).await?,
            };
            self.store.save_organization_with_partners(approved, &partners, &call).await
        };
        let organization = self.store.database().idempotent(&call, update).await?;
        Ok(pb::UpdateOrganizationResponse {
            organization: Some(render::organization(organization)),
        })
    }

    pub(super) async fn record_ownership(
        &self,
        request: Request<pb::RecordOwnershipRequest>,
    ) -> Result<pb::RecordOwnershipResponse, Failure> {
        let now = self.clock.now();
        let (options, name, owner) = convert::record_ownership(request.get_ref(), now)?;
        let call = self.call_at(now, "RecordOwnership", request, options);
        self.require_organizations([owner.organization]).await?;
        let decide = |it: Organization| it.record_ownership(owner, now);
        let organization = self.change_organization(&call, name, decide).await?;
        Ok(pb::RecordOwnershipResponse { organization: Some(organization) })
    }

    pub(super) async fn end_ownership(
        &self,
        request: Request<pb::EndOwnershipRequest>,
    ) -> Result<pb::EndOwnershipResponse, Failure> {
        let now = self.clock.now();
        let (options, name, owner, end) = convert::end_ownership(request.get_ref(), now)?;
        let call = self.call_at(now, "EndOwnership", request, options);
        let decide = |it: Organization| it.end_ownership(owner, end, now);
        let organization = self.change_organization(&call, name, decide).await?;
        Ok(pb::EndOwnershipResponse { organization: Some(organization) })
    }

    async fn change_organization(
        &self,
        call: &MutationContext,
        name: OrganizationName,
        decide: impl FnOnce(Organization) -> Result<Approved<Organization>, Denial> + Send,
    ) -> Result<pb::Organization, Failure> {
        let change = async {
            let organization = self.find_organization(name).await?;
            self.store.database().check_etag(call, &name, organization.resource_version).await?;
            self.store.save_organization(decide(organization)?, call).await
        };
        self.store.database().idempotent(call, change).await.map(render::organization)
    }

    async fn find_organization(&self, name: OrganizationName) -> Result<Organization, Failure> {
        self.store.organization(name).await?.ok_or_else(|| Failure::missing(name))
    }

    /// The partners of the company whose vetting restarts after a change of its legal profile.
    async fn restart_vetting(
        &self,
        name: OrganizationName,
        now: Timestamp,
    ) -> Result<Vec<Approved<Partner>>, Failure> {
        let partners = self.store.partners_of(name).await?.into_iter();
        let restarted = partners.map(|it| it.restart_vetting(now).map_err(Failure::from));
        restarted.filter_map(Result::transpose).collect()
    }

    /// Fails if an organization does not exist.
    async fn require_organizations(
        &self,
        names: impl IntoIterator<Item = OrganizationName>,
    ) -> Result<(), Failure> {
        let names: Vec<_> = names.into_iter().collect();
        match self.store.missing_organizations(&names).await?.first() {
            None => Ok(()),
            Some(name) => Err(Failure::missing(name)),
        }
    }
}
