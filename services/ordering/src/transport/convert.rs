//! Messages as domain values, or everything that is wrong with them.

use std::collections::BTreeSet;

use contracts::{ordering as pb, relationship};
use failure::{Failure, Fields};
use kernel::OrderName;
use uuid::Uuid;

use crate::domain::{
    BillingCycle, Money, NewLine, NewOffer, NewOrder, OfferName, Plan, ProductFamily, Term,
};

const MAX_NAME: usize = 200;
const MAX_DETAIL: usize = 500;
const MAX_LINES: usize = 300;
const MAX_PLANS: usize = 9;
const MAX_QUANTITY: i32 = 1_000_000;

type Converted<T> = Result<T, Failure>;

pub(super) fn create_offer(
    request: &pb::CreateOfferRequest,
) -> Converted<(Option<Uuid>, NewOffer)> {
    let mut fields = Fields::new();
    let request_id = fields.request_id(&request.request_id);
    let name = fields.check("offer_id", OfferName::new(&request.offer_id));
    let new = fields
        .required("offer", request.offer.as_ref())
        .and_then(|message| new_offer(&mut fields, name, message));
    fields.finish(|| Some((request_id?, new?)))
}

fn new_offer(
    fields: &mut Fields,
    name: Option<OfferName>,
    message: &pb::Offer,
) -> Option<NewOffer> {
    let display_name = fields.text("offer.display_name", &message.display_name, MAX_NAME);
    let family = fields.choice("offer.product_family", message.product_family, family);
    let (least, most) = (message.min_quantity, message.max_quantity);
    if least < 1 {
        fields.reject("offer.min_quantity", format!("{least} is less than 1"));
    }
    if most < least.max(1) || most > MAX_QUANTITY {
        let problem = format!("{most} is not from min_quantity to {MAX_QUANTITY}");
        fields.reject("offer.max_quantity", problem);
    }
    if message.plans.is_empty() || message.plans.len() > MAX_PLANS {
        fields.reject("offer.plans", format!("has {} entries, not 1 to 9", message.plans.len()));
        return None;
    }
    let plans = message.plans.iter().enumerate();
    let plans: Vec<_> = plans.map(|(at, each)| plan(fields, at, each)).collect();
    let plans = plans.into_iter().collect::<Option<Vec<_>>>()?;
    let ways: BTreeSet<_> = plans.iter().map(|plan| (plan.term, plan.billing_cycle)).collect();
    if ways.len() < plans.len() {
        fields.reject("offer.plans", "has a term and billing cycle twice");
    }
    if plans.windows(2).any(|two| two[0].unit_price.currency != two[1].unit_price.currency) {
        fields.reject("offer.plans", "is in more than one currency");
    }
    let (name, display_name, family) = (name?, display_name?, family?);
    Some(NewOffer { name, display_name, family, min_quantity: least, max_quantity: most, plans })
}

fn plan(fields: &mut Fields, at: usize, message: &pb::Plan) -> Option<Plan> {
    let path = format!("offer.plans[{at}]");
    let term = fields.choice(format!("{path}.term"), message.term, term);
    let billing_cycle =
        fields.choice(format!("{path}.billing_cycle"), message.billing_cycle, cycle);
    if let (Some(term), Some(cycle)) = (term, billing_cycle)
        && !cycle.fits(term)
    {
        fields.reject(format!("{path}.billing_cycle"), format!("{cycle} does not go with {term}"));
    }
    let price = fields.required(format!("{path}.unit_price"), message.unit_price.as_ref());
    let currency = price
        .and_then(|it| fields.parse(format!("{path}.unit_price.currency_code"), &it.currency_code));
    if price.is_some_and(|it| it.minor_units < 0) {
        fields.reject(format!("{path}.unit_price.minor_units"), "is negative");
    }
    let unit_price = Money { currency: currency?, minor_units: price?.minor_units };
    Some(Plan { term: term?, billing_cycle: billing_cycle?, unit_price })
}

pub(super) fn place_order(request: &pb::PlaceOrderRequest) -> Converted<(Uuid, NewOrder)> {
    let mut fields = Fields::new();
    let request_id = fields.guid("request_id", &request.request_id);
    let new = fields
        .required("order", request.order.as_ref())
        .and_then(|message| new_order(&mut fields, message));
    fields.finish(|| Some((request_id?, new?)))
}

fn new_order(fields: &mut Fields, message: &pb::Order) -> Option<NewOrder> {
    let seller = fields.parse("order.seller", &message.seller);
    let reseller = fields.parse_optional("order.reseller", &message.reseller);
    if seller.is_some() && reseller == Some(seller) {
        fields.reject("order.reseller", "is the seller itself");
    }
    let customer = fields.parse("order.customer", &message.customer);
    if message.lines.is_empty() || message.lines.len() > MAX_LINES {
        let problem = format!("has {} entries, not 1 to {MAX_LINES}", message.lines.len());
        fields.reject("order.lines", problem);
        return None;
    }
    let lines = message.lines.iter().enumerate();
    let lines: Vec<_> = lines.map(|(at, each)| line(fields, at, each)).collect();
    Some(NewOrder {
        seller: seller?,
        reseller: reseller?,
        customer: customer?,
        lines: lines.into_iter().collect::<Option<_>>()?,
        attested: message.partner_attestation_accepted,
    })
}

fn line(fields: &mut Fields, at: usize, message: &pb::OrderLine) -> Option<NewLine> {
    let path = format!("order.lines[{at}]");
    let offer = fields.parse(format!("{path}.offer"), &message.offer);
    let quantity = message.quantity;
    if quantity < 1 {
        fields.reject(format!("{path}.quantity"), format!("{quantity} is less than 1"));
    }
    let term = fields.choice(format!("{path}.term"), message.term, term);
    let billing_cycle =
        fields.choice(format!("{path}.billing_cycle"), message.billing_cycle, cycle);
    let field = format!("{path}.partner_id_on_record");
    let partner_id = fields.parse_optional(field, &message.partner_id_on_record);
    Some(NewLine {
        offer: offer?,
        quantity,
        term: term?,
        billing_cycle: billing_cycle?,
        partner_id: partner_id?,
    })
}

pub(super) fn get_order(request: &pb::GetOrderRequest) -> Converted<(OrderName, pb::OrderView)> {
    let mut fields = Fields::new();
    let name = fields.parse("name", &request.name);
    let view = pb::OrderView::try_from(request.view);
    let view = fields.check("view", view.map_err(|_| "is not a value of this enum"));
    fields.finish(|| Some((name?, view?)))
}

pub(super) fn cancel_order(
    request: &pb::CancelOrderRequest,
) -> Converted<(Option<Uuid>, OrderName, String)> {
    let mut fields = Fields::new();
    let request_id = fields.request_id(&request.request_id);
    let name = fields.parse("name", &request.name);
    let detail = fields.text("detail", &request.detail, MAX_DETAIL);
    fields.finish(|| Some((request_id?, name?, detail?)))
}

fn family(family: relationship::ProductFamily) -> Option<ProductFamily> {
    match family {
        relationship::ProductFamily::Unspecified => None,
        relationship::ProductFamily::Microsoft365 => Some(ProductFamily::Microsoft365),
        relationship::ProductFamily::Dynamics365 => Some(ProductFamily::Dynamics365),
        relationship::ProductFamily::Azure => Some(ProductFamily::Azure),
        relationship::ProductFamily::AzureSharedServices => {
            Some(ProductFamily::AzureSharedServices)
        }
        relationship::ProductFamily::Software => Some(ProductFamily::Software),
    }
}

fn term(term: pb::Term) -> Option<Term> {
    match term {
        pb::Term::Unspecified => None,
        pb::Term::P1m => Some(Term::P1M),
        pb::Term::P1y => Some(Term::P1Y),
        pb::Term::P3y => Some(Term::P3Y),
    }
}

fn cycle(cycle: pb::BillingCycle) -> Option<BillingCycle> {
    match cycle {
        pb::BillingCycle::Unspecified => None,
        pb::BillingCycle::Monthly => Some(BillingCycle::Monthly),
        pb::BillingCycle::Annual => Some(BillingCycle::Annual),
        pb::BillingCycle::OneTime => Some(BillingCycle::OneTime),
    }
}
