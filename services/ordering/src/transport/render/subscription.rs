use contracts::{ordering as pb, relationship, time::to_wire};
use types::Timestamp;

use super::{additional_ids, cycle, money, term};
use crate::domain::{
    Due, Money, NextTerm, RefusedIncrease, SeatBatch, Subscription, SubscriptionState,
};

/// A subscription that is in effect at `now`.
pub(in crate::transport) fn subscription(it: Subscription, now: Timestamp) -> pb::Subscription {
    let (resource_version, chain, product) = (it.resource_version, it.chain, &it.product);
    pb::Subscription {
        name: it.name.to_string(),
        order: it.order.to_string(),
        customer: chain.customer.to_string(),
        seller: chain.seller.to_string(),
        reseller: chain.reseller.map(|it| it.to_string()).unwrap_or_default(),
        offer: product.offer.to_string(),
        product_family: relationship::ProductFamily::from(product.family).into(),
        quantity: it.quantity(),
        term: term(product.term).into(),
        billing_cycle: cycle(product.billing_cycle).into(),
        additional_partner_ids_on_record: additional_ids(&product.on_record),
        partner_id_on_record: product
            .on_record
            .partner_id
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        unit_price: Some(money(product.unit_price)),
        batches: it.batches.iter().map(|batch| seats(batch, product.unit_price)).collect(),
        term_start_time: Some(to_wire(it.term_start)),
        term_end_time: Some(to_wire(it.term_end)),
        cancel_until_time: Some(to_wire(it.cancel_until())),
        automatic_renewal: it.automatic_renewal,
        renewal_pending: it.due(now) == Some(Due::Renewal),
        next_term: it.next_term.map(next_term),
        refused_increase: it.refused_increase.map(refused_increase),
        transferred_from: it.transferred_from.map(|it| it.to_string()).unwrap_or_default(),
        transferred_to: it.transferred_to.map(|it| it.to_string()).unwrap_or_default(),
        state: state(it.state).into(),
        state_time: Some(to_wire(it.state_time)),
        state_reason: it.state_reason,
        revision: resource_version.revision,
        etag: resource_version.etag(),
        create_time: Some(to_wire(resource_version.create_time)),
        update_time: Some(to_wire(resource_version.update_time)),
    }
}

fn state(state: SubscriptionState) -> pb::SubscriptionState {
    match state {
        SubscriptionState::Active => pb::SubscriptionState::Active,
        SubscriptionState::Suspended => pb::SubscriptionState::Suspended,
        SubscriptionState::Expired => pb::SubscriptionState::Expired,
        SubscriptionState::Disabled => pb::SubscriptionState::Disabled,
        SubscriptionState::Deleted => pb::SubscriptionState::Deleted,
        SubscriptionState::Cancelled => pb::SubscriptionState::Cancelled,
        SubscriptionState::Transferred => pb::SubscriptionState::Transferred,
    }
}

fn seats(batch: &SeatBatch, price: Money) -> pb::SeatBatch {
    pb::SeatBatch {
        quantity: batch.quantity,
        buy_time: Some(to_wire(batch.buy_time)),
        return_until_time: Some(to_wire(batch.return_until())),
        charge_start_time: Some(to_wire(batch.charge_time)),
        charge: Some(money(Money { minor_units: batch.charge, ..price })),
    }
}

fn refused_increase(it: RefusedIncrease) -> pb::RefusedIncrease {
    pb::RefusedIncrease { quantity: it.quantity, reason: it.reason }
}

fn next_term(next: NextTerm) -> pb::NextTerm {
    pb::NextTerm {
        term: term(next.term).into(),
        billing_cycle: cycle(next.billing_cycle).into(),
        quantity: next.quantity,
        unit_price: Some(money(next.unit_price)),
    }
}
