//! Changes of a subscription that a caller requests.

use markets::Currency;
use rules::{Denial, FieldViolation, Purpose, Transaction};
use types::{OrderName, Timestamp};

use super::{
    Answer, BillingCycle, Changes, NextTerm, Offer, OfferState, Order, OrderKind, OrderLine,
    Product, SeatBatch, Subscription, SubscriptionState, Term, batch::return_units,
    product::transaction,
};

/// Why a manual renewal omits a scheduled increase: its decision does not cover added units.
const MANUAL: &str = "a manual renewal adds no units; add them with AddQuantity";

/// A requested change.
#[derive(Debug, Clone)]
pub struct NewChange {
    /// The action.
    pub action: Action,
    /// Whether the seller attests its role (ORD-2).
    pub attested: bool,
}

/// An action on a subscription.
#[derive(Debug, Clone)]
pub enum Action {
    /// Add this many units until the end of the term.
    Add(i32),
    /// Return this many units whose window is open.
    Reduce(i32),
    /// Cancel, for this reason.
    Cancel(String),
    /// Suspend, for this reason.
    Suspend(String),
    /// Resume.
    Resume,
    /// Turn automatic renewal on or off.
    SetAutomaticRenewal(bool),
    /// Schedule the next term; `None` means that nothing changes.
    NextTerm(Option<RequestedTerm>),
    /// Start a new term now.
    Renew,
}

/// A requested next term.
#[derive(Debug, Clone, Copy)]
pub struct RequestedTerm {
    /// The term.
    pub term: Term,
    /// The billing cycle.
    pub billing_cycle: BillingCycle,
    /// How many units.
    pub quantity: i32,
}

impl Action {
    /// Kind of the order that records the action.
    #[must_use]
    pub const fn order_kind(&self) -> OrderKind {
        self.kind().1
    }

    /// Purpose under the programme's rules, kind of the order, and event.
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
            Self::SetAutomaticRenewal(_) => {
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
    /// The question for relationship before a change. More units in the next term count as added.
    #[must_use]
    pub fn question(&self, requested: &NewChange) -> Transaction {
        let more = matches!(
            requested.action,
            Action::NextTerm(Some(next)) if next.quantity > self.quantity()
        );
        let purpose = if more { Purpose::AddQuantity } else { requested.action.kind().0 };
        transaction(self.chain, purpose, [&self.product].into_iter(), requested.attested)
    }

    /// Changes the subscription, recorded by an order, unless a rule of relationship or ordering is
    /// violated. Nothing may be due, and [`Self::check_state`] must have passed.
    pub fn change(
        self,
        requested: &NewChange,
        offer: &Offer,
        answer: Answer,
        name: OrderName,
        now: Timestamp,
    ) -> Result<Changes, Denial> {
        answer.allow(self.violations(&requested.action, offer, &answer, now))?;
        let (_, kind, event) = requested.action.kind();
        let (after, line) = self.after(&requested.action, offer, now)?;
        let order =
            Order::accepted(name, kind, after.chain, vec![line], requested.attested, answer, now);
        let mut changes = Changes::default();
        if matches!(requested.action, Action::Add(_) | Action::NextTerm(_)) {
            changes.require_offer(offer);
        }
        changes.order("OrderAccepted", order);
        changes.subscription(event, after);
        Ok(changes)
    }

    fn after(
        self,
        requested: &Action,
        offer: &Offer,
        now: Timestamp,
    ) -> Result<(Self, OrderLine), Denial> {
        let line = self.line(self.quantity());
        let mut after = Self { resource_version: self.resource_version.next(now), ..self.clone() };
        let line = match requested {
            Action::Add(quantity) => {
                let charge = after.add(*quantity, offer, now)?;
                self.line(*quantity).charging(charge)
            }
            Action::Reduce(quantity) => {
                let refund = after.reduce(*quantity, offer, now)?;
                self.line(*quantity).refunding(refund)
            }
            Action::Cancel(reason) => {
                after.enter(SubscriptionState::Cancelled, reason, now);
                line.refunding(self.refund(now))
            }
            Action::Suspend(reason) => {
                after.enter(SubscriptionState::Suspended, reason, now);
                line
            }
            Action::Resume => {
                after.enter(SubscriptionState::Active, "", now);
                line
            }
            Action::SetAutomaticRenewal(enabled) => {
                after.automatic_renewal = *enabled;
                line
            }
            Action::NextTerm(next) => {
                after.next_term = next.map(|it| self.next_term(it, offer)).transpose()?;
                after.refused_increase = None;
                line
            }
            Action::Renew => {
                let renewing = self.without_increase(MANUAL.to_owned());
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

    pub(super) fn enter(&mut self, state: SubscriptionState, reason: &str, now: Timestamp) {
        (self.state, self.state_time, self.state_reason) = (state, now, reason.to_owned());
    }

    /// Refund for all units if the subscription ends now.
    pub(super) fn refund(&self, now: Timestamp) -> i64 {
        let refunds = self.batches.iter().map(|batch| batch.refund(self.span(), now));
        refunds.fold(0, i64::saturating_add)
    }

    fn add(&mut self, quantity: i32, offer: &Offer, now: Timestamp) -> Result<i64, Denial> {
        let all = self.quantity().saturating_add(quantity);
        if all > offer.terms.max_quantity {
            let most = offer.terms.max_quantity;
            return invalid(
                "quantity",
                format!("makes {all} units; the offer allows at most {most}"),
            );
        }
        let (Some(_), Some(whole)) = (self.product.amount(all), self.product.amount(quantity))
        else {
            return invalid("quantity", "makes the amount too large".to_owned());
        };
        let charge = self.span().charge(whole, now);
        self.batches.push(SeatBatch::bought(quantity, charge, now));
        Ok(charge)
    }

    fn reduce(&mut self, quantity: i32, offer: &Offer, now: Timestamp) -> Result<i64, Denial> {
        let left = self.quantity().saturating_sub(quantity);
        if left < offer.terms.min_quantity {
            let least = offer.terms.min_quantity;
            return invalid(
                "quantity",
                format!("leaves {left} units; the offer requires at least {least}"),
            );
        }
        let span = self.span();
        let refund = return_units(&mut self.batches, quantity, span, now);
        refund.map_or_else(|| invalid("quantity", "is more than can be returned".to_owned()), Ok)
    }

    /// A next term. It keeps the price if term and billing cycle stay; else the offer's price applies.
    fn next_term(&self, requested: RequestedTerm, offer: &Offer) -> Result<NextTerm, Denial> {
        let RequestedTerm { term, billing_cycle, quantity } = requested;
        let (least, most) = (offer.terms.min_quantity, offer.terms.max_quantity);
        if !(least..=most).contains(&quantity) {
            return invalid(
                "next_term.quantity",
                format!("{quantity} is not between {least} and {most}"),
            );
        }
        let currency = self.product.unit_price.currency;
        let same = (self.product.term, self.product.billing_cycle) == (term, billing_cycle);
        let price =
            if same { Some(self.product.unit_price) } else { sold(offer, requested, currency) };
        let Some(unit_price) = price else {
            let how = format!("for {term} billed {billing_cycle} in {currency}");
            return invalid("next_term.term", format!("{} is not sold {how}", offer.name));
        };
        let product = Product { term, billing_cycle, unit_price, ..self.product.clone() };
        if product.amount(quantity).is_none() {
            return invalid("next_term.quantity", "makes the amount too large".to_owned());
        }
        Ok(NextTerm { term, billing_cycle, quantity, unit_price })
    }
}

fn sold(offer: &Offer, requested: RequestedTerm, currency: Currency) -> Option<super::Money> {
    let price = offer.price(requested.term, requested.billing_cycle, currency);
    price.ok().filter(|_| offer.state == OfferState::Active)
}

fn invalid<T>(field: &str, description: String) -> Result<T, Denial> {
    Err(Denial::Invalid(vec![FieldViolation { field: field.to_owned(), description }]))
}
