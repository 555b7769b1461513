//! Offers and orders for tests.

use std::{collections::BTreeMap, time::Duration};

use rules::{OnRecord, ProductFamily, Responsible, SalesChain, Violation};
use types::{CustomerName, OrderName, PartnerName, SubscriptionName, Timestamp};
use uuid::Uuid;

use crate::domain::{
    Answer, BillingCycle, Changes, Evidence, Identities, Markets, Money, NewLine, NewOrder, Offer,
    OfferName, OfferTerms, Placement, Plan, Subscription, Term,
};

pub(super) const SELLER: PartnerName = PartnerName::new(Uuid::from_u128(0x1));
pub(super) const RESELLER: PartnerName = PartnerName::new(Uuid::from_u128(0x2));
pub(super) const CUSTOMER: CustomerName = CustomerName::new(Uuid::from_u128(0xc));
pub(super) const ORDER: OrderName = OrderName::new(Uuid::from_u128(0xd));

pub(super) const NEXT_ORDER: OrderName = OrderName::new(Uuid::from_u128(0xe));

/// A time, in seconds.
pub(super) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

pub(super) fn money(currency: &str, minor_units: i64) -> Money {
    Money { currency: currency.parse().unwrap(), minor_units }
}

pub(super) fn name(id: &str) -> OfferName {
    OfferName::new(id).unwrap()
}

/// An offer to create.
pub(super) type NewOffer = (OfferName, OfferTerms);

/// An offer of 1 to 100 units, sold for a year and billed monthly.
pub(super) fn new_offer(id: &str, price: Money) -> NewOffer {
    let plan = Plan { term: Term::P1Y, billing_cycle: BillingCycle::Monthly, unit_price: price };
    let terms = OfferTerms {
        display_name: id.to_owned(),
        family: ProductFamily::Microsoft365,
        min_quantity: 1,
        max_quantity: 100,
        markets: Markets::Every,
        third_party: false,
        attestation_required: false,
        plans: vec![plan],
    };
    (name(id), terms)
}

pub(super) fn created((name, terms): NewOffer) -> Offer {
    Offer::create(name, terms, false, at(0)).unwrap().into_after()
}

pub(super) fn catalogue(offers: impl IntoIterator<Item = NewOffer>) -> BTreeMap<OfferName, Offer> {
    offers.into_iter().map(created).map(|offer| (offer.name.clone(), offer)).collect()
}

pub(super) fn line(offer: &str, quantity: i32) -> NewLine {
    NewLine {
        offer: name(offer),
        quantity,
        term: Term::P1Y,
        billing_cycle: BillingCycle::Monthly,
        currency: "EUR".parse().unwrap(),
        on_record: OnRecord::default(),
        attested: false,
    }
}

pub(super) const CHAIN: SalesChain =
    SalesChain { seller: SELLER, reseller: Some(RESELLER), customer: CUSTOMER };

pub(super) fn order(lines: Vec<NewLine>) -> NewOrder {
    NewOrder { chain: CHAIN, lines, attested: true }
}

/// An answer that allows the transaction.
pub(super) fn answer() -> Answer {
    Answer {
        violations: Vec::new(),
        seller_country: Some("FR".parse().unwrap()),
        customer_country: Some("BE".parse().unwrap()),
        valid_for: Duration::from_secs(5),
        evidence: Evidence::new(vec![8, 1]),
    }
}

pub(super) fn subscription(at: usize) -> SubscriptionName {
    SubscriptionName::new(Uuid::from_u128(0x100 + at as u128))
}

/// Names for an order with this many lines, accepted at this second.
pub(super) fn identities(lines: usize, second: i64) -> Identities {
    let subscriptions = (0..lines).map(subscription).collect();
    Identities { order: ORDER, subscriptions, now: at(second) }
}

/// The last order and the subscriptions of some changes.
pub(super) fn placed(changes: &Changes) -> Placement {
    let subscriptions = changes.subscriptions().iter().map(|it| it.after.clone()).collect();
    Placement { order: changes.orders().last().unwrap().after.clone(), subscriptions }
}

/// An order of two lines, accepted at second 0.
pub(super) fn placement() -> Placement {
    let offers = catalogue([new_offer("mail", money("EUR", 500))]);
    let new = order(vec![line("mail", 2), line("mail", 3)]);
    let priced = new.price(&offers).unwrap();
    placed(&priced.accept(answer(), identities(2, 0)).unwrap())
}

/// Events of the subscriptions, then of the orders.
pub(super) fn events(changes: &Changes) -> Vec<&'static str> {
    let orders = changes.orders().iter().map(|it| it.event);
    changes.subscriptions().iter().map(|it| it.event).chain(orders).collect()
}

/// A subscription of this many units at 5.00 a month, bought at second 0.
pub(super) fn bought(quantity: i32, term: Term) -> (Subscription, Offer) {
    let (name, terms) = new_offer("mail", money("EUR", 500));
    let plans =
        [Term::P1M, Term::P1Y, Term::P3Y].map(|term| Plan { term, ..terms.plans[0].clone() });
    let offer = created((name, OfferTerms { plans: plans.into(), ..terms }));
    let offers = BTreeMap::from([(offer.name.clone(), offer.clone())]);
    let requested = NewLine { term, ..line("mail", quantity) };
    let new = order(vec![requested]);
    let priced = new.price(&offers).unwrap();
    let subscription = placed(&priced.accept(answer(), identities(1, 0)).unwrap()).subscriptions;
    (subscription.into_iter().next().unwrap(), offer)
}

pub(super) fn violation(rule: &str) -> Violation {
    Violation {
        domain: "relationship.csp".to_owned(),
        rule: rule.to_owned(),
        reason: "CUSTOMER_OUTSIDE_REGION".to_owned(),
        subject: CUSTOMER.to_string(),
        explanation: "it is outside".to_owned(),
        inputs: vec![("customerRegion".to_owned(), "europe".to_owned())],
        responsible: Responsible::Seller,
        next_step: "sell elsewhere".to_owned(),
        source: "a page".to_owned(),
        partner_center_code: "403/2030".to_owned(),
    }
}
