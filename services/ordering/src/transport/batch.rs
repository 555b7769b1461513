//! Reads of several resources, in the order of the requested names.

use contracts::ordering as pb;
use errors::Failure;
use prost::Message;
use status::Request;
use storage::batch;

use super::{Transport, render};
use crate::domain::OfferName;

/// Resources per read.
const PIECE: usize = 50;
/// Orders per read: each may have hundreds of lines.
const ORDERS_PIECE: usize = 5;

impl Transport {
    pub(super) async fn batch_get_offers(
        &self,
        request: Request<pb::BatchGetOffersRequest>,
    ) -> Result<pb::BatchGetOffersResponse, Failure> {
        let names = errors::names(&request.into_parts().0.names, 200)?;
        let read = |names: Vec<OfferName>| async move {
            Ok(self.store.offers_named(names.iter()).await?.into_values().collect())
        };
        let render = render::offer;
        let offers = batch(&names, PIECE, read, |it| &it.name, render, Message::encoded_len);
        let offers = offers.await?;
        Ok(pb::BatchGetOffersResponse { offers })
    }

    pub(super) async fn batch_get_orders(
        &self,
        request: Request<pb::BatchGetOrdersRequest>,
    ) -> Result<pb::BatchGetOrdersResponse, Failure> {
        let (message, caller) = request.into_parts();
        let names = errors::names(&message.names, 50)?;
        drop(message);
        let caller = &caller;
        let read = |names: Vec<_>| async move {
            Ok(caller.all_visible(self.store.orders_named(&names).await?))
        };
        let orders =
            batch(&names, ORDERS_PIECE, read, |it| &it.name, render::order, Message::encoded_len)
                .await?;
        Ok(pb::BatchGetOrdersResponse { orders })
    }

    pub(super) async fn batch_get_subscriptions(
        &self,
        request: Request<pb::BatchGetSubscriptionsRequest>,
    ) -> Result<pb::BatchGetSubscriptionsResponse, Failure> {
        let (message, caller) = request.into_parts();
        let names = errors::names(&message.names, 200)?;
        drop(message);
        let (caller, now) = (&caller, self.clock.now());
        let read = |names: Vec<_>| async move {
            let found = self.store.subscriptions_named(&names).await?.into_values();
            Ok(caller.all_visible(found.map(|it| it.effective_at(now)).collect()))
        };
        let render = |it| render::subscription(it, now);
        let subscriptions = batch(&names, PIECE, read, |it| &it.name, render, Message::encoded_len);
        let subscriptions = subscriptions.await?;
        Ok(pb::BatchGetSubscriptionsResponse { subscriptions })
    }
}
