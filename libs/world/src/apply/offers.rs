//! Offers and orders.

use std::collections::BTreeSet;

use contracts::{
    ordering::{self as od, order_line::SellerRole},
    time::from_wire,
};
use markets::Country;
use tonic::Code;

use super::{Conflict, Context, Step, conflict, failed, found};
use crate::{
    alias,
    file::{Offer, Order},
};

impl Context<'_> {
    pub(super) async fn offer(&self, key: &str, offer: &Offer, changes: &mut Vec<String>) -> Step {
        let mut ordering = self.services.ordering.clone();
        let name = format!("offers/{key}");
        let wanted = wanted(key, offer);
        let get = od::GetOfferRequest { name: name.clone() };
        let existing = found(ordering.get_offer(get).await).map_err(failed(key, "GetOffer"))?;
        let Some(existing) = existing.and_then(|it| it.offer) else {
            let create = od::CreateOfferRequest {
                offer_id: key.to_owned(),
                offer: Some(wanted),
                ..Default::default()
            };
            ordering.create_offer(create).await.map_err(failed(key, "CreateOffer"))?;
            changes.push(format!("{key}: created the offer {name}"));
            return Ok(());
        };
        let differs = [
            ("display_name", existing.display_name != wanted.display_name),
            ("product_family", existing.product_family != wanted.product_family),
            ("plans", as_set(&existing.plans) != as_set(&wanted.plans)),
            ("country_codes", existing.country_codes != wanted.country_codes),
            ("every_market", existing.every_market != wanted.every_market),
            ("third_party", existing.third_party != wanted.third_party),
            ("attestation_required", existing.attestation_required != wanted.attestation_required),
        ];
        let paths: Vec<_> =
            differs.iter().filter(|it| it.1).map(|(path, _)| (*path).to_owned()).collect();
        if paths.is_empty() {
            return Ok(());
        }
        let change = format!("{key}: changed {} of the offer", paths.join(", "));
        let update = od::UpdateOfferRequest {
            offer: Some(od::Offer { name, ..wanted }),
            update_mask: Some(prost_types::FieldMask { paths }),
            ..Default::default()
        };
        ordering.update_offer(update).await.map_err(failed(key, "UpdateOffer"))?;
        changes.push(change);
        Ok(())
    }

    /// Places an order under a request id that is derived from its alias, so that it is placed one time.
    pub(super) async fn place(
        &self,
        key: &str,
        order: &Order,
        changes: &mut Vec<String>,
    ) -> Result<od::Order, Conflict> {
        let request = od::PlaceOrderRequest {
            order: Some(self.order(order)),
            request_id: alias::derived(&format!("orders/{key}")).to_string(),
            ..Default::default()
        };
        let placed = self.services.ordering.clone().place_order(request).await;
        let placed = placed.map_err(|status| match status.code() {
            Code::AlreadyExists => conflict(key, format!(
                "the order was placed with other content and cannot be changed; use another alias ({})",
                status.message()
            )),
            _ => failed(key, "PlaceOrder")(status),
        });
        let placed = placed?.into_inner().order.unwrap_or_default();
        let placed_at = placed.create_time.as_ref().and_then(|it| from_wire(it).ok());
        if placed_at.is_some_and(|it| it >= self.now) {
            changes.push(format!("{key}: placed the order {}", placed.name));
        }
        Ok(placed)
    }

    /// An order of the file as a message.
    pub(crate) fn order(&self, order: &Order) -> od::Order {
        let name = |key: &str| alias::partner(key).to_string();
        let seller = self.world.partners.get(&order.seller);
        let currency =
            order.currency.clone().or_else(|| seller.map(|it| it.country.0.currency().to_string()));
        let on_record = order.partner_id.as_deref().or(order.reseller.as_deref());
        let seller_role = match on_record {
            Some(partner) => SellerRole::PartnerIdOnRecord(self.partner_id(partner)),
            None => SellerRole::ActingAsDirectPartner(true),
        };
        let additional = order.additional_resellers.iter().map(|it| self.partner_id(it));
        od::Order {
            seller: name(&order.seller),
            reseller: order.reseller.as_deref().map(|it| name(it)).unwrap_or_default(),
            customer: alias::customer(&order.customer).to_string(),
            partner_attestation_accepted: order.attested,
            lines: vec![od::OrderLine {
                offer: format!("offers/{}", *order.offer),
                quantity: order.quantity,
                term: order.term.wire().into(),
                billing_cycle: order.billing.wire().into(),
                seller_role: Some(seller_role),
                currency_code: currency.unwrap_or_default(),
                attestation_accepted: order.line_attested,
                additional_partner_ids_on_record: additional.collect(),
                ..Default::default()
            }],
            ..Default::default()
        }
    }

    /// The PartnerID of an alias; any other text stands for itself.
    pub(crate) fn partner_id(&self, partner: &str) -> String {
        match self.world.partners.contains_key(partner) {
            true => self.world.partner_id(partner),
            false => partner.to_owned(),
        }
    }
}

fn wanted(key: &str, offer: &Offer) -> od::Offer {
    let mut countries: Vec<_> = offer.markets.iter().map(|it| it.0.to_string()).collect();
    countries.sort();
    od::Offer {
        display_name: offer.name.as_deref().unwrap_or(key).to_owned(),
        product_family: offer.family.wire().into(),
        min_quantity: 1,
        max_quantity: 300,
        plans: plans(offer.price),
        every_market: countries.is_empty(),
        country_codes: countries,
        third_party: offer.third_party,
        attestation_required: offer.attestation_required,
        ..Default::default()
    }
}

/// Every term with monthly billing, and one year with annual billing, in every currency of CSP.
fn plans(price: i64) -> Vec<od::Plan> {
    use od::{
        BillingCycle::{Annual, Monthly},
        Term::{P1m, P1y, P3y},
    };
    let currencies: BTreeSet<_> = Country::all().map(|it| it.currency()).collect();
    let terms = [(P1m, Monthly, 1), (P1y, Monthly, 1), (P1y, Annual, 12), (P3y, Monthly, 1)];
    let plan = |currency: markets::Currency,
                (term, cycle, months): (od::Term, od::BillingCycle, i64)| {
        od::Plan {
            term: term.into(),
            billing_cycle: cycle.into(),
            unit_price: Some(od::Money {
                currency_code: currency.to_string(),
                minor_units: price.saturating_mul(months),
            }),
        }
    };
    currencies.into_iter().flat_map(|it| terms.map(|term| plan(it, term))).collect()
}

fn as_set(plans: &[od::Plan]) -> BTreeSet<(i32, i32, &str, i64)> {
    let key = |plan: &od::Plan| (plan.term, plan.billing_cycle);
    plans
        .iter()
        .filter_map(|plan| {
            let price = plan.unit_price.as_ref()?;
            Some((key(plan).0, key(plan).1, price.currency_code.as_str(), price.minor_units))
        })
        .collect()
}
