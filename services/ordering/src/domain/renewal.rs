//! What time makes of a subscription, and how a new term begins.

use types::{OrderName, Timestamp};

use super::{
    Answer, Changes, NextTerm, Offer, Order, OrderKind, OrderLine, Purpose, Question,
    RefusedIncrease, SeatBatch, Subscription, SubscriptionState, sale::outside_market,
};

impl Subscription {
    /// What relationship is to be asked before it renews itself.
    #[must_use]
    pub fn renewal_question(&self) -> Question {
        self.question_of_next_term(Purpose::AutomaticRenewal)
    }

    /// What relationship is to be asked first where the next term has more units than this one: they
    /// are added units, which were let through when they were scheduled and may be refused by now. All
    /// that is held against an automatic renewal is held against added units too, so one answer that
    /// allows them stands for both.
    #[must_use]
    pub fn increase_question(&self) -> Option<Question> {
        let more = self.next_term.is_some_and(|it| it.quantity > self.quantity());
        more.then(|| self.question_of_next_term(Purpose::AddQuantity))
    }

    fn question_of_next_term(&self, purpose: Purpose) -> Question {
        let (product, _) = self.in_next_term();
        Question::new(self.chain, purpose, [&product].into_iter(), true)
    }

    /// The answer to the question about the scheduled increase, where that is allowed on this day. Else
    /// the next term has the units of this one, and the subscription says why: the customer keeps what
    /// it has.
    pub fn allow_increase(
        &mut self,
        answer: Answer,
        offer: &Offer,
        changes: &mut Changes,
    ) -> Option<Answer> {
        changes.sold_by(offer);
        let unsold = outside_market(self.chain, &answer, [Some(offer)].into_iter());
        let found = answer.violations.iter().chain(&unsold);
        let found: Vec<_> = found.map(|it| format!("{} {}", it.rule, it.reason)).collect();
        if found.is_empty() {
            return Some(answer);
        }
        self.forgo_increase(found.join(", "));
        None
    }

    /// Leaves the units of the next term at those of this one, if it was to have more.
    pub(super) fn forgo_increase(&mut self, reason: String) {
        let all = self.quantity();
        if let Some(next) = self.next_term.filter(|it| it.quantity > all) {
            self.refused_increase = Some(RefusedIncrease { quantity: next.quantity, reason });
            self.next_term = Some(NextTerm { quantity: all, ..next });
        }
    }

    /// Ends the state that time has ended.
    pub fn lapse(self, changes: &mut Changes, now: Timestamp) -> Self {
        let resource_version = self.resource_version.next(now);
        let after = Self { resource_version, ..self.lapsed() };
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
            let resource_version = self.resource_version.next(now);
            let state = SubscriptionState::Expired;
            let after =
                Self { state, state_time: now, state_reason: reason, resource_version, ..self };
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
        let resource_version = self.resource_version.next(now);
        // That of this renewal, which left a next term with fewer units; else it is of an earlier one.
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
