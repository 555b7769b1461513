//! Lapse and renewal of a subscription.

use rules::{Purpose, Transaction};
use types::{OrderName, Timestamp};

use super::{
    Answer, Approved, Changes, NextTerm, Offer, Order, OrderKind, OrderLine, RefusedIncrease,
    SeatBatch, Subscription, SubscriptionState, product::transaction, sale::outside_market,
};

impl Subscription {
    /// The question for relationship before an automatic renewal.
    #[must_use]
    pub fn renewal_question(&self) -> Transaction {
        self.next_term_question(Purpose::AutomaticRenewal)
    }

    /// The question for relationship before a renewal with more units than the current term. They
    /// count as added units; they were allowed when they were scheduled and may be refused now. The
    /// rules for added units include those for an automatic renewal, so an answer that allows them
    /// allows the renewal too.
    #[must_use]
    pub fn increase_question(&self) -> Option<Transaction> {
        let more = self.next_term.is_some_and(|it| it.quantity > self.quantity());
        more.then(|| self.next_term_question(Purpose::AddQuantity))
    }

    fn next_term_question(&self, purpose: Purpose) -> Transaction {
        let (product, _) = self.next_term_product();
        transaction(self.chain, purpose, [&product].into_iter(), true)
    }

    /// The rules that the scheduled increase violates now, with their reasons; `None` if it is
    /// allowed.
    #[must_use]
    pub fn increase_refusal(&self, answer: &Answer, offer: &Offer) -> Option<String> {
        let unsold = outside_market(self.chain, answer, [Some(offer)].into_iter());
        let found = answer.violations.iter().chain(&unsold);
        let found: Vec<_> = found.map(|it| format!("{} {}", it.rule, it.reason)).collect();
        (!found.is_empty()).then(|| found.join(", "))
    }

    /// The subscription without its scheduled increase: the next term keeps the current units.
    #[must_use]
    pub fn without_increase(self, reason: String) -> Self {
        let quantity = self.quantity();
        let Some(next) = self.next_term.filter(|it| it.quantity > quantity) else { return self };
        let refused_increase = Some(RefusedIncrease { quantity: next.quantity, reason });
        Self { next_term: Some(NextTerm { quantity, ..next }), refused_increase, ..self }
    }

    /// Ends the current state. `Due::Lapse` must be due.
    #[must_use]
    pub fn lapse(self, now: Timestamp) -> Approved<Self> {
        let (decided_on, resource_version) =
            (self.resource_version.revision, self.resource_version.next(now));
        let after = Self { resource_version, ..self.lapsed() };
        let event = match after.state {
            SubscriptionState::Expired => "SubscriptionExpired",
            SubscriptionState::Disabled => "SubscriptionDisabled",
            // No other state lapses.
            SubscriptionState::Deleted
            | SubscriptionState::Active
            | SubscriptionState::Suspended
            | SubscriptionState::Cancelled
            | SubscriptionState::Transferred => "SubscriptionDeleted",
        };
        Approved::changed(event, decided_on, after)
    }

    /// Renews from the end of the term, or expires if relationship refuses. The subscription expires
    /// now, not at the end of its term: it ran until the refusal, and the customer gets the full 30
    /// days. `increase` is the offer that a scheduled increase was checked against.
    #[must_use]
    pub fn renew_automatically(
        self,
        answer: Answer,
        increase: Option<&Offer>,
        name: OrderName,
        now: Timestamp,
    ) -> (Self, Changes) {
        let mut changes = Changes::default();
        increase.into_iter().for_each(|offer| changes.require_offer(offer));
        if let Some(first) = answer.violations.first() {
            let reason = format!("automatic renewal refused: {} {}", first.rule, first.reason);
            let resource_version = self.resource_version.next(now);
            let state = SubscriptionState::Expired;
            let after =
                Self { state, state_time: now, state_reason: reason, resource_version, ..self };
            changes.subscription("SubscriptionExpired", after.clone());
            return (after, changes);
        }
        let start = self.term_end;
        let (after, line) = self.renewed(start, now);
        let kind = OrderKind::AutomaticRenewal;
        let order = Order::accepted(name, kind, after.chain, vec![line], true, answer, now);
        changes.order("OrderAccepted", order);
        changes.subscription("SubscriptionRenewed", after.clone());
        (after, changes)
    }

    /// The subscription in a new term, and the order line that records it.
    pub(super) fn renewed(self, start: Timestamp, now: Timestamp) -> (Self, OrderLine) {
        let (product, quantity) = self.next_term_product();
        let charge = product.amount(quantity).unwrap_or(i64::MAX);
        let line = OrderLine::of(product.clone(), quantity, self.name).charging(charge);
        let term_end = product.term.end(start);
        let batches = vec![SeatBatch::bought(quantity, charge, start)];
        let resource_version = self.resource_version.next(now);
        // A refusal at this renewal leaves a next term; without one it is of an earlier renewal.
        let refused_increase = self.refused_increase.filter(|_| self.next_term.is_some());
        let after = Self {
            product,
            batches,
            term_start: start,
            term_end,
            next_term: None,
            refused_increase,
            resource_version,
            ..self
        };
        (after, line)
    }

    fn next_term_product(&self) -> (super::Product, i32) {
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
