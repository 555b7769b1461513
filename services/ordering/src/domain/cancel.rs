use rules::{
    Denial, Lifecycle, Move, Purpose, Reason, Responsible, Transaction, Violation, refuse,
};
use types::{OrderName, Timestamp};

use super::{
    Answer, Changes, Order, OrderKind, OrderLine, OrderState, Placement, Subscription,
    SubscriptionState, batch::window_end, product::transaction,
};

/// The moves of an order.
pub(super) const LIFECYCLE: Lifecycle<OrderState> = Lifecycle {
    resource: "the order",
    reason: Reason::OrderStateConflict,
    moves: &[
        Move::new("PlaceOrder", &[], &[OrderState::Accepted]),
        Move::effect("each change of a subscription", &[], &[OrderState::Accepted]),
        Move::new("CancelOrder", &[OrderState::Accepted], &[OrderState::Cancelled]),
    ],
    otherwise: "place a new order with PlaceOrder",
};

impl Placement {
    /// Checks that the order is an accepted purchase with a running subscription.
    pub fn may_cancel(&self) -> Result<(), Denial> {
        let order = &self.order;
        // Nothing changes an order after its cancellation.
        let since = order.resource_version.update_time;
        refuse([LIFECYCLE.check::<String>(order.name, order.state, since, "CancelOrder")])?;
        let other = "change or cancel the subscriptions themselves, or place a new order";
        let problem = if order.kind != OrderKind::Purchase {
            "only a purchase can be cancelled"
        } else if self.running().next().is_none() {
            "all subscriptions of the order have ended"
        } else {
            return Ok(());
        };
        Err(self.violation(Reason::OrderStateConflict, problem, other).into())
    }

    /// The question for relationship before the order is cancelled.
    #[must_use]
    pub fn cancel_question(&self) -> Transaction {
        let products = self.running().map(|it| &it.product);
        transaction(self.order.chain, Purpose::Cancel, products, self.order.attested)
    }

    /// Cancels the order and its running subscriptions, recorded by an order of kind CANCEL.
    pub fn cancel(
        self,
        detail: String,
        answer: Answer,
        name: OrderName,
        now: Timestamp,
    ) -> Result<Changes, Denial> {
        answer.allow(self.cancellation_violations(now))?;
        let mut changes = Changes::default();
        let mut lines = Vec::new();
        for subscription in self.running() {
            let refund = subscription.refund(now);
            let (product, quantity) = (subscription.product.clone(), subscription.quantity());
            lines.push(OrderLine::of(product, quantity, subscription.name).refunding(refund));
            let resource_version = subscription.resource_version.next(now);
            let mut after = Subscription { resource_version, ..subscription.clone() };
            after.enter(SubscriptionState::Cancelled, &detail, now);
            changes.subscription("SubscriptionCancelled", after);
        }
        let order = self.order;
        let (kind, chain) = (OrderKind::Cancel, order.chain);
        let by = Order::accepted(name, kind, chain, lines, order.attested, answer, now);
        changes.order("OrderAccepted", by);
        let (state, resource_version) = (OrderState::Cancelled, order.resource_version.next(now));
        changes.order(
            "OrderCancelled",
            Order { state, state_reason: detail, resource_version, ..order },
        );
        Ok(changes)
    }

    fn running(&self) -> impl Iterator<Item = &Subscription> {
        self.subscriptions.iter().filter(|it| it.runs())
    }

    fn cancellation_violations(&self, now: Timestamp) -> Vec<Violation> {
        let until = window_end(self.order.resource_version.create_time);
        if now <= until {
            return Vec::new();
        }
        let explanation = format!("the order could be cancelled until {until}");
        vec![self.violation(
            Reason::CancellationWindowOver,
            explanation,
            "turn automatic renewal of the subscriptions off; they then end with their term",
        )]
    }

    fn violation(
        &self,
        reason: Reason,
        explanation: impl Into<String>,
        next_step: &str,
    ) -> Violation {
        let order = &self.order;
        let accepted = order.resource_version.create_time;
        let inputs = vec![
            ("state", order.state.to_string()),
            ("orderKind", order.kind.to_string()),
            ("acceptTime", accepted.to_string()),
            ("cancelUntil", window_end(accepted).to_string()),
        ];
        reason.violation(order.name, Responsible::Caller, explanation, next_step, inputs)
    }
}
