use contracts::ordering as pb;
use errors::Failure;
use prost::Message;
use status::Request;

use super::{Transport, render};

impl Transport {
    pub(super) async fn get_subscription(
        &self,
        request: Request<pb::GetSubscriptionRequest>,
    ) -> Result<pb::GetSubscriptionResponse, Failure> {
        let (name, now) = (errors::one("name", &request.get_ref().name)?, self.clock.now());
        let subscription = request.caller().visible(self.store.subscription(name).await?);
        let subscription = subscription.ok_or_else(|| Failure::missing(name))?.effective_at(now);
        Ok(pb::GetSubscriptionResponse {
            subscription: Some(render::subscription(subscription, now)),
        })
    }

    pub(super) async fn list_subscriptions(
        &self,
        request: Request<pb::ListSubscriptionsRequest>,
    ) -> Result<pb::ListSubscriptionsResponse, Failure> {
        let page = crate::store::SUBSCRIPTIONS.page(storage::list_options!(request))?;
        let now = self.clock.now();
        let read = |piece| async move {
            self.store.subscriptions(&piece).await?.try_map(|it| Ok(it.effective_at(now)))
        };
        let render = |it| render::subscription(it, now);
        let page = page.answer(read, render, Message::encoded_len).await?;
        Ok(pb::ListSubscriptionsResponse {
            subscriptions: page.items,
            next_page_token: page.next_page_token,
        })
    }
}
