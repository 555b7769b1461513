//! Changes of a subscription. Each settles it first, since what time has made of it is true whoever
//! asks.

use contracts::ordering as pb;
use errors::{Failure, Mutation};
use storage::MutationContext;
use tonic::Request;
use types::{SubscriptionName, Timestamp};

use super::{Transport, convert, decide::Decided, status::denied, telemetry};
use crate::{
    domain::{Answer, Due, NewChange, Offer, Subscription},
    store::DuePlace,
};

/// Methods that change a subscription, each by an order of its own.
macro_rules! changes {
    ($($method:ident = $name:literal ($request:ident) -> $response:ident;)*) => {
        impl Transport { $(
            pub(super) async fn $method(
                &self,
                request: Request<pb::$request>,
            ) -> Result<pb::$response, Failure> {
                let (how, name, wanted) = convert::$method(request.get_ref())?;
                let call = self.call($name, request, how);
                let decide = || self.decide_change(name, &wanted, &call);
                let order = self.order(&call, wanted.action.order_kind(), decide).await?;
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
        wanted: &NewChange,
        call: &MutationContext,
    ) -> Result<Decided, Failure> {
        let subscription = self.store.subscription(name).await?;
        let subscription = subscription.ok_or_else(|| Failure::missing(name))?;
        self.store.database().expects(call, &name, subscription.resource_version).await?;
        let offer = self.offer_of(&subscription).await?;
        let now = self.clock.now();
        let mut decided = Decided::default();
        let subscription = self.settled(subscription, now, &mut decided).await?;
        subscription.may(&wanted.action).map_err(denied)?;
        let answer = self.ask(&subscription.question(wanted), &mut decided.fresh).await?;
        let order = self.new_order();
        let changed = subscription.change(wanted, &offer, answer, order, &mut decided.changes, now);
        changed.map_err(denied)?;
        Ok(decided)
    }

    async fn offer_of(&self, subscription: &Subscription) -> Result<Offer, Failure> {
        let name = &subscription.product.offer;
        let offer = self.store.offers_named([name].into_iter()).await?.remove(name);
        offer.ok_or_else(|| Failure::bug(format!("{name} is gone")))
    }

    /// The subscription as time has left it, with the orders and events that this takes.
    pub(super) async fn settled(
        &self,
        mut subscription: Subscription,
        now: Timestamp,
        decided: &mut Decided,
    ) -> Result<Subscription, Failure> {
        while let Some(due) = subscription.due(now) {
            subscription = self.settled_once(subscription, due, now, decided).await?;
        }
        Ok(subscription)
    }

    pub(super) async fn settle_subscriptions(
        &self,
        request: Request<pb::SettleSubscriptionsRequest>,
    ) -> Result<pb::SettleSubscriptionsResponse, Failure> {
        let (limit, after) = convert::settle_subscriptions(request.get_ref())?;
        let call = self.call("SettleSubscriptions", request, Mutation::default());
        let due = self.store.subscriptions_due(call.now, after, limit as u64).await?;
        let mut answer = pb::SettleSubscriptionsResponse::default();
        let mut more = due.len() == limit;
        for subscription in due {
            let name = subscription.name;
            answer.next_token =
                DuePlace::of(&subscription).map(|it| it.to_string()).unwrap_or_default();
            let outcome = self.settle(subscription, &call).await;
            telemetry::settled(&outcome);
            match &outcome {
                Ok(()) => answer.settled_count += 1,
                Err(failure) => {
                    answer.left_count += 1;
                    tracing::warn!(%name, ?failure, "a subscription was not settled");
                }
            }
            if matches!(outcome, Err(Failure::Unavailable { .. })) || deadline::is_late() {
                more = true;
                break;
            }
        }
        if !more {
            answer.next_token.clear();
        }
        Ok(answer)
    }

    async fn settled_once(
        &self,
        mut subscription: Subscription,
        due: Due,
        now: Timestamp,
        decided: &mut Decided,
    ) -> Result<Subscription, Failure> {
        Ok(match due {
            Due::Lapse => subscription.lapse(&mut decided.changes, now),
            Due::Renewal => {
                let answer = match self.allowed_increase(&mut subscription, decided).await? {
                    Some(answer) => answer,
                    None => {
                        let question = subscription.renewal_question();
                        self.ask(&question, &mut decided.fresh).await?
                    }
                };
                subscription.renew_itself(answer, self.new_order(), &mut decided.changes, now)
            }
        })
    }

    /// The answer that lets the next term have more units than this one, where it is to have more and may.
    async fn allowed_increase(
        &self,
        subscription: &mut Subscription,
        decided: &mut Decided,
    ) -> Result<Option<Answer>, Failure> {
        let Some(question) = subscription.increase_question() else { return Ok(None) };
        let offer = self.offer_of(subscription).await?;
        let answer = self.ask(&question, &mut decided.fresh).await?;
        Ok(subscription.allow_increase(answer, &offer, &mut decided.changes))
    }

    /// Writes step by step what time has made due, since each step is true without the next.
    async fn settle(
        &self,
        mut subscription: Subscription,
        call: &MutationContext,
    ) -> Result<(), Failure> {
        while let Some(due) = subscription.due(call.now) {
            let mut decided = Decided::default();
            subscription = self.settled_once(subscription, due, call.now, &mut decided).await?;
            self.commit(&decided, call).await?;
        }
        Ok(())
    }
}
