//! From an order that somebody wants to one that is accepted: it must fit the offers, and then
//! nothing may stand against it.

use std::collections::BTreeMap;

use markets::Currency;
use types::{OrderName, SubscriptionName, Timestamp};

use super::{
    Answer, BillingCycle, Changes, Denial, Misfit, Money, Offer, OfferName, OfferState, OnRecord,
    Order, OrderKind, OrderLine, Product, Purpose, Question, SalesChain, Subscription, Term,
    Unsold,
};

/// An order that somebody wants.
#[derive(Debug, Clone)]
pub struct NewOrder {
    /// Who sells to whom.
    pub chain: SalesChain,
    /// What is bought. Never empty.
    pub lines: Vec<NewLine>,
    /// Whether the seller attests in which role it acts.
    pub attested: bool,
}

/// One line of it.
#[derive(Debug, Clone)]
pub struct NewLine {
    /// What is bought.
    pub offer: OfferName,
    /// How many units.
    pub quantity: i32,
    /// The term.
    pub term: Term,
    /// The billing cycle.
    pub billing_cycle: BillingCycle,
    /// The currency that it is priced in.
    pub currency: Currency,
    /// Who stands on record for it.
    pub on_record: OnRecord,
    /// Whether the seller attests what the offer demands.
    pub attested: bool,
}

/// An order that fits the offers.
#[derive(Debug, Clone)]
pub struct PricedOrder {
    /// What was wanted.
    pub wanted: NewOrder,
    /// The offer of each line.
    pub offers: Vec<Offer>,
    /// What each line sells, priced.
    pub products: Vec<Product>,
    /// The currency of all lines.
    pub currency: Currency,
}

/// Names and time of an order to be.
#[derive(Debug, Clone)]
pub struct Identities {
    /// The order's.
    pub order: OrderName,
    /// One a line.
    pub subscriptions: Vec<SubscriptionName>,
    /// When it is accepted.
    pub now: Timestamp,
}

impl NewOrder {
    /// Holds every line against its offer, and tells all that does not fit.
    pub fn price(self, known: &BTreeMap<OfferName, Offer>) -> Result<PricedOrder, Denial> {
        let (mut offers, mut products, mut misfits) = (Vec::new(), Vec::new(), Vec::new());
        let mut total = None;
        for (at, line) in self.lines.iter().enumerate() {
            match line.price(known, &mut total) {
                Ok((offer, product)) => {
                    offers.push(offer.clone());
                    products.push(product);
                }
                Err(all) => misfits.extend(all.into_iter().map(|(field, description)| Misfit {
                    field: format!("order.lines[{at}].{field}"),
                    description,
                })),
            }
        }
        match total {
            Some(Money { currency, .. }) if misfits.is_empty() => {
                Ok(PricedOrder { wanted: self, offers, products, currency })
            }
            _ => Err(Denial::Misfits(misfits)),
        }
    }
}

/// Fields that do not fit, each with what is wrong.
type Problems = Vec<(&'static str, String)>;

impl NewLine {
    /// The offer of the line and what it sells. What that costs for a term is added to the total.
    fn price<'a>(
        &self,
        known: &'a BTreeMap<OfferName, Offer>,
        total: &mut Option<Money>,
    ) -> Result<(&'a Offer, Product), Problems> {
        let total = total.get_or_insert(Money { currency: self.currency, minor_units: 0 });
        let mut problems = Vec::new();
        if self.currency != total.currency {
            let problem = format!("is not {}; an order has one currency", total.currency);
            problems.push(("currency_code", problem));
        }
        let Some(offer) = known.get(&self.offer) else {
            problems.push(("offer", format!("{} does not exist", self.offer)));
            return Err(problems);
        };
        problems.extend(self.misfits(offer));
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

    fn misfits(&self, offer: &Offer) -> Problems {
        let mut problems = Vec::new();
        if offer.state == OfferState::Retired {
            problems.push(("offer", format!("{} is retired", self.offer)));
        }
        let (least, most) = (offer.terms.min_quantity, offer.terms.max_quantity);
        if !(least..=most).contains(&self.quantity) {
            problems.push(("quantity", format!("{} is not {least} to {most}", self.quantity)));
        }
        problems
    }

    fn unit_price(&self, offer: &Offer) -> Result<Money, (&'static str, String)> {
        let how = || format!("for {} billed {}", self.term, self.billing_cycle);
        offer.price(self.term, self.billing_cycle, self.currency).map_err(|unsold| match unsold {
            Unsold::Plan => ("term", format!("{} is not sold {}", self.offer, how())),
            Unsold::Currency => {
                let problem = format!("{} is not sold in {} {}", self.offer, self.currency, how());
                ("currency_code", problem)
            }
        })
    }
}

impl PricedOrder {
    /// What relationship is to be asked.
    #[must_use]
    pub fn question(&self) -> Question {
        let NewOrder { chain, attested, .. } = self.wanted;
        Question::new(chain, Purpose::NewSubscription, self.products.iter(), attested)
    }

    /// Accepts the order if neither relationship nor ordering finds anything against it.
    pub fn accept(self, answer: Answer, identities: Identities) -> Result<Changes, Denial> {
        answer.allow(self.against(&answer))?;
        let mut changes = Changes::default();
        self.offers.iter().for_each(|offer| changes.sold_by(offer));
        let Self { wanted, products, .. } = self;
        let sold = products.into_iter().zip(identities.subscriptions);
        let lines = wanted.lines.iter().zip(sold).map(|(line, (product, subscription))| {
            let charge = product.amount(line.quantity).unwrap_or(i64::MAX);
            let sold = OrderLine::of(product, line.quantity, subscription).charging(charge);
            OrderLine { attested: line.attested, ..sold }
        });
        let (kind, lines) = (OrderKind::Purchase, lines.collect());
        let Identities { order: name, now, .. } = identities;
        let order = Order::accepted(name, kind, wanted.chain, lines, wanted.attested, answer, now);
        for line in &order.lines {
            changes.subscription("SubscriptionCreated", Subscription::of(&order, line));
        }
        changes.order("OrderAccepted", order);
        Ok(changes)
    }
}
