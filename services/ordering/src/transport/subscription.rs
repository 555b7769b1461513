use contracts::ordering as pb;
use errors::Failure;
use prost::Message;
use tonic::Request;

use super::{Transport, render};
use crate::domain::Subscription;

impl Transport {
    pub(super) async fn get_subscription(
        &self,
        request: Request<pb::GetSubscriptionRequest>,
    ) -> Result<pb::GetSubscriptionResponse, Failure> {
        let name = errors::one("name", &request.get_ref().name)?;
        let subscription = self.store.subscription(name).await?;
        let subscription = subscription.ok_or_else(|| Failure::missing(name))?;
        Ok(pb::GetSubscriptionResponse { subscription: Some(self.shown(subscription)) })
    }

    pub(super) async fn list_subscriptions(
        &self,
        request: Request<pb::ListSubscriptionsRequest>,
    ) -> Result<pb::ListSubscriptionsResponse, Failure> {
        let page = crate::store::SUBSCRIPTIONS.page(storage::list_options!(request.get_ref()))?;
        let read = |piece| async move { self.store.subscriptions(&piece).await };
        let page = page.answer(read, |it| self.shown(it), Message::encoded_len).await?;
        Ok(pb::ListSubscriptionsResponse {
            subscriptions: page.items,
            next_page_token: page.next_page_token,
        })
    }

    /// A subscription as it is now.
    pub(super) fn shown(&self, subscription: Subscription) -> pb::Subscription {
        let now = self.clock.now();
        render::subscription(subscription.effective_at(now), now)
    }
}
