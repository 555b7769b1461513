//! Changes of a subscription. Each first settles what is due, because that does not depend on the
//! caller.

use contracts::ordering as pb;
use errors::{Failure, Mutation};
use status::Request;
use storage::MutationContext;
use types::{SubscriptionName, Timestamp};

use super::{ANY_VIEW, Transport, convert, telemetry};
use crate::{
    domain::{Changes, Due, NewChange, Offer, Subscription},
    store::{Decided, DueCursor},
};

/// Methods that change a subscription and record the change as an order.
macro_rules! changes {
    ($($method:ident = $name:literal ($request:ident) -> $response:ident;)*) => {
        impl Transport { $(
            pub(super) async fn $method(
                &self,
                mut request: Request<pb::$request>,
            ) -> Result<pb::$response, Failure> {
                let (mutation, name, requested, view) = convert::$method(request.get_ref())?;
                request.get_mut().view = ANY_VIEW;
                let call = self.mutation_context($name, request, mutation);
                let decide = || self.decide_change(name, &requested, &call);
                let kind = requested.action.order_kind();
                let order = self.mutate_order(&call, kind, view, decide).await?;
                Ok(pb::$response { order: Some(order) })
            }
        )* }
    };
}

changes! {
    add_quantity = "AddQuantity" (AddQuantityRequest) -> AddQuantityResponse;
    reduce_quantity = "ReduceQuantity" (ReduceQuantityRequest) -> ReduceQuantityResponse;
    cancel_subscription = "CancelSubscription" (CancelSubscriptionRequest) -> CancelSubscriptionResponse;
    suspend_subscription = "SuspendSubscription" (SuspendSubscriptionRequest) -> SuspendSubscriptionResponse;
    resume_subscription = "ResumeSubscription" (ResumeSubscriptionRequest) -> ResumeSubscriptionResponse;
    set_automatic_renewal = "SetAutomaticRenewal" (SetAutomaticRenewalRequest) -> SetAutomaticRenewalResponse;
    schedule_next_term = "ScheduleNextTerm" (ScheduleNextTermRequest) -> ScheduleNextTermResponse;
    renew_subscription = "RenewSubscription" (RenewSubscriptionRequest) -> RenewSubscriptionResponse;
}

impl Transport {
    async fn decide_change(
        &self,
        name: SubscriptionName,
        requested: &NewChange,
        call: &MutationContext,
    ) -> Result<Decided<Changes>, Failure> {
        let subscription = call.caller().visible(self.store.subscription(name).await?);
        let subscription = subscription.ok_or_else(|| Failure::missing(name))?;
        self.store.database().check_etag(call, &name, subscription.resource_version).await?;
        let offer = self.offer_of(&subscription).await?;
        let now = self.clock.now();
        let (subscription, mut decided) = self.settled(subscription, now).await?;
        subscription.check_state(&requested.action)?;
        let answer = self.ask(&subscription.question(requested)).await?;
        let order = self.new_order();
        let change = |answer| subscription.change(requested, &offer, answer, order, now);
        decided.append(answer.try_map(change)?);
        Ok(decided)
    }

    async fn offer_of(&self, subscription: &Subscription) -> Result<Offer, Failure> {
        let name = &subscription.product.offer;
        let offer = self.store.offers_named([name].into_iter()).await?.remove(name);
        offer.ok_or_else(|| Failure::bug(format!("{name} is missing")))
    }

    /// The subscription after all that is due, and the changes that lead to it.
    pub(super) async fn settled(
        &self,
        mut subscription: Subscription,
        now: Timestamp,
    ) -> Result<(Subscription, Decided<Changes>), Failure> {
        let mut decided = Decided::default();
        while let Some(due) = subscription.due(now) {
            let (after, step) = self.settle_step(subscription, due, now).await?;
            decided.append(step);
            subscription = after;
        }
        Ok((subscription, decided))
    }

    pub(super) async fn settle_subscriptions(
        &self,
        request: Request<pb::SettleSubscriptionsRequest>,
    ) -> Result<pb::SettleSubscriptionsResponse, Failure> {
        let (limit, after) = convert::settle_subscriptions(request.get_ref())?;
        let call = self.mutation_context("SettleSubscriptions", request, Mutation::default());
        let due = self.store.subscriptions_due(call.now, after, limit as u64).await?;
        let mut response = pb::SettleSubscriptionsResponse::default();
        let mut more = due.len() == limit;
        for subscription in due {
            let name = subscription.name;
            response.next_token =
                DueCursor::of(&subscription).map(|it| it.to_string()).unwrap_or_default();
            let outcome = self.settle(subscription, &call).await;
            telemetry::settled(&outcome);
            match &outcome {
                Ok(()) => response.settled_count += 1,
                Err(failure) => {
                    response.left_count += 1;
                    tracing::warn!(%name, ?failure, "a subscription was not settled");
                }
            }
            if matches!(outcome, Err(Failure::Unavailable { .. })) || deadline::is_late() {
                more = true;
                break;
            }
        }
        if !more {
            response.next_token.clear();
        }
        Ok(response)
    }

    async fn settle_step(
        &self,
        subscription: Subscription,
        due: Due,
        now: Timestamp,
    ) -> Result<(Subscription, Decided<Changes>), Failure> {
        match due {
            Due::Lapse => {
                let lapsed = subscription.lapse(now);
                Ok((lapsed.after().clone(), lapsed.into()))
            }
            Due::Renewal => self.renew(subscription, now).await,
        }
    }

    /// Renews a subscription, with its scheduled increase if that is allowed today.
    async fn renew(
        &self,
        subscription: Subscription,
        now: Timestamp,
    ) -> Result<(Subscription, Decided<Changes>), Failure> {
        let Some(question) = subscription.increase_question() else {
            let answer = self.ask(&subscription.renewal_question()).await?;
            let renew =
                |answer| subscription.renew_automatically(answer, None, self.new_order(), now);
            return Ok(answer.map(renew).split());
        };
        let offer = self.offer_of(&subscription).await?;
        let increase = self.ask(&question).await?;
        let refusal = subscription.increase_refusal(increase.answer(), &offer);
        let (subscription, answer) = match refusal {
            None => (subscription, increase),
            Some(reason) => {
                let subscription = subscription.without_increase(reason);
                let answer = self.ask(&subscription.renewal_question()).await?;
                (subscription, answer.and(increase))
            }
        };
        let renew =
            |answer| subscription.renew_automatically(answer, Some(&offer), self.new_order(), now);
        Ok(answer.map(renew).split())
    }

    /// Settles all that is due. Commits each step on its own, because each is valid without the next.
    async fn settle(
        &self,
        mut subscription: Subscription,
        call: &MutationContext,
    ) -> Result<(), Failure> {
        while let Some(due) = subscription.due(call.now) {
            let decide = || self.settle_step(subscription.clone(), due, call.now);
            let (mut after, step) = decide().await?;
            match self.commit(&step, call).await {
                Err(Failure::DecisionExpired) => {
                    let (again, step) = decide().await?;
                    self.commit(&step, call).await?;
                    after = again;
                }
                outcome => outcome?,
            }
            subscription = after;
        }
        Ok(())
    }
}
