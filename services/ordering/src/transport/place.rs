use contracts::ordering as pb;
use errors::Failure;
use tonic::Request;
use types::SubscriptionName;

use super::{ANY_VIEW, Transport, convert};
use crate::{
    domain::{Changes, Identities, NewOrder, OrderKind},
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
        let decide = || self.decide_purchase(&new);
        let order = self.mutate_order(&call, OrderKind::Purchase, view, decide).await?;
        Ok(pb::PlaceOrderResponse { order: Some(order) })
    }

    async fn decide_purchase(&self, new: &NewOrder) -> Result<Decided<Changes>, Failure> {
        let offers = self.store.offers_named(new.lines.iter().map(|line| &line.offer)).await?;
        let priced = new.price(&offers)?;
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
