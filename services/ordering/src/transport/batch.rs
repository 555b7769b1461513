//! Several resources at once, in the order of their names.

use contracts::ordering as pb;
use failure::{Failure, in_order};
use tonic::Request;

use super::{Transport, render};
use crate::domain::{Offer, Subscription};

impl Transport {
    pub(super) async fn batch_get_offers(
        &self,
        request: Request<pb::BatchGetOffersRequest>,
    ) -> Result<pb::BatchGetOffersResponse, Failure> {
        let names = failure::names(&request.get_ref().names, 200)?;
        let found = self.store.offers_named(names.iter()).await?.into_values().collect();
        let found = in_order(&names, found, |it: &Offer| &it.name)?;
        let offers = found.into_iter().map(render::offer).collect();
        Ok(pb::BatchGetOffersResponse { offers })
    }

    pub(super) async fn batch_get_orders(
        &self,
        request: Request<pb::BatchGetOrdersRequest>,
    ) -> Result<pb::BatchGetOrdersResponse, Failure> {
        let names = failure::names(&request.get_ref().names, 50)?;
        let found = in_order(&names, self.store.orders_named(&names).await?, |it| &it.name)?;
        let orders = found.into_iter().map(render::order).collect();
        Ok(pb::BatchGetOrdersResponse { orders })
    }

    pub(super) async fn batch_get_subscriptions(
        &self,
        request: Request<pb::BatchGetSubscriptionsRequest>,
    ) -> Result<pb::BatchGetSubscriptionsResponse, Failure> {
        let names = failure::names(&request.get_ref().names, 200)?;
        let found = self.store.subscriptions_named(&names).await?.into_values().collect();
        let found = in_order(&names, found, |it: &Subscription| &it.name)?;
        let subscriptions = found.into_iter().map(|it| self.shown(it)).collect();
        Ok(pb::BatchGetSubscriptionsResponse { subscriptions })
    }
}
