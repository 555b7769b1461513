use contracts::ordering as pb;
use failure::Failure;
use tonic::Request;

use super::{Transport, convert, render, status::denied};
use crate::domain::{Offer, OfferName};

impl Transport {
    pub(super) async fn create_offer(
        &self,
        request: Request<pb::CreateOfferRequest>,
    ) -> Result<pb::CreateOfferResponse, Failure> {
        let (request_id, name, terms) = convert::create_offer(request.get_ref())?;
        let call = self.call("CreateOffer", &request, request_id);
        let create = async {
            let taken = self.find_offer(&name).await?.is_some();
            let approved = Offer::create(name, terms, taken, call.now).map_err(denied)?;
            self.store.save_offer(approved, &call).await
        };
        let offer = self.store.database().once(&call, create).await?;
        Ok(pb::CreateOfferResponse { offer: Some(render::offer(offer)) })
    }

    pub(super) async fn update_offer(
        &self,
        request: Request<pb::UpdateOfferRequest>,
    ) -> Result<pb::UpdateOfferResponse, Failure> {
        let (request_id, update) = convert::update_offer(request.get_ref())?;
        let call = self.call("UpdateOffer", &request, request_id);
        let change = async {
            let offer = self.find_offer(&update.name).await?;
            let offer = offer.ok_or_else(|| Failure::missing(&update.name))?;
            if !update.etag.is_empty() && update.etag != offer.stamp.etag() {
                return Err(Failure::LostRace);
            }
            let terms = update.apply(render::offer(offer.clone()))?;
            let approved = offer.update(terms, call.now).map_err(denied)?;
            self.store.save_offer(approved, &call).await
        };
        let offer = self.store.database().once(&call, change).await?;
        Ok(pb::UpdateOfferResponse { offer: Some(render::offer(offer)) })
    }

    pub(super) async fn retire_offer(
        &self,
        request: Request<pb::RetireOfferRequest>,
    ) -> Result<pb::RetireOfferResponse, Failure> {
        let pb::RetireOfferRequest { name, detail, request_id } = request.get_ref();
        let (request_id, name, detail) = convert::explained::<OfferName>(request_id, name, detail)?;
        let call = self.call("RetireOffer", &request, request_id);
        let retire = async {
            let offer = self.find_offer(&name).await?;
            let offer = offer.ok_or_else(|| Failure::missing(&name))?;
            let approved = offer.retire(detail, call.now).map_err(denied)?;
            self.store.save_offer(approved, &call).await
        };
        let offer = self.store.database().once(&call, retire).await?;
        Ok(pb::RetireOfferResponse { offer: Some(render::offer(offer)) })
    }

    pub(super) async fn get_offer(
        &self,
        request: Request<pb::GetOfferRequest>,
    ) -> Result<pb::GetOfferResponse, Failure> {
        let name: OfferName = failure::one("name", &request.get_ref().name)?;
        let offer = self.find_offer(&name).await?;
        let offer = offer.ok_or_else(|| Failure::missing(name))?;
        Ok(pb::GetOfferResponse { offer: Some(render::offer(offer)) })
    }

    pub(super) async fn list_offers(
        &self,
        request: Request<pb::ListOffersRequest>,
    ) -> Result<pb::ListOffersResponse, Failure> {
        let page = crate::store::OFFERS.page(storage::asked!(request.get_ref()))?;
        let page = self.store.offers(&page).await?;
        Ok(pb::ListOffersResponse {
            offers: page.items.into_iter().map(render::offer).collect(),
            next_page_token: page.next_page_token,
        })
    }

    async fn find_offer(&self, name: &OfferName) -> Result<Option<Offer>, Failure> {
        Ok(self.store.offers_named([name].into_iter()).await?.remove(name))
    }
}
