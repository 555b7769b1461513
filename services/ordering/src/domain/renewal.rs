//! What time makes of a subscription, and how a new term begins.

use kernel::{OrderName, Timestamp};

use super::{
    Answer, Changes, Order, OrderKind, OrderLine, Purpose, Question, SeatBatch, Subscription,
    SubscriptionState,
};

impl Subscription {
    /// What relationship is to be asked before it renews itself.
    #[must_use]
    pub fn renewal_question(&self) -> Question {
        let product = self.in_next_term();
        let purpose = Purpose::AutomaticRenewal;
        Question::new(self.chain, purpose, [&product.0].into_iter(), true)
    }

    /// Ends the state that time has ended.
    pub fn lapse(self, changes: &mut Changes, now: Timestamp) -> Self {
        let stamp = self.stamp.next(now);
        let after = Self { stamp, ..self.lapsed() };
        let event = match after.state {
            SubscriptionState::Expired => "SubscriptionExpired",
            SubscriptionState::Disabled => "SubscriptionDisabled",
            SubscriptionState::Deleted => "SubscriptionDeleted",
            SubscriptionState::Active
            | SubscriptionState::Suspended
            | SubscriptionState::Cancelled
            | SubscriptionState::Transferred => return after,
        };
        changes.subscription(event, after.clone());
        after
    }

    /// Renews itself from the end of its term, or expires where relationship refuses that. It then
    /// expires now and not earlier: it ran until somebody knew, and the customer has its 30 days.
    pub fn renew_itself(
        self,
        answer: Answer,
        name: OrderName,
        changes: &mut Changes,
        now: Timestamp,
    ) -> Self {
        if let Some(first) = answer.violations.first() {
            let reason = format!("automatic renewal refused: {} {}", first.rule, first.reason);
            let stamp = self.stamp.next(now);
            let state = SubscriptionState::Expired;
            let after = Self { state, state_time: now, state_reason: reason, stamp, ..self };
            changes.subscription("SubscriptionExpired", after.clone());
            return after;
        }
        let start = self.term_end;
        let (after, line) = self.renewed(start, now);
        let kind = OrderKind::AutomaticRenewal;
        let order = Order::accepted(name, kind, after.chain, vec![line], true, answer, now);
        changes.order("OrderAccepted", order);
        changes.subscription("SubscriptionRenewed", after.clone());
        after
    }

    /// The subscription in a new term, and the order line that says so.
    pub(super) fn renewed(self, start: Timestamp, now: Timestamp) -> (Self, OrderLine) {
        let (product, quantity) = self.in_next_term();
        let charge = product.amount(quantity).unwrap_or(i64::MAX);
        let line = OrderLine::of(product.clone(), quantity, self.name).charging(charge);
        let term_end = product.term.end(start);
        let batches = vec![SeatBatch::bought(quantity, charge, start)];
        let stamp = self.stamp.next(now);
        let after =
            Self { product, batches, term_start: start, term_end, next_term: None, stamp, ..self };
        (after, line)
    }

    fn in_next_term(&self) -> (super::Product, i32) {
        let product = self.product.clone();
        match self.next_term {
            None => (product, self.quantity()),
            Some(next) => {
                let super::NextTerm { term, billing_cycle, quantity, unit_price } = next;
                (super::Product { term, billing_cycle, unit_price, ..product }, quantity)
            }
        }
    }
}
