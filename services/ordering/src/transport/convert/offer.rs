use std::collections::BTreeSet;

use contracts::ordering as pb;
use errors::{Fields, Mutation, mutation_options};

use super::{Converted, cycle, family, term};
use crate::domain::{Markets, Money, OfferName, OfferTerms, Plan, ProductFamily};

const MAX_NAME: usize = 200;
const MAX_PLANS: usize = 200;
/// More countries than there are markets.
const MAX_COUNTRIES: usize = 250;
const MAX_QUANTITY: i32 = 1_000_000;

pub(in crate::transport) fn create_offer(
    request: &pb::CreateOfferRequest,
) -> Converted<(Mutation, OfferName, OfferTerms)> {
    let mut fields = Fields::new();
    let how = fields.mutation(mutation_options!(new request));
    let name = fields.check("offer_id", OfferName::new(&request.offer_id));
    let offer = fields.required("offer", request.offer.as_ref());
    let offer = offer.filter(|offer| limit_distinct_ids(&mut fields, offer));
    let terms = offer.and_then(|offer| offer_terms(&mut fields, offer));
    fields.finish(|| Some((how?, name?, terms?)))
}

/// A change of an offer.
#[derive(Debug)]
pub(in crate::transport) struct Update {
    /// Which offer.
    pub name: OfferName,
    /// The fields of `paths` and no others.
    wanted: pb::Offer,
    paths: Vec<String>,
}

pub(in crate::transport) fn update_offer(
    request: &pb::UpdateOfferRequest,
) -> Converted<(Mutation, Update)> {
    let mut fields = Fields::new();
    let wanted = fields.required("offer", request.offer.as_ref());
    let wanted = wanted.filter(|wanted| limit_distinct_ids(&mut fields, wanted));
    let etag = wanted.and_then(|wanted| fields.parse_optional("offer.etag", &wanted.etag));
    let how = fields.mutation(mutation_options!(new request));
    let name = wanted.and_then(|wanted| fields.parse("offer.name", &wanted.name));
    let paths = request.update_mask.as_ref().map(|mask| &mask.paths);
    let paths = fields.mask(paths, &CHANGEABLE);
    fields.finish(|| {
        let (name, paths) = (name?, paths?.to_vec());
        let wanted = copied(&paths, wanted?, pb::Offer::default());
        Some((Mutation { etag: etag?, ..how? }, Update { name, wanted, paths }))
    })
}

/// Whether an offer has no more entries than any may have, before one of them is looked at.
fn limit_distinct_ids(fields: &mut Fields, message: &pb::Offer) -> bool {
    let sizes = [
        ("offer.country_codes", message.country_codes.len(), MAX_COUNTRIES),
        ("offer.plans", message.plans.len(), MAX_PLANS),
    ];
    let mut large = sizes.into_iter().filter(|(_, size, most)| size > most).peekable();
    let few = large.peek().is_none();
    large.for_each(|(field, size, most)| {
        fields.reject(field, format!("has {size} entries, more than {most}"));
    });
    few
}

impl Update {
    /// The terms of an offer after the change, as if it were created with them.
    pub fn apply(&self, offer: pb::Offer) -> Converted<OfferTerms> {
        let offer = copied(&self.paths, &self.wanted, offer);
        let mut fields = Fields::new();
        let terms = offer_terms(&mut fields, &offer);
        fields.finish(|| terms)
    }
}

/// The fields that may be changed, each of which [`copied`] copies.
const CHANGEABLE: [&str; 7] = [
    "display_name",
    "min_quantity",
    "max_quantity",
    "country_codes",
    "every_market",
    "attestation_required",
    "plans",
];

/// An offer with these fields of another.
fn copied(paths: &[String], from: &pb::Offer, mut to: pb::Offer) -> pb::Offer {
    for path in paths {
        match path.as_str() {
            "display_name" => to.display_name.clone_from(&from.display_name),
            "min_quantity" => to.min_quantity = from.min_quantity,
            "max_quantity" => to.max_quantity = from.max_quantity,
            "country_codes" => to.country_codes.clone_from(&from.country_codes),
            "every_market" => to.every_market = from.every_market,
            "attestation_required" => to.attestation_required = from.attestation_required,
            "plans" => to.plans.clone_from(&from.plans),
            _ => {}
        }
    }
    to
}

fn offer_terms(fields: &mut Fields, message: &pb::Offer) -> Option<OfferTerms> {
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
    let markets = markets(fields, message);
    if message.third_party && family == Some(ProductFamily::AzureSharedServices) {
        fields.reject("offer.third_party", "does not go with Azure shared services");
    }
    let plans = plans(fields, &message.plans);
    Some(OfferTerms {
        display_name: display_name?,
        family: family?,
        min_quantity: least,
        max_quantity: most,
        markets: markets?,
        third_party: message.third_party,
        attestation_required: message.attestation_required,
        plans: plans?,
    })
}

fn markets(fields: &mut Fields, message: &pb::Offer) -> Option<Markets> {
    const FIELD: &str = "offer.country_codes";
    let codes = &message.country_codes;
    let problem = match (message.every_market, codes.len()) {
        (true, 0) => return Some(Markets::Every),
        (true, _) => "must be empty where every_market is true",
        (false, 0) => "is required; or set every_market",
        (false, _) if codes.iter().collect::<BTreeSet<_>>().len() < codes.len() => {
            "has a country twice"
        }
        (false, _) => {
            let countries = (0..).zip(codes);
            let countries: Vec<_> =
                countries.map(|(at, code)| fields.parse(format!("{FIELD}[{at}]"), code)).collect();
            return countries.into_iter().collect::<Option<_>>().map(Markets::Only);
        }
    };
    fields.reject(FIELD, problem);
    None
}

fn plans(fields: &mut Fields, messages: &[pb::Plan]) -> Option<Vec<Plan>> {
    if messages.is_empty() {
        fields.reject("offer.plans", "is required");
        return None;
    }
    let plans: Vec<_> =
        messages.iter().enumerate().map(|(at, each)| plan(fields, at, each)).collect();
    let plans = plans.into_iter().collect::<Option<Vec<_>>>()?;
    let ways = plans.iter().map(|it| (it.term, it.billing_cycle, it.unit_price.currency));
    if ways.collect::<BTreeSet<_>>().len() < plans.len() {
        fields.reject("offer.plans", "has a term, billing cycle and currency twice");
    }
    Some(plans)
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
