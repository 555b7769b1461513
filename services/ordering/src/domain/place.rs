//! From an order that somebody wants to one that is accepted: it must fit the offers, and then
//! nothing may stand against it.

use std::collections::BTreeMap;

use kernel::{LocationAccountId, OrderName, Stamp, SubscriptionName, Timestamp};
use markets::Currency;

use super::{
    Answer, Approved, BillingCycle, Chain, Denial, Misfit, Money, Offer, OfferName, OfferState,
    Order, OrderLine, OrderState, Placement, Product, Subscription, Term, Unsold,
};

/// An order that somebody wants.
#[derive(Debug, Clone)]
pub struct NewOrder {
    /// Who sells to whom.
    pub chain: Chain,
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
    /// PartnerID on record. None where the seller says that it acts as direct partner.
    pub partner_id: Option<LocationAccountId>,
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
    /// The unit price of each line.
    pub prices: Vec<Money>,
    /// Sum over the lines.
    pub total: Money,
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
        let (mut offers, mut prices, mut misfits) = (Vec::new(), Vec::new(), Vec::new());
        let mut total = None;
        for (at, line) in self.lines.iter().enumerate() {
            match line.price(known, &mut total) {
                Ok((offer, price)) => {
                    offers.push(offer.clone());
                    prices.push(price);
                }
                Err(all) => misfits.extend(all.into_iter().map(|(field, description)| Misfit {
                    field: format!("order.lines[{at}].{field}"),
                    description,
                })),
            }
        }
        match total {
            Some(total) if misfits.is_empty() => {
                Ok(PricedOrder { wanted: self, offers, prices, total })
            }
            _ => Err(Denial::Misfits(misfits)),
        }
    }
}

/// Fields that do not fit, each with what is wrong.
type Problems = Vec<(&'static str, String)>;

impl NewLine {
    /// The offer and unit price of the line, whose amount is added to the total.
    fn price<'a>(
        &self,
        known: &'a BTreeMap<OfferName, Offer>,
        total: &mut Option<Money>,
    ) -> Result<(&'a Offer, Money), Problems> {
        let first = total.get_or_insert(Money { currency: self.currency, minor_units: 0 });
        let mut problems = Vec::new();
        if self.currency != first.currency {
            let problem = format!("is not {}; an order has one currency", first.currency);
            problems.push(("currency_code", problem));
        }
        let Some(offer) = known.get(&self.offer) else {
            problems.push(("offer", format!("{} does not exist", self.offer)));
            return Err(problems);
        };
        problems.extend(self.misfits(offer));
        match self.unit_price(offer) {
            Ok(price) if problems.is_empty() => {
                let sum = price.times(self.quantity).and_then(|amount| first.plus(amount));
                *first =
                    sum.ok_or_else(|| vec![("offer", "makes the amount too large".to_owned())])?;
                Ok((offer, price))
            }
            Ok(_) => Err(problems),
            Err(problem) => {
                problems.push(problem);
                Err(problems)
            }
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
    /// Accepts the order if relationship found nothing against it.
    pub fn accept(
        self,
        answer: Answer,
        identities: Identities,
    ) -> Result<Approved<Placement>, Denial> {
        answer.allow(self.against(&answer))?;
        let Self { wanted, offers, prices, total } = self;
        let sold = offers.into_iter().zip(prices).zip(identities.subscriptions);
        let lines = wanted.lines.into_iter().zip(sold);
        let lines = lines.map(|(line, ((offer, unit_price), subscription))| OrderLine {
            product: Product {
                offer: line.offer,
                family: offer.terms.family,
                term: line.term,
                billing_cycle: line.billing_cycle,
                partner_id: line.partner_id,
                unit_price,
            },
            quantity: line.quantity,
            attested: line.attested,
            subscription,
        });
        let order = Order {
            name: identities.order,
            chain: wanted.chain,
            lines: lines.collect(),
            attested: wanted.attested,
            state: OrderState::Accepted,
            state_reason: String::new(),
            total,
            legs: answer.legs,
            evidence: answer.evidence,
            stamp: Stamp::first(identities.now),
        };
        let subscriptions = order.lines.iter().map(|line| Subscription::of(&order, line)).collect();
        Ok(Approved::created("OrderAccepted", Placement { order, subscriptions }))
    }
}
