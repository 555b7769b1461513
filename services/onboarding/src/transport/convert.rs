//! Converts messages to domain values and collects all invalid fields.

pub(super) mod agreement;
pub(super) mod enrollment;
pub(super) mod organization;
pub(super) mod requirement;

use std::{collections::BTreeSet, fmt::Display, str::FromStr};

use contracts::{onboarding as pb, time::from_wire};
use errors::{Failure, Fields, Mutation, mutation_options};
use markets::Region;
use prost_types::Timestamp as Time;
use types::{GlobalAccountId, LocationAccountId, PartnerName, Timestamp};

use crate::domain::{Buyer, Location, NewPartner};

const MAX_DETAIL: usize = 500;
const MAX_BATCH: usize = 200;

type Converted<T> = Result<T, Failure>;

/// What a request for the agreement status is about.
pub(super) enum AgreementStatusQuery {
    /// A CSP tenant.
    Tenant(PartnerName),
    /// A PartnerID, which can be a location account or a global account.
    PartnerId { location: LocationAccountId, global: GlobalAccountId },
}

/// A time that is not in the future. Defaults to `now` if unset.
fn past(fields: &mut Fields, path: &str, time: Option<&Time>, now: Timestamp) -> Option<Timestamp> {
    let Some(time) = time else { return Some(now) };
    let time = fields.check(path, from_wire(time))?;
    if time > now {
        fields.reject(path, "is in the future");
        return None;
    }
    Some(time)
}

pub(super) fn create_partner(
    request: &pb::CreatePartnerRequest,
) -> Converted<(Mutation, NewPartner)> {
    let mut fields = Fields::new();
    let options = fields.mutation(mutation_options!(new request));
    let tenant = fields.tenant("partner_id", &request.partner_id);
    let partner = fields.required("partner", request.partner.as_ref());
    let organization =
        partner.and_then(|it| fields.parse("partner.organization", &it.organization));
    let country = partner.and_then(|it| fields.parse("partner.country_code", &it.country_code));
    fields.finish(|| {
        let new = NewPartner { name: tenant?, organization: organization?, country: country? };
        Some((options?, new))
    })
}

pub(super) fn associate_location(
    request: &pb::AssociateLocationRequest,
) -> Converted<(Mutation, PartnerName, Location)> {
    let mut fields = Fields::new();
    let options = fields.mutation(mutation_options!(request));
    let name = fields.parse("name", &request.name);
    let account = fields.parse("location_account_id", &request.location_account_id);
    let country = fields.parse("location_country_code", &request.location_country_code);
    fields.finish(|| Some((options?, name?, Location { account: account?, country: country? })))
}

pub(super) fn agreement_status(
    request: &pb::GetAgreementStatusRequest,
) -> Converted<(AgreementStatusQuery, Option<Region>)> {
    let mut fields = Fields::new();
    let query = match (request.partner_id.as_str(), request.tenant_id.as_str()) {
        ("", "") => {
            fields.reject("partner_id", "or tenant_id is required");
            None
        }
        ("", id) => fields.tenant("tenant_id", id).map(AgreementStatusQuery::Tenant),
        (id, "") => {
            let location = fields.parse("partner_id", id);
            location
                .zip(id.parse().ok())
                .map(|(location, global)| AgreementStatusQuery::PartnerId { location, global })
        }
        (_, _) => {
            fields.reject("partner_id", "and tenant_id are both set; set only one");
            None
        }
    };
    let region = fields.parse_optional("csp_region", &request.csp_region);
    fields.finish(|| query.zip(region))
}

/// Names and location accounts of partners, and the buyer to compare them with.
type StandingsQuery = (Vec<PartnerName>, Vec<LocationAccountId>, Option<Buyer>);

pub(super) fn batch_get_standings(
    request: &pb::BatchGetPartnerStandingsRequest,
) -> Converted<StandingsQuery> {
    let mut fields = Fields::new();
    let accounts = &request.location_account_ids;
    if request.names.is_empty() && request.buyer.is_none() && accounts.is_empty() {
        fields.reject("names", "is required if no buyer and no location_account_ids are given");
    }
    let names = batch(&mut fields, "names", &request.names);
    let accounts = batch(&mut fields, "location_account_ids", accounts);
    let buyer = request.buyer.as_ref().map(|buyer| {
        let tenant = fields.tenant("buyer.tenant_id", &buyer.tenant_id);
        let organization = fields.parse("buyer.organization", &buyer.organization);
        Some(Buyer { tenant: tenant?, organization: organization? })
    });
    let buyer = match buyer {
        None => Some(None),
        Some(buyer) => buyer.map(Some),
    };
    fields.finish(|| Some((names?, accounts?, buyer?)))
}

/// Parses a list of at most [`MAX_BATCH`] entries without duplicates.
fn batch<T: FromStr<Err: Display> + Ord>(
    fields: &mut Fields,
    field: &str,
    texts: &[String],
) -> Option<Vec<T>> {
    if texts.len() > MAX_BATCH {
        fields.reject(field, format!("has more than {MAX_BATCH} entries"));
    }
    let values = texts.iter().take(MAX_BATCH).enumerate();
    let values: Vec<Option<T>> =
        values.map(|(at, text)| fields.parse(format!("{field}[{at}]"), text)).collect();
    let valid: Vec<_> = values.iter().flatten().collect();
    if valid.iter().collect::<BTreeSet<_>>().len() < valid.len() {
        fields.reject(field, "has duplicate entries");
    }
    values.into_iter().collect()
}
