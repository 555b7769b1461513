use contracts::onboarding as pb;
use errors::Failure;
use prost::Message;
use status::Request;

use super::{Transport, convert, render};
use crate::domain::Partner;

impl Transport {
    pub(super) async fn create_partner(
        &self,
        request: Request<pb::CreatePartnerRequest>,
    ) -> Result<pb::CreatePartnerResponse, Failure> {
        let (options, new) = convert::create_partner(request.get_ref())?;
        let call = self.call("CreatePartner", request, options);
        let create = async {
            if self.store.organization(new.organization).await?.is_none() {
                return Err(Failure::missing(new.organization));
            }
            let taken = self.store.partner(new.name).await?.is_some();
            // Concurrent calls can exceed the limit slightly, because the count takes no lock.
            let tenants = self.store.count_partners(new.organization).await?;
            let approved = Partner::create(new, taken, tenants, call.now)?;
            self.store.save_partner(approved, &call).await
        };
        let partner = self.store.database().idempotent(&call, create).await?;
        Ok(pb::CreatePartnerResponse { partner: Some(render::partner(&partner)) })
    }

    pub(super) async fn get_partner(
        &self,
        request: Request<pb::GetPartnerRequest>,
    ) -> Result<pb::GetPartnerResponse, Failure> {
        let name = errors::one("name", &request.get_ref().name)?;
        let partner = self.stored_partner(name, request.caller()).await?;
        Ok(pb::GetPartnerResponse { partner: Some(render::partner(&partner)) })
    }

    pub(super) async fn list_partners(
        &self,
        request: Request<pb::ListPartnersRequest>,
    ) -> Result<pb::ListPartnersResponse, Failure> {
        let page = crate::store::PARTNERS.page(storage::list_options!(request))?;
        let read = |page| async move { self.store.partners(&page).await };
        let page = page.answer(read, |it| render::partner(&it), Message::encoded_len).await?;
        Ok(pb::ListPartnersResponse { partners: page.items, next_page_token: page.next_page_token })
    }

    pub(super) async fn associate_location(
        &self,
        request: Request<pb::AssociateLocationRequest>,
    ) -> Result<pb::AssociateLocationResponse, Failure> {
        let (options, name, location) = convert::associate_location(request.get_ref())?;
        let call = self.call("AssociateLocation", request, options);
        let associate = async {
            let partner = self.stored_partner(name, call.caller()).await?;
            self.store.database().check_etag(&call, &name, partner.resource_version).await?;
            let facts = self.store.location_facts(&location).await?;
            let approved = partner.associate_location(location, &facts, call.now)?;
            self.store.save_partner(approved, &call).await
        };
        let partner = self.store.database().idempotent(&call, associate).await?;
        Ok(pb::AssociateLocationResponse { partner: Some(render::partner(&partner)) })
    }
}
