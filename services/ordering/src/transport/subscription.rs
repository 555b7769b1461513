use contracts::ordering as pb;
use failure::Failure;
use tonic::Request;

use super::{Transport, render};
use crate::domain::Subscription;

impl Transport {
    pub(super) async fn get_subscription(
        &self,
        request: Request<pb::GetSubscriptionRequest>,
    ) -> Result<pb::GetSubscriptionResponse, Failure> {
        let name = failure::one("name", &request.get_ref().name)?;
        let subscription = self.store.subscription(name).await?;
        let subscription = subscription.ok_or_else(|| Failure::missing(name))?;
        Ok(pb::GetSubscriptionResponse { subscription: Some(self.shown(subscription)) })
    }

    pub(super) async fn list_subscriptions(
        &self,
        request: Request<pb::ListSubscriptionsRequest>,
    ) -> Result<pb::ListSubscriptionsResponse, Failure> {
        let page = crate::store::SUBSCRIPTIONS.page(storage::asked!(request.get_ref()))?;
        let page = self.store.subscriptions(&page).await?;
        Ok(pb::ListSubscriptionsResponse {
            subscriptions: page.items.into_iter().map(|it| self.shown(it)).collect(),
            next_page_token: page.next_page_token,
        })
    }

    /// A subscription as it is now.
    pub(super) fn shown(&self, subscription: Subscription) -> pb::Subscription {
        let now = self.clock.now();
        render::subscription(subscription.seen_at(now), now)
    }
}
