//! Accepts a requested order: its lines must match the offers, and no rule may be violated.

use std::{borrow::Borrow, collections::BTreeMap};

use markets::Currency;
use rules::{Denial, FieldViolation, OnRecord, Purpose, SalesChain, Transaction};
use types::{OrderName, SubscriptionName, Timestamp};

use super::{
    Answer, BillingCycle, Changes, Money, Offer, OfferName, OfferState, Order, OrderKind,
    OrderLine, PriceError, Product, Subscription, Term, product::transaction,
};

/// A requested order.
#[derive(Debug, Clone)]
pub struct NewOrder {
    /// Seller, reseller and customer.
    pub chain: SalesChain,
    /// Its lines. Never empty.
    pub lines: Vec<NewLine>,
    /// Whether the seller attests its role (ORD-2).
    pub attested: bool,
}

/// One line of a requested order.
#[derive(Debug, Clone)]
pub struct NewLine {
    /// The offer.
    pub offer: OfferName,
    /// How many units.
    pub quantity: i32,
    /// The term.
    pub term: Term,
    /// The billing cycle.
    pub billing_cycle: BillingCycle,
    /// The currency of the price.
    pub currency: Currency,
    /// PartnerIDs on record.
    pub on_record: OnRecord,
    /// Whether the seller attests the line, as the offer may require (ORD-4).
    pub attested: bool,
}

/// A requested order that matches the offers.
#[derive(Debug, Clone)]
pub struct PricedOrder<'a> {
    /// The requested order.
    pub requested: &'a NewOrder,
    /// The offer of each line.
    pub offers: Vec<&'a Offer>,
    /// The product of each line, with its price.
    pub products: Vec<Product>,
    /// The currency of all lines.
    pub currency: Currency,
}

/// Names and time of the order to create.
#[derive(Debug, Clone)]
pub struct Identities {
    /// Name of the order.
    pub order: OrderName,
    /// Names of the subscriptions, one for each line.
    pub subscriptions: Vec<SubscriptionName>,
    /// Time of acceptance.
    pub now: Timestamp,
}

impl NewOrder {
    /// Prices every line by its offer, or returns all fields that do not match.
    pub fn price<'a>(
        &'a self,
        known: &'a BTreeMap<OfferName, impl Borrow<Offer>>,
    ) -> Result<PricedOrder<'a>, Denial> {
        let (mut offers, mut products, mut invalid) = (Vec::new(), Vec::new(), Vec::new());
        let mut total = None;
        for (at, line) in self.lines.iter().enumerate() {
            match line.price(known, &mut total) {
                Ok((offer, product)) => {
                    offers.push(offer);
                    products.push(product);
                }
                Err(all) => invalid.extend(all.into_iter().map(|(field, description)| {
                    FieldViolation { field: format!("order.lines[{at}].{field}"), description }
                })),
            }
        }
        match total {
            Some(Money { currency, .. }) if invalid.is_empty() => {
                Ok(PricedOrder { requested: self, offers, products, currency })
            }
            _ => Err(Denial::Invalid(invalid)),
        }
    }
}

/// Fields that do not match the offer, with the problem of each.
type Problems = Vec<(&'static str, String)>;

impl NewLine {
    /// The offer and product of the line. Adds the price of its term to the total.
    fn price<'a>(
        &self,
        known: &'a BTreeMap<OfferName, impl Borrow<Offer>>,
        total: &mut Option<Money>,
    ) -> Result<(&'a Offer, Product), Problems> {
        let total = total.get_or_insert(Money { currency: self.currency, minor_units: 0 });
        let mut problems = Vec::new();
        if self.currency != total.currency {
            let problem = format!("differs from {}; use one currency on all lines", total.currency);
            problems.push(("currency_code", problem));
        }
        let Some(offer) = known.get(&self.offer).map(Borrow::borrow) else {
            problems.push(("offer", format!("{} does not exist", self.offer)));
            return Err(problems);
        };
        problems.extend(self.problems(offer));
        match self.unit_price(offer) {
            Ok(unit_price) if problems.is_empty() => {
                let product = self.product(offer, unit_price);
                let sum = product.amount(self.quantity).and_then(|it| total.add(it));
                *total = sum.ok_or_else(|| vec![("offer", "makes the amount too large".into())])?;
                Ok((offer, product))
            }
            Ok(_) => Err(problems),
            Err(problem) => {
                problems.push(problem);
                Err(problems)
            }
        }
    }

    fn product(&self, offer: &Offer, unit_price: Money) -> Product {
        Product {
            offer: self.offer.clone(),
            family: offer.terms.family,
            term: self.term,
            billing_cycle: self.billing_cycle,
            on_record: self.on_record.clone(),
            unit_price,
        }
    }

    fn problems(&self, offer: &Offer) -> Problems {
        let mut problems = Vec::new();
        if offer.state == OfferState::Retired {
            problems.push(("offer", format!("{} is retired", self.offer)));
        }
        let (least, most) = (offer.terms.min_quantity, offer.terms.max_quantity);
        if !(least..=most).contains(&self.quantity) {
            problems
                .push(("quantity", format!("{} is not between {least} and {most}", self.quantity)));
        }
        problems
    }

    fn unit_price(&self, offer: &Offer) -> Result<Money, (&'static str, String)> {
        let how = || format!("for {} billed {}", self.term, self.billing_cycle);
        offer.price(self.term, self.billing_cycle, self.currency).map_err(|unsold| match unsold {
            PriceError::UnknownPlan => ("term", format!("{} is not sold {}", self.offer, how())),
            PriceError::UnknownCurrency => {
                let problem = format!("{} is not sold in {} {}", self.offer, self.currency, how());
                ("currency_code", problem)
            }
        })
    }
}

impl PricedOrder<'_> {
    /// The question for relationship.
    #[must_use]
    pub fn question(&self) -> Transaction {
        let &NewOrder { chain, attested, .. } = self.requested;
        transaction(chain, Purpose::NewSubscription, self.products.iter(), attested)
    }

    /// Accepts the order unless a rule of relationship or ordering is violated.
    pub fn accept(self, answer: Answer, identities: Identities) -> Result<Changes, Denial> {
        answer.allow(self.violations(&answer))?;
        let mut changes = Changes::default();
        self.offers.iter().for_each(|offer| changes.require_offer(offer));
        let Self { requested, products, .. } = self;
        let sold = products.into_iter().zip(identities.subscriptions);
        let lines = requested.lines.iter().zip(sold).map(|(line, (product, subscription))| {
            let charge = product.amount(line.quantity).unwrap_or(i64::MAX);
            let sold = OrderLine::of(product, line.quantity, subscription).charging(charge);
            OrderLine { attested: line.attested, ..sold }
        });
        let (kind, lines) = (OrderKind::Purchase, lines.collect());
        let Identities { order: name, now, .. } = identities;
        let order =
            Order::accepted(name, kind, requested.chain, lines, requested.attested, answer, now);
        for line in &order.lines {
            changes.subscription("SubscriptionCreated", Subscription::of(&order, line));
        }
        changes.order("OrderAccepted", order);
        Ok(changes)
    }
}
