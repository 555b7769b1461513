use contracts::ordering as pb;
use failure::Failure;
use kernel::{OrderName, SubscriptionName};
use storage::Call;
use tonic::Request;

use super::{Transport, convert, render, status::denied};
use crate::{
    domain::{Approved, Identities, NewOrder, Order, Placement, PricedOrder},
    store::Freshness,
};

impl Transport {
    pub(super) async fn place_order(
        &self,
        request: Request<pb::PlaceOrderRequest>,
    ) -> Result<pb::PlaceOrderResponse, Failure> {
        let (request_id, new) = convert::place_order(request.get_ref())?;
        let call = self.call("PlaceOrder", &request, Some(request_id));
        let order = if request.get_ref().validate_only {
            let (approved, _) = self.decide(&self.price(new).await?, true).await?;
            render::dry_run(approved.into_after().order)?
        } else {
            let place = self.place(new, &call);
            render::order_with_decision(self.store.database().once(&call, place).await?)?
        };
        Ok(pb::PlaceOrderResponse { order: Some(order) })
    }

    /// Accepts and writes an order. A decision that grew too old on the way is asked for anew,
    /// once.
    async fn place(&self, new: NewOrder, call: &Call) -> Result<Order, Failure> {
        let priced = self.price(new).await?;
        let first = self.place_once(&priced, call).await;
        match first {
            Err(Failure::DecisionExpired) => self.place_once(&priced, call).await,
            outcome => outcome,
        }
    }

    async fn place_once(&self, priced: &PricedOrder, call: &Call) -> Result<Order, Failure> {
        let (approved, fresh) = self.decide(priced, false).await?;
        self.store.accept_order(approved, &fresh, call).await
    }

    async fn price(&self, new: NewOrder) -> Result<PricedOrder, Failure> {
        let offers = self.store.offers_named(new.lines.iter().map(|line| &line.offer)).await?;
        new.price(&offers).map_err(denied)
    }

    async fn decide(
        &self,
        priced: &PricedOrder,
        validate_only: bool,
    ) -> Result<(Approved<Placement>, Freshness), Failure> {
        let since_asked = self.clock.stopwatch();
        let answer = self.relationship.check(priced).await?;
        let fresh = Freshness { since_asked, valid_for: answer.valid_for };
        let subscription = |_| SubscriptionName::new(self.clock.new_uid());
        let order = OrderName::new(self.clock.new_uid());
        let identities = Identities {
            order,
            subscriptions: priced.wanted.lines.iter().map(subscription).collect(),
            now: self.clock.now(),
        };
        let decided = priced.clone().accept(answer, identities);
        tracing::info!(
            verdict = if decided.is_ok() { "allowed" } else { "refused" },
            seller = %priced.wanted.chain.seller,
            customer = %priced.wanted.chain.customer,
            order = %order,
            validate_only,
            "decided on an order"
        );
        Ok((decided.map_err(denied)?, fresh))
    }
}
