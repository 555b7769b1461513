//! Messages as domain values, or everything that is wrong with them.

pub(super) mod agreement;
pub(super) mod enrollment;

use std::collections::BTreeSet;

use contracts::onboarding as pb;
use failure::{Failure, Fields};
use kernel::{GlobalAccountId, LocationAccountId, PartnerName};
use uuid::Uuid;

use crate::domain::{Buyer, Location, NewOrganization, NewPartner, Owner};

const MAX_NAME: usize = 200;
const MAX_OWNERS: usize = 100;
const MAX_BATCH: usize = 200;
const WHOLE: i32 = 10_000;

type Converted<T> = Result<T, Failure>;

/// How a mutation is to be done.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mutation {
    /// Makes a retry safe. A call that only tries leaves it free.
    pub request_id: Option<Uuid>,
    /// Whether only to try.
    pub validate_only: bool,
}

/// How a caller asks for the status of an agreement.
pub(super) enum AgreementQuestion {
    /// By CSP tenant.
    Tenant(PartnerName),
    /// By PartnerID, of either kind.
    PartnerId { location: LocationAccountId, global: GlobalAccountId },
}

fn mutation(fields: &mut Fields, request_id: &str, validate_only: bool) -> Option<Mutation> {
    let request_id = fields.request_id(request_id)?.filter(|_| !validate_only);
    Some(Mutation { request_id, validate_only })
}

pub(super) fn create_organization(
    request: &pb::CreateOrganizationRequest,
) -> Converted<(Option<Uuid>, Option<Uuid>, NewOrganization)> {
    let mut fields = Fields::new();
    let request_id = fields.request_id(&request.request_id);
    let id = fields.guid_optional("organization_id", &request.organization_id);
    let new = fields
        .required("organization", request.organization.as_ref())
        .and_then(|message| new_organization(&mut fields, message));
    fields.finish(|| Some((request_id?, id?, new?)))
}

fn new_organization(fields: &mut Fields, message: &pb::Organization) -> Option<NewOrganization> {
    let display_name = fields.text("organization.display_name", &message.display_name, MAX_NAME);
    let country = fields.parse("organization.country_code", &message.country_code);
    let account =
        fields.parse_optional("organization.global_account_id", &message.global_account_id);
    if message.owners.len() > MAX_OWNERS {
        fields.reject("organization.owners", format!("has more than {MAX_OWNERS} entries"));
        return None;
    }
    let owners = message.owners.iter().enumerate();
    let owners: Vec<_> = owners
        .map(|(at, each)| owner(fields, &format!("organization.owners[{at}]"), each))
        .collect();
    let owners = owners.into_iter().collect::<Option<Vec<_>>>()?;
    let distinct: BTreeSet<_> = owners.iter().map(|owner| owner.organization).collect();
    if distinct.len() < owners.len() {
        fields.reject("organization.owners", "names an owner twice");
    }
    if owners.iter().map(|owner| owner.share_basis_points).sum::<i32>() > WHOLE {
        fields.reject("organization.owners", "have shares of more than 10000 basis points in all");
    }
    let (display_name, country, global_account) = (display_name?, country?, account?);
    Some(NewOrganization { display_name, country, global_account, owners })
}

fn owner(fields: &mut Fields, path: &str, message: &pb::Owner) -> Option<Owner> {
    let organization = fields.parse(format!("{path}.organization"), &message.organization);
    let share = message.share_basis_points;
    if !(0..=WHOLE).contains(&share) {
        fields.reject(format!("{path}.share_basis_points"), format!("{share} is not 0 to 10000"));
        return None;
    }
    if share == 0 && !message.management_control {
        fields.reject(path, "neither holds a share nor controls the management");
    }
    Some(Owner {
        organization: organization?,
        share_basis_points: share,
        management_control: message.management_control,
    })
}

pub(super) fn create_partner(
    request: &pb::CreatePartnerRequest,
) -> Converted<(Option<Uuid>, NewPartner)> {
    let mut fields = Fields::new();
    let request_id = fields.request_id(&request.request_id);
    let tenant = fields.guid("partner_id", &request.partner_id).map(PartnerName::new);
    let partner = fields.required("partner", request.partner.as_ref());
    let organization =
        partner.and_then(|it| fields.parse("partner.organization", &it.organization));
    let country = partner.and_then(|it| fields.parse("partner.country_code", &it.country_code));
    fields.finish(|| {
        let new = NewPartner { name: tenant?, organization: organization?, country: country? };
        Some((request_id?, new))
    })
}

pub(super) fn associate_location(
    request: &pb::AssociateLocationRequest,
) -> Converted<(Mutation, PartnerName, Location)> {
    let mut fields = Fields::new();
    let how = mutation(&mut fields, &request.request_id, request.validate_only);
    let name = fields.parse("name", &request.name);
    let account = fields.parse("location_account_id", &request.location_account_id);
    let country = fields.parse("location_country_code", &request.location_country_code);
    fields.finish(|| Some((how?, name?, Location { account: account?, country: country? })))
}

pub(super) fn agreement_question(
    request: &pb::GetAgreementStatusRequest,
) -> Converted<AgreementQuestion> {
    let mut fields = Fields::new();
    let question = match (request.partner_id.as_str(), request.tenant_id.as_str()) {
        ("", "") => {
            fields.reject("partner_id", "or tenant_id is required");
            None
        }
        ("", id) => {
            fields.guid("tenant_id", id).map(PartnerName::new).map(AgreementQuestion::Tenant)
        }
        (id, "") => {
            let location = fields.parse("partner_id", id);
            location
                .zip(id.parse().ok())
                .map(|(location, global)| AgreementQuestion::PartnerId { location, global })
        }
        (_, _) => {
            fields.reject("partner_id", "and tenant_id are both given; give one");
            None
        }
    };
    fields.finish(|| question)
}

pub(super) fn batch_get_standings(
    request: &pb::BatchGetPartnerStandingsRequest,
) -> Converted<(Vec<PartnerName>, Option<Buyer>)> {
    let mut fields = Fields::new();
    if request.names.is_empty() && request.buyer.is_none() {
        fields.reject("names", "is required where no buyer is given");
    }
    if request.names.len() > MAX_BATCH {
        fields.reject("names", format!("has more than {MAX_BATCH} entries"));
    }
    let names = request.names.iter().take(MAX_BATCH).enumerate();
    let names: Vec<Option<PartnerName>> =
        names.map(|(at, name)| fields.parse(format!("names[{at}]"), name)).collect();
    let known: Vec<_> = names.iter().flatten().collect();
    if known.iter().collect::<BTreeSet<_>>().len() < known.len() {
        fields.reject("names", "names a partner twice");
    }
    let buyer = request.buyer.as_ref().map(|buyer| {
        let tenant = fields.guid("buyer.tenant_id", &buyer.tenant_id).map(PartnerName::new);
        let organization = fields.parse("buyer.organization", &buyer.organization);
        Some(Buyer { tenant: tenant?, organization: organization? })
    });
    let buyer = match buyer {
        None => Some(None),
        Some(buyer) => buyer.map(Some),
    };
    fields.finish(|| Some((names.into_iter().collect::<Option<_>>()?, buyer?)))
}
