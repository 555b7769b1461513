use contracts::ordering as pb;
use errors::{Failure, mutation_options};
use prost::Message;
use status::Request;

use super::{Transport, convert, render};
use crate::domain::{Offer, OfferName};

impl Transport {
    pub(super) async fn create_offer(
        &self,
        request: Request<pb::CreateOfferRequest>,
    ) -> Result<pb::CreateOfferResponse, Failure> {
        let (mutation, name, terms) = convert::create_offer(request.get_ref())?;
        let call = self.mutation_context("CreateOffer", request, mutation);
        let create = async {
            let taken = self.find_offer(&name).await?.is_some();
            let approved = Offer::create(name, terms, taken, call.now)?;
            self.store.save_offer(approved, &call).await
        };
        let offer = self.store.database().idempotent(&call, create).await?;
        Ok(pb::CreateOfferResponse { offer: Some(render::offer(offer)) })
    }

    pub(super) async fn update_offer(
        &self,
        request: Request<pb::UpdateOfferRequest>,
    ) -> Result<pb::UpdateOfferResponse, Failure> {
        let (mutation, update) = convert::update_offer(request.get_ref())?;
        let call = self.mutation_context("UpdateOffer", request, mutation);
        let change = async {
            let offer = self.find_offer(&update.name).await?;
            let offer = offer.ok_or_else(|| Failure::missing(&update.name))?;
            self.store.database().check_etag(&call, &offer.name, offer.resource_version).await?;
            let terms = update.apply(render::offer(offer.clone()))?;
            let approved = offer.update(terms, call.now)?;
            self.store.save_offer(approved, &call).await
        };
        let offer = self.store.database().idempotent(&call, change).await?;
        Ok(pb::UpdateOfferResponse { offer: Some(render::offer(offer)) })
    }

    pub(super) async fn retire_offer(
        &self,
        request: Request<pb::RetireOfferRequest>,
    ) -> Result<pb::RetireOfferResponse, Failure> {
        let message = request.get_ref();
        let (mutation, name, detail): (_, OfferName, _) =
            convert::with_detail(mutation_options!(message), &message.name, &message.detail)?;
        let call = self.mutation_context("RetireOffer", request, mutation);
        let retire = async {
            let offer = self.find_offer(&name).await?;
            let offer = offer.ok_or_else(|| Failure::missing(&name))?;
            self.store.database().check_etag(&call, &offer.name, offer.resource_version).await?;
            let approved = offer.retire(detail, call.now)?;
            self.store.save_offer(approved, &call).await
        };
        let offer = self.store.database().idempotent(&call, retire).await?;
        Ok(pb::RetireOfferResponse { offer: Some(render::offer(offer)) })
    }

    pub(super) async fn get_offer(
        &self,
        request: Request<pb::GetOfferRequest>,
    ) -> Result<pb::GetOfferResponse, Failure> {
        let name: OfferName = errors::one("name", &request.get_ref().name)?;
        let offer = self.find_offer(&name).await?;
        let offer = offer.ok_or_else(|| Failure::missing(name))?;
        Ok(pb::GetOfferResponse { offer: Some(render::offer(offer)) })
    }

    pub(super) async fn list_offers(
        &self,
        request: Request<pb::ListOffersRequest>,
    ) -> Result<pb::ListOffersResponse, Failure> {
        let page = crate::store::OFFERS.page(storage::list_options!(request))?;
        let read = |piece| async move { self.store.offers(&piece).await };
        let page = page.answer(read, render::offer, Message::encoded_len).await?;
        Ok(pb::ListOffersResponse { offers: page.items, next_page_token: page.next_page_token })
    }

    async fn find_offer(&self, name: &OfferName) -> Result<Option<Offer>, Failure> {
        Ok(self.store.offers_named([name].into_iter()).await?.remove(name))
    }
}
