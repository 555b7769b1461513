//! Messages as domain values, or everything that is wrong with them.

use std::{collections::BTreeSet, fmt::Display, str::FromStr};

use contracts::{onboarding as pb, time::from_wire};
use failure::{Failure, Fields};
use kernel::{GlobalAccountId, LocationAccountId, PartnerName, Timestamp, WorkEmail};
use uuid::Uuid;

use crate::domain::{
    AgreementKind, Buyer, EnrollmentName, Location, NewAgreement, NewOrganization, NewPartner,
    Owner, Role, Signatory, VettingResult,
};

const MAX_NAME: usize = 200;
const MAX_PERSON: usize = 100;
const MAX_VERSION: usize = 40;
const MAX_DETAIL: usize = 500;
const MAX_OWNERS: usize = 100;
const MAX_BATCH: usize = 200;
const WHOLE: i32 = 10_000;

type Converted<T> = Result<T, Failure>;

/// How a caller asks for the status of an agreement.
pub(super) enum AgreementQuestion {
    /// By CSP tenant.
    Tenant(PartnerName),
    /// By PartnerID, of either kind.
    PartnerId { location: LocationAccountId, global: GlobalAccountId },
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
) -> Converted<(Option<Uuid>, PartnerName, Location)> {
    let mut fields = Fields::new();
    let request_id = fields.request_id(&request.request_id);
    let name = fields.parse("name", &request.name);
    let account = fields.parse("location_account_id", &request.location_account_id);
    let country = fields.parse("location_country_code", &request.location_country_code);
    fields.finish(|| Some((request_id?, name?, Location { account: account?, country: country? })))
}

pub(super) fn enroll_partner(
    request: &pb::EnrollPartnerRequest,
) -> Converted<(Option<Uuid>, EnrollmentName, WorkEmail)> {
    let mut fields = Fields::new();
    let request_id = fields.request_id(&request.request_id);
    let partner = fields.parse("parent", &request.parent);
    let role = fields.choice("role", request.role, role);
    let contact = fields.parse("contact_email", &request.contact_email);
    fields
        .finish(|| Some((request_id?, EnrollmentName { partner: partner?, role: role? }, contact?)))
}

pub(super) fn record_vetting(
    request: &pb::RecordVettingResultRequest,
) -> Converted<(Option<Uuid>, EnrollmentName, VettingResult, String)> {
    let mut fields = Fields::new();
    let request_id = fields.request_id(&request.request_id);
    let name = fields.parse("name", &request.name);
    let result = fields.choice("result", request.result, |result| match result {
        pb::VettingResult::Unspecified => None,
        pb::VettingResult::Authorized => Some(VettingResult::Authorized),
        pb::VettingResult::Rejected => Some(VettingResult::Rejected),
    });
    let detail = match result {
        Some(VettingResult::Rejected) => fields.text("detail", &request.detail, MAX_DETAIL),
        _ if request.detail.is_empty() => Some(String::new()),
        _ => fields.text("detail", &request.detail, MAX_DETAIL),
    };
    fields.finish(|| Some((request_id?, name?, result?, detail?)))
}

pub(super) fn suspend(
    request: &pb::SuspendEnrollmentRequest,
) -> Converted<(Option<Uuid>, EnrollmentName, String)> {
    let mut fields = Fields::new();
    let request_id = fields.request_id(&request.request_id);
    let name = fields.parse("name", &request.name);
    let detail = fields.text("detail", &request.detail, MAX_DETAIL);
    fields.finish(|| Some((request_id?, name?, detail?)))
}

pub(super) fn reinstate(
    request: &pb::ReinstateEnrollmentRequest,
) -> Converted<(Option<Uuid>, EnrollmentName)> {
    let mut fields = Fields::new();
    let request_id = fields.request_id(&request.request_id);
    let name = fields.parse("name", &request.name);
    fields.finish(|| Some((request_id?, name?)))
}

pub(super) fn accept_agreement(
    request: &pb::AcceptAgreementRequest,
    now: Timestamp,
) -> Converted<(Option<Uuid>, PartnerName, NewAgreement)> {
    let mut fields = Fields::new();
    let request_id = fields.request_id(&request.request_id);
    let parent = fields.parse("parent", &request.parent);
    let new = fields
        .required("agreement", request.agreement.as_ref())
        .and_then(|message| new_agreement(&mut fields, message, now));
    fields.finish(|| Some((request_id?, parent?, new?)))
}

fn new_agreement(
    fields: &mut Fields,
    message: &pb::Agreement,
    now: Timestamp,
) -> Option<NewAgreement> {
    let kind = fields.choice("agreement.kind", message.kind, |kind| match kind {
        pb::AgreementKind::Unspecified => None,
        pb::AgreementKind::IndirectProvider => Some(AgreementKind::IndirectProvider),
        pb::AgreementKind::IndirectReseller => Some(AgreementKind::IndirectReseller),
        pb::AgreementKind::DirectBill => Some(AgreementKind::DirectBill),
    });
    let version = fields.text("agreement.version", &message.version, MAX_VERSION);
    let signatory = fields
        .required("agreement.signatory", message.signatory.as_ref())
        .and_then(|message| signatory(fields, message));
    let accept_time = fields
        .required("agreement.accept_time", message.accept_time.as_ref())
        .and_then(|time| fields.check("agreement.accept_time", from_wire(time)));
    if accept_time.is_some_and(|time| time > now) {
        fields.reject("agreement.accept_time", "is in the future");
    }
    let (kind, version, signatory) = (kind?, version?, signatory?);
    Some(NewAgreement { kind, version, signatory, accept_time: accept_time? })
}

fn signatory(fields: &mut Fields, message: &pb::Signatory) -> Option<Signatory> {
    let first = fields.text("agreement.signatory.first_name", &message.first_name, MAX_PERSON);
    let last = fields.text("agreement.signatory.last_name", &message.last_name, MAX_PERSON);
    let email = fields.parse("agreement.signatory.email", &message.email);
    Some(Signatory { first_name: first?, last_name: last?, email: email? })
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

/// Partners by name and by location account, and the buyer to hold against them.
type Wanted = (Vec<PartnerName>, Vec<LocationAccountId>, Option<Buyer>);

pub(super) fn batch_get_standings(
    request: &pb::BatchGetPartnerStandingsRequest,
) -> Converted<Wanted> {
    let mut fields = Fields::new();
    let accounts = &request.location_account_ids;
    if request.names.is_empty() && request.buyer.is_none() && accounts.is_empty() {
        fields.reject("names", "is required where neither buyer nor location account is given");
    }
    let names = batch(&mut fields, "names", &request.names);
    let accounts = batch(&mut fields, "location_account_ids", accounts);
    let buyer = request.buyer.as_ref().map(|buyer| {
        let tenant = fields.guid("buyer.tenant_id", &buyer.tenant_id).map(PartnerName::new);
        let organization = fields.parse("buyer.organization", &buyer.organization);
        Some(Buyer { tenant: tenant?, organization: organization? })
    });
    let buyer = match buyer {
        None => Some(None),
        Some(buyer) => buyer.map(Some),
    };
    fields.finish(|| Some((names?, accounts?, buyer?)))
}

/// Texts that are few enough and of which none stands twice.
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
    let known: Vec<_> = values.iter().flatten().collect();
    if known.iter().collect::<BTreeSet<_>>().len() < known.len() {
        fields.reject(field, "has one entry twice");
    }
    values.into_iter().collect()
}

fn role(role: pb::Role) -> Option<Role> {
    match role {
        pb::Role::Unspecified => None,
        pb::Role::IndirectProvider => Some(Role::IndirectProvider),
        pb::Role::IndirectReseller => Some(Role::IndirectReseller),
        pb::Role::DirectBill => Some(Role::DirectBill),
    }
}
