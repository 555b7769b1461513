use std::collections::BTreeSet;

use contracts::{ordering as pb, relationship};
use errors::{Fields, Mutation, mutation_options};
use rules::ProductFamily;

use super::{Converted, cycle, term};
use crate::domain::{Markets, Money, OfferName, OfferTerms, Plan};

const MAX_NAME: usize = 200;
const MAX_PLANS: usize = 200;
/// More than there are countries.
const MAX_COUNTRIES: usize = 250;
const MAX_QUANTITY: i32 = 1_000_000;

pub(in crate::transport) fn create_offer(
    request: &pb::CreateOfferRequest,
) -> Converted<(Mutation, OfferName, OfferTerms)> {
    let mut fields = Fields::new();
    let mutation = fields.mutation(mutation_options!(new request));
    let name = fields.check("offer_id", OfferName::new(&request.offer_id));
    let offer = fields.required("offer", request.offer.as_ref());
    let offer = offer.filter(|offer| limit_entries(&mut fields, offer));
    let terms = offer.and_then(|offer| offer_terms(&mut fields, offer));
    fields.finish(|| Some((mutation?, name?, terms?)))
}

/// An update of an offer.
#[derive(Debug)]
pub(in crate::transport) struct Update {
    /// Name of the offer.
    pub name: OfferName,
    /// Only the fields of `paths` are set.
    requested: pb::Offer,
    paths: Vec<String>,
}

pub(in crate::transport) fn update_offer(
    request: &pb::UpdateOfferRequest,
) -> Converted<(Mutation, Update)> {
    let mut fields = Fields::new();
    let requested = fields.required("offer", request.offer.as_ref());
    let requested = requested.filter(|requested| limit_entries(&mut fields, requested));
    let etag = requested.and_then(|requested| fields.parse_optional("offer.etag", &requested.etag));
    let mutation = fields.mutation(mutation_options!(new request));
    let name = requested.and_then(|requested| fields.parse("offer.name", &requested.name));
    let paths = request.update_mask.as_ref().map(|mask| &mask.paths);
    let paths = fields.mask(paths, &CHANGEABLE);
    fields.finish(|| {
        let (name, paths) = (name?, paths?.to_vec());
        let requested = copied(&paths, requested?, pb::Offer::default());
        Some((Mutation { etag: etag?, ..mutation? }, Update { name, requested, paths }))
    })
}

/// Rejects an offer with too many entries before the entries are converted.
fn limit_entries(fields: &mut Fields, message: &pb::Offer) -> bool {
    let sizes = [
        ("offer.country_codes", message.country_codes.len(), MAX_COUNTRIES),
        ("offer.plans", message.plans.len(), MAX_PLANS),
    ];
    let mut large = sizes.into_iter().filter(|(_, size, most)| size > most).peekable();
    let within_limits = large.peek().is_none();
    large.for_each(|(field, size, most)| {
        fields.reject(field, format!("has {size} entries; at most {most} are allowed"));
    });
    within_limits
}

impl Update {
    /// The terms of an offer after the update, checked like those of a new offer.
    pub fn apply(&self, offer: pb::Offer) -> Converted<OfferTerms> {
        let offer = copied(&self.paths, &self.requested, offer);
        let mut fields = Fields::new();
        let terms = offer_terms(&mut fields, &offer);
        fields.finish(|| terms)
    }
}

/// The fields that may be updated. [`copied`] must handle each.
const CHANGEABLE: [&str; 7] = [
    "display_name",
    "min_quantity",
    "max_quantity",
    "country_codes",
    "every_market",
    "attestation_required",
    "plans",
];

/// `to` with the fields `paths` of `from`.
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
    let family = fields.choice(
        "offer.product_family",
        message.product_family,
        relationship::ProductFamily::value,
    );
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
        fields.reject("offer.third_party", "is not allowed for Azure shared services");
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
        (true, _) => "must be empty if every_market is true",
        (false, 0) => "is required; or set every_market",
        (false, _) if codes.iter().collect::<BTreeSet<_>>().len() < codes.len() => {
            "has duplicate countries"
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
    let keys = plans.iter().map(|it| (it.term, it.billing_cycle, it.unit_price.currency));
    if keys.collect::<BTreeSet<_>>().len() < plans.len() {
        fields
            .reject("offer.plans", "has two plans with the same term, billing cycle and currency");
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
        fields.reject(
            format!("{path}.billing_cycle"),
            format!("{cycle} is not available for {term}"),
        );
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
