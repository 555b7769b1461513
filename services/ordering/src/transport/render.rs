//! Converts domain values to messages. Fails only if stored evidence is unreadable, which is a bug.

mod subscription;
mod transfer;

use contracts::{
    ordering::{self as pb, order_line::SellerRole},
    relationship,
    time::to_wire,
};
use errors::Failure;
use prost::Message;
use rules::OnRecord;
pub(super) use subscription::subscription;
pub(super) use transfer::{clear_identity, clear_new_names, transfer};

use crate::domain::{
    BillingCycle, Markets, Money, Offer, OfferState, Order, OrderKind, OrderLine, OrderState, Plan,
    Term,
};

pub(super) fn offer(offer: Offer) -> pb::Offer {
    let (resource_version, terms) = (offer.resource_version, offer.terms);
    pb::Offer {
        name: offer.name.to_string(),
        display_name: terms.display_name,
        product_family: relationship::ProductFamily::from(terms.family).into(),
        min_quantity: terms.min_quantity,
        max_quantity: terms.max_quantity,
        plans: terms.plans.iter().map(plan).collect(),
        every_market: terms.markets == Markets::Every,
        country_codes: countries(&terms.markets),
        third_party: terms.third_party,
        attestation_required: terms.attestation_required,
        state: match offer.state {
            OfferState::Active => pb::OfferState::Active,
            OfferState::Retired => pb::OfferState::Retired,
        }
        .into(),
        state_reason: offer.state_reason,
        revision: resource_version.revision,
        etag: resource_version.etag(),
        create_time: Some(to_wire(resource_version.create_time)),
        update_time: Some(to_wire(resource_version.update_time)),
    }
}

fn countries(markets: &Markets) -> Vec<String> {
    match markets {
        Markets::Every => Vec::new(),
        Markets::Only(countries) => countries.iter().map(ToString::to_string).collect(),
    }
}

fn plan(plan: &Plan) -> pb::Plan {
    pb::Plan {
        term: term(plan.term).into(),
        billing_cycle: cycle(plan.billing_cycle).into(),
        unit_price: Some(money(plan.unit_price)),
    }
}

/// An order in the basic view.
pub(super) fn order(order: Order) -> pb::Order {
    let resource_version = order.resource_version;
    let legs = order.chain.legs().into_iter();
    pb::Order {
        name: order.name.to_string(),
        kind: kind(order.kind).into(),
        seller: order.chain.seller.to_string(),
        reseller: order.chain.reseller.map(|it| it.to_string()).unwrap_or_default(),
        customer: order.chain.customer.to_string(),
        lines: order.lines.iter().map(line).collect(),
        partner_attestation_accepted: order.attested,
        state: match order.state {
            OrderState::Accepted => pb::OrderState::Accepted,
            OrderState::Cancelled => pb::OrderState::Cancelled,
        }
        .into(),
        total: Some(money(order.total)),
        charge: Some(money(order.charge)),
        refund: Some(money(order.refund)),
        legs: legs.map(|it| relationship::Leg { seller: it.seller, buyer: it.buyer }).collect(),
        decision: None,
        decision_sha256: order.evidence.to_string(),
        state_reason: order.state_reason,
        revision: resource_version.revision,
        etag: resource_version.etag(),
        create_time: Some(to_wire(resource_version.create_time)),
        update_time: Some(to_wire(resource_version.update_time)),
    }
}

/// An order in the full view.
pub(super) fn order_with_decision(it: Order, decision: &[u8]) -> Result<pb::Order, Failure> {
    let decision = relationship::Decision::decode(decision).map_err(Failure::bug)?;
    Ok(pb::Order { decision: Some(decision), ..order(it) })
}

/// Clears what a dry run does not store: name, etag, revision, times and digest of an order, and the
/// subscriptions of a purchase.
pub(super) fn clear_order(order: &mut pb::Order) {
    if (order.kind(), order.state()) == (pb::OrderKind::Purchase, pb::OrderState::Accepted) {
        order.lines.iter_mut().for_each(|line| line.subscription.clear());
    }
    order.name.clear();
    order.etag.clear();
    order.revision = 0;
    (order.create_time, order.update_time) = (None, None);
    order.decision_sha256.clear();
}

fn line(line: &OrderLine) -> pb::OrderLine {
    let product = &line.product;
    pb::OrderLine {
        offer: product.offer.to_string(),
        quantity: line.quantity,
        term: term(product.term).into(),
        billing_cycle: cycle(product.billing_cycle).into(),
        seller_role: Some(match &product.on_record.partner_id {
            Some(id) => SellerRole::PartnerIdOnRecord(id.to_string()),
            None => SellerRole::ActingAsDirectPartner(true),
        }),
        additional_partner_ids_on_record: additional_ids(&product.on_record),
        currency_code: product.unit_price.currency.to_string(),
        attestation_accepted: line.attested,
        unit_price: Some(money(product.unit_price)),
        charge: Some(money(line.charge)),
        refund: Some(money(line.refund)),
        subscription: line.subscription.to_string(),
    }
}

fn additional_ids(on_record: &OnRecord) -> Vec<String> {
    on_record.additional_ids.iter().map(ToString::to_string).collect()
}

fn kind(kind: OrderKind) -> pb::OrderKind {
    match kind {
        OrderKind::Purchase => pb::OrderKind::Purchase,
        OrderKind::AddQuantity => pb::OrderKind::AddQuantity,
        OrderKind::ReduceQuantity => pb::OrderKind::ReduceQuantity,
        OrderKind::Renew => pb::OrderKind::Renew,
        OrderKind::AutomaticRenewal => pb::OrderKind::AutomaticRenewal,
        OrderKind::ScheduleNextTerm => pb::OrderKind::ScheduleNextTerm,
        OrderKind::SetAutomaticRenewal => pb::OrderKind::SetAutomaticRenewal,
        OrderKind::Suspend => pb::OrderKind::Suspend,
        OrderKind::Resume => pb::OrderKind::Resume,
        OrderKind::Cancel => pb::OrderKind::Cancel,
        OrderKind::TransferIn => pb::OrderKind::TransferIn,
    }
}

fn money(money: Money) -> pb::Money {
    pb::Money { currency_code: money.currency.to_string(), minor_units: money.minor_units }
}

fn term(term: Term) -> pb::Term {
    match term {
        Term::P1M => pb::Term::P1m,
        Term::P1Y => pb::Term::P1y,
        Term::P3Y => pb::Term::P3y,
    }
}

fn cycle(cycle: BillingCycle) -> pb::BillingCycle {
    match cycle {
        BillingCycle::Monthly => pb::BillingCycle::Monthly,
        BillingCycle::Annual => pb::BillingCycle::Annual,
        BillingCycle::OneTime => pb::BillingCycle::OneTime,
    }
}
