//! Changes of a subscription that somebody wants.

use markets::Currency;
use types::{OrderName, Timestamp};

use super::{
    Answer, BillingCycle, Changes, Denial, Misfit, NextTerm, Offer, OfferState, Order, OrderKind,
    OrderLine, Product, Purpose, Question, SeatBatch, Subscription, SubscriptionState, Term,
    batch::take_back,
};

/// Why a renewal by hand leaves out a scheduled increase: its decision is not about added units.
const BY_HAND: &str = "a renewal by hand adds no units; AddQuantity does";

/// A change that somebody wants.
#[derive(Debug, Clone)]
pub struct NewChange {
    /// What is to happen.
    pub action: Action,
    /// Whether the seller attests in which role it acts.
    pub attested: bool,
}

/// What may happen to a subscription.
#[derive(Debug, Clone)]
pub enum Action {
    /// Buy this many more units, to the end of the term.
    Add(i32),
    /// Return this many units, of those whose window is open.
    Reduce(i32),
    /// Cancel it, and say why.
    Cancel(String),
    /// Suspend it, and say why.
    Suspend(String),
    /// Let it run again.
    Resume,
    /// Have it renew itself or not.
    RenewItself(bool),
    /// Say what it is to be in its next term; `None` means what it is now.
    NextTerm(Option<WantedTerm>),
    /// Begin a new term now.
    Renew,
}

/// A next term that somebody wants.
#[derive(Debug, Clone, Copy)]
pub struct WantedTerm {
    /// The term.
    pub term: Term,
    /// The billing cycle.
    pub billing_cycle: BillingCycle,
    /// How many units.
    pub quantity: i32,
}

impl Action {
    /// The kind of the order that it makes.
    #[must_use]
    pub const fn order_kind(&self) -> OrderKind {
        self.kind().1
    }

    /// What it is to the programme's rules, the order that it makes, and its event.
    const fn kind(&self) -> (Purpose, OrderKind, &'static str) {
        match self {
            Self::Add(_) => {
                (Purpose::AddQuantity, OrderKind::AddQuantity, "SubscriptionQuantityAdded")
            }
            Self::Reduce(_) => {
                (Purpose::Change, OrderKind::ReduceQuantity, "SubscriptionQuantityReduced")
            }
            Self::Cancel(_) => (Purpose::Cancel, OrderKind::Cancel, "SubscriptionCancelled"),
            Self::Suspend(_) => (Purpose::Manage, OrderKind::Suspend, "SubscriptionSuspended"),
            Self::Resume => (Purpose::Manage, OrderKind::Resume, "SubscriptionResumed"),
            Self::RenewItself(_) => {
                (Purpose::Manage, OrderKind::SetAutomaticRenewal, "SubscriptionAutomaticRenewalSet")
            }
            Self::NextTerm(_) => {
                (Purpose::Change, OrderKind::ScheduleNextTerm, "SubscriptionNextTermScheduled")
            }
            Self::Renew => (Purpose::Renew, OrderKind::Renew, "SubscriptionRenewed"),
        }
    }
}

impl Subscription {
    /// What relationship is to be asked before a change. More units in the next term are added units.
    #[must_use]
    pub fn question(&self, wanted: &NewChange) -> Question {
        let more = matches!(
            wanted.action,
            Action::NextTerm(Some(next)) if next.quantity > self.quantity()
        );
        let purpose = if more { Purpose::AddQuantity } else { wanted.action.kind().0 };
        Question::new(self.chain, purpose, [&self.product].into_iter(), wanted.attested)
    }

    /// Changes the subscription by an order of its own, if neither relationship nor ordering finds
    /// anything against it. Time has been settled, and [`Self::may`] has let the action through.
    pub fn change(
        self,
        wanted: &NewChange,
        offer: &Offer,
        answer: Answer,
        name: OrderName,
        now: Timestamp,
    ) -> Result<Changes, Denial> {
        answer.allow(self.against(&wanted.action, offer, &answer, now))?;
        let (_, kind, event) = wanted.action.kind();
        let (after, line) = self.after(&wanted.action, offer, now)?;
        let order =
            Order::accepted(name, kind, after.chain, vec![line], wanted.attested, answer, now);
        let mut changes = Changes::default();
        if matches!(wanted.action, Action::Add(_) | Action::NextTerm(_)) {
            changes.sold_by(offer);
        }
        changes.order("OrderAccepted", order);
        changes.subscription(event, after);
        Ok(changes)
    }

    fn after(
        self,
        wanted: &Action,
        offer: &Offer,
        now: Timestamp,
    ) -> Result<(Self, OrderLine), Denial> {
        let line = self.line(self.quantity());
        let mut after = Self { resource_version: self.resource_version.next(now), ..self.clone() };
        let line = match wanted {
            Action::Add(quantity) => {
                let charge = after.add(*quantity, offer, now)?;
                self.line(*quantity).charging(charge)
            }
            Action::Reduce(quantity) => {
                let refund = after.reduce(*quantity, offer, now)?;
                self.line(*quantity).refunding(refund)
            }
            Action::Cancel(why) => {
                after.enter(SubscriptionState::Cancelled, why, now);
                line.refunding(self.refund(now))
            }
            Action::Suspend(why) => {
                after.enter(SubscriptionState::Suspended, why, now);
                line
            }
            Action::Resume => {
                after.enter(SubscriptionState::Active, "", now);
                line
            }
            Action::RenewItself(renews) => {
                after.automatic_renewal = *renews;
                line
            }
            Action::NextTerm(next) => {
                after.next_term = next.map(|it| self.next_term(it, offer)).transpose()?;
                after.refused_increase = None;
                line
            }
            Action::Renew => {
                let renewing = self.without_increase(BY_HAND.to_owned());
                let (mut renewed, line) = renewing.renewed(now, now);
                renewed.enter(SubscriptionState::Active, "", now);
                return Ok((renewed, line));
            }
        };
        Ok((after, line))
    }

    fn line(&self, quantity: i32) -> OrderLine {
        OrderLine::of(self.product.clone(), quantity, self.name)
    }

    pub(super) fn enter(&mut self, state: SubscriptionState, why: &str, now: Timestamp) {
        (self.state, self.state_time, self.state_reason) = (state, now, why.to_owned());
    }

    /// What is given back for all units when it ends now.
    pub(super) fn refund(&self, now: Timestamp) -> i64 {
        let refunds = self.batches.iter().map(|batch| batch.refund(self.span(), now));
        refunds.fold(0, i64::saturating_add)
    }

    fn add(&mut self, quantity: i32, offer: &Offer, now: Timestamp) -> Result<i64, Denial> {
        let all = self.quantity().saturating_add(quantity);
        if all > offer.terms.max_quantity {
            let most = offer.terms.max_quantity;
            return misfit("quantity", format!("makes {all} units, more than {most}"));
        }
        let (Some(_), Some(whole)) = (self.product.amount(all), self.product.amount(quantity))
        else {
            return misfit("quantity", "makes the amount too large".to_owned());
        };
        let charge = self.span().charge(whole, now);
        self.batches.push(SeatBatch::bought(quantity, charge, now));
        Ok(charge)
    }

    fn reduce(&mut self, quantity: i32, offer: &Offer, now: Timestamp) -> Result<i64, Denial> {
        let left = self.quantity().saturating_sub(quantity);
        if left < offer.terms.min_quantity {
            let least = offer.terms.min_quantity;
            return misfit("quantity", format!("leaves {left} units, less than {least}"));
        }
        let span = self.span();
        let refund = take_back(&mut self.batches, quantity, span, now);
        refund.map_or_else(|| misfit("quantity", "is more than may be returned".to_owned()), Ok)
    }

    /// A next term at the price of this one where it is the same, else at that of the offer.
    fn next_term(&self, wanted: WantedTerm, offer: &Offer) -> Result<NextTerm, Denial> {
        let WantedTerm { term, billing_cycle, quantity } = wanted;
        let (least, most) = (offer.terms.min_quantity, offer.terms.max_quantity);
        if !(least..=most).contains(&quantity) {
            return misfit("next_term.quantity", format!("{quantity} is not {least} to {most}"));
        }
        let currency = self.product.unit_price.currency;
        let same = (self.product.term, self.product.billing_cycle) == (term, billing_cycle);
        let price =
            if same { Some(self.product.unit_price) } else { sold(offer, wanted, currency) };
        let Some(unit_price) = price else {
            let how = format!("for {term} billed {billing_cycle} in {currency}");
            return misfit("next_term.term", format!("{} is not sold {how}", offer.name));
        };
        let product = Product { term, billing_cycle, unit_price, ..self.product.clone() };
        if product.amount(quantity).is_none() {
            return misfit("next_term.quantity", "makes the amount too large".to_owned());
        }
        Ok(NextTerm { term, billing_cycle, quantity, unit_price })
    }
}

fn sold(offer: &Offer, wanted: WantedTerm, currency: Currency) -> Option<super::Money> {
    let price = offer.price(wanted.term, wanted.billing_cycle, currency);
    price.ok().filter(|_| offer.state == OfferState::Active)
}

fn misfit<T>(field: &str, description: String) -> Result<T, Denial> {
    Err(Denial::Misfits(vec![Misfit { field: field.to_owned(), description }]))
}
