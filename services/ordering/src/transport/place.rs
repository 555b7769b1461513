use std::{
    borrow::Borrow,
    collections::{BTreeMap, BTreeSet},
};

use contracts::ordering as pb;
use errors::Failure;
use status::Request;
use types::SubscriptionName;

use super::{ANY_VIEW, Transport, convert};
use crate::{
    domain::{Changes, Identities, NewOrder, Offer, OfferName, OrderKind},
    store::Decided,
};

impl Transport {
    pub(super) async fn place_order(
        &self,
        mut request: Request<pb::PlaceOrderRequest>,
    ) -> Result<pb::PlaceOrderResponse, Failure> {
        let (mutation, new, view) = convert::place_order(request.get_ref())?;
        request.get_mut().view = ANY_VIEW;
        let call = self.mutation_context("PlaceOrder", request, mutation);
        call.caller().act_for(&Vec::from_iter(new.chain.partners()))?;
        let decide = || self.decide_purchase(&new);
        let order = self.mutate_order(&call, OrderKind::Purchase, view, decide).await?;
        Ok(pb::PlaceOrderResponse { order: Some(order) })
    }

    async fn decide_purchase(&self, new: &NewOrder) -> Result<Decided<Changes>, Failure> {
        let names: BTreeSet<_> = new.lines.iter().map(|line| line.offer.clone()).collect();
        let offers = self.store.cached_offers(names.clone()).await?;
        let decided = self.decide_by(new, &offers).await;
        if let Err(Failure::Invalid(_) | Failure::Refused(_)) = decided
            && let Some(current) = self.store.changed_offers(names, &offers).await?
        {
            return self.decide_by(new, &current).await;
        }
        decided
    }

    /// Decides on a purchase of these offers.
    async fn decide_by(
        &self,
        new: &NewOrder,
        offers: &BTreeMap<OfferName, impl Borrow<Offer>>,
    ) -> Result<Decided<Changes>, Failure> {
        let priced = new.price(offers)?;
        let answer = self.ask(&priced.question()).await?;
        let subscription = |_| SubscriptionName::new(self.clock.new_uid());
        let identities = Identities {
            order: self.new_order(),
            subscriptions: priced.requested.lines.iter().map(subscription).collect(),
            now: self.clock.now(),
        };
        Ok(answer.try_map(|answer| priced.accept(answer, identities))?)
    }
}
