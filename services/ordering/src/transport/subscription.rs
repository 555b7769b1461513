use contracts::ordering as pb;
use failure::Failure;
use tonic::Request;

use super::{Transport, render};

impl Transport {
    pub(super) async fn get_subscription(
        &self,
        request: Request<pb::GetSubscriptionRequest>,
    ) -> Result<pb::GetSubscriptionResponse, Failure> {
        let name = failure::one("name", &request.get_ref().name)?;
        let subscription = self.store.subscription(name).await?;
        let subscription = subscription.ok_or_else(|| Failure::missing(name))?;
        Ok(pb::GetSubscriptionResponse { subscription: Some(render::subscription(subscription)) })
    }

    pub(super) async fn list_subscriptions(
        &self,
        request: Request<pb::ListSubscriptionsRequest>,
    ) -> Result<pb::ListSubscriptionsResponse, Failure> {
        let page = crate::store::SUBSCRIPTIONS.page(storage::asked!(request.get_ref()))?;
        let page = self.store.subscriptions(&page).await?;
        Ok(pb::ListSubscriptionsResponse {
            subscriptions: page.items.into_iter().map(render::subscription).collect(),
            next_page_token: page.next_page_token,
        })
    }
}
