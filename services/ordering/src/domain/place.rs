//! From an order that somebody wants to one that is accepted: it must fit the offers, and then
//! nothing may stand against it.

use std::collections::BTreeMap;

use kernel::{
    CustomerName, LocationAccountId, OrderName, PartnerName, Stamp, SubscriptionName, Timestamp,
};

use super::{
    Answer, Approved, BillingCycle, Denial, Misfit, Money, Offer, OfferName, Order, OrderLine,
    OrderState, Placement, ProductFamily, Subscription, Term,
};

/// An order that somebody wants.
#[derive(Debug, Clone)]
pub struct NewOrder {
    /// Who buys from Microsoft.
    pub seller: PartnerName,
    /// Who stands between seller and customer.
    pub reseller: Option<PartnerName>,
    /// Who buys in the end.
    pub customer: CustomerName,
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
    /// PartnerID on record.
    pub partner_id: Option<LocationAccountId>,
}

/// An order that fits the offers.
#[derive(Debug, Clone)]
pub struct PricedOrder {
    /// What was wanted.
    pub wanted: NewOrder,
    /// For each line its product family and unit price.
    pub prices: Vec<(ProductFamily, Money)>,
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
    /// Holds every line against its offer.
    pub fn price(self, offers: &BTreeMap<OfferName, Offer>) -> Result<PricedOrder, Denial> {
        let mut misfits = Vec::new();
        let mut total: Option<Money> = None;
        let mut prices = Vec::new();
        for (at, line) in self.lines.iter().enumerate() {
            let mut misfit = |field: &str, description: String| {
                let field = format!("order.lines[{at}].{field}");
                misfits.push(Misfit { field, description });
            };
            let Some(offer) = offers.get(&line.offer) else {
                misfit("offer", format!("{} does not exist", line.offer));
                continue;
            };
            let limits = offer.min_quantity..=offer.max_quantity;
            if !limits.contains(&line.quantity) {
                let (least, most) = limits.into_inner();
                misfit("quantity", format!("{} is not {least} to {most}", line.quantity));
            }
            let Some(unit_price) = offer.price(line.term, line.billing_cycle) else {
                let how = format!("for {} billed {}", line.term, line.billing_cycle);
                misfit("term", format!("{} is not sold {how}", line.offer));
                continue;
            };
            prices.push((offer.family, unit_price));
            let amount = unit_price.times(line.quantity);
            let sum = match (total, amount) {
                (None, amount) => amount,
                (Some(total), Some(amount)) => total.plus(amount),
                (Some(_), None) => None,
            };
            match sum {
                Some(sum) => total = Some(sum),
                None => misfit("offer", unsummable(total, unit_price)),
            }
        }
        match total {
            Some(total) if misfits.is_empty() => Ok(PricedOrder { wanted: self, prices, total }),
            _ => Err(Denial::Misfits(misfits)),
        }
    }
}

fn unsummable(total: Option<Money>, price: Money) -> String {
    match total {
        Some(total) if total.currency != price.currency => format!(
            "is priced in {}, the lines before it in {}; an order has one currency",
            price.currency, total.currency
        ),
        _ => "makes the amount too large".to_owned(),
    }
}

impl PricedOrder {
    /// Accepts the order if relationship found nothing against it.
    pub fn accept(
        self,
        answer: Answer,
        identities: Identities,
    ) -> Result<Approved<Placement>, Denial> {
        if !answer.violations.is_empty() {
            return Err(Denial::RefusedByProgramme(answer.violations));
        }
        let Self { wanted, prices, total } = self;
        let lines = wanted.lines.into_iter().zip(prices).zip(identities.subscriptions);
        let lines = lines.map(|((line, (_, unit_price)), subscription)| OrderLine {
            offer: line.offer,
            quantity: line.quantity,
            term: line.term,
            billing_cycle: line.billing_cycle,
            partner_id: line.partner_id,
            unit_price,
            subscription,
        });
        let order = Order {
            name: identities.order,
            seller: wanted.seller,
            reseller: wanted.reseller,
            customer: wanted.customer,
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
