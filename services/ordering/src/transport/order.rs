use contracts::ordering as pb;
use errors::Failure;
use prost::Message;
use status::Request;
use storage::MutationContext;
use types::OrderName;

use super::{ANY_VIEW, Transport, convert, render};
use crate::{
    domain::{Changes, Order, OrderKind},
    store::Decided,
};

impl Transport {
    pub(super) async fn get_order(
        &self,
        request: Request<pb::GetOrderRequest>,
    ) -> Result<pb::GetOrderResponse, Failure> {
        let (message, caller) = request.into_parts();
        let (name, view) = convert::get_order(&message)?;
        drop(message);
        let order = caller.visible(self.store.order(name).await?);
        let order = order.ok_or_else(|| Failure::missing(name))?;
        Ok(pb::GetOrderResponse { order: Some(self.order_in(view, order).await?) })
    }

    /// Renders an order in a view.
    pub(super) async fn order_in(
        &self,
        view: pb::OrderView,
        order: Order,
    ) -> Result<pb::Order, Failure> {
        match view {
            pb::OrderView::Unspecified | pb::OrderView::Basic => Ok(render::order(order)),
            pb::OrderView::Full => {
                let decision = self.store.decision(&order).await?;
                render::order_with_decision(order, &decision)
            }
        }
    }

    pub(super) async fn list_orders(
        &self,
        request: Request<pb::ListOrdersRequest>,
    ) -> Result<pb::ListOrdersResponse, Failure> {
        let page = crate::store::ORDERS.page(storage::list_options!(request))?;
        let read = |piece| async move { self.store.orders(&piece).await };
        let page = page.answer(read, render::order, Message::encoded_len).await?;
        Ok(pb::ListOrdersResponse { orders: page.items, next_page_token: page.next_page_token })
    }

    pub(super) async fn cancel_order(
        &self,
        mut request: Request<pb::CancelOrderRequest>,
    ) -> Result<pb::CancelOrderResponse, Failure> {
        let (mutation, name, detail, view) = convert::cancel_order(request.get_ref())?;
        request.get_mut().view = ANY_VIEW;
        let call = self.mutation_context("CancelOrder", request, mutation);
        let decide = || self.decide_cancellation(name, &detail, &call);
        let order = self.mutate_order(&call, OrderKind::Cancel, view, decide).await?;
        Ok(pb::CancelOrderResponse { order: Some(order) })
    }

    async fn decide_cancellation(
        &self,
        name: OrderName,
        detail: &str,
        call: &MutationContext,
    ) -> Result<Decided<Changes>, Failure> {
        let placement = call.caller().visible(self.store.placement(name).await?);
        let placement = placement.ok_or_else(|| Failure::missing(name))?;
        self.store.database().check_etag(call, &name, placement.order.resource_version).await?;
        placement.may_cancel()?;
        let answer = self.ask(&placement.cancel_question()).await?;
        let (order, now) = (self.new_order(), self.clock.now());
        Ok(answer.try_map(|answer| placement.cancel(detail.to_owned(), answer, order, now))?)
    }
}
