use std::collections::BTreeSet;

use contracts::onboarding as pb;
use errors::{Fields, Mutation, mutation_options};
use types::{OrganizationName, Timestamp};
use uuid::Uuid;

use super::{Converted, MAX_DETAIL, past};
use crate::domain::{End, NewOrganization, NewProfile, Owner};

const MAX_NAME: usize = 200;
const MAX_OWNERS: usize = 100;
const WHOLE: i32 = 10_000;

pub(in crate::transport) fn create(
    request: &pb::CreateOrganizationRequest,
    now: Timestamp,
) -> Converted<(Mutation, Option<Uuid>, NewOrganization)> {
    let mut fields = Fields::new();
    let options = fields.mutation(mutation_options!(new request));
    let id = fields.guid_optional("organization_id", &request.organization_id);
    let new = fields
        .required("organization", request.organization.as_ref())
        .and_then(|message| new_organization(&mut fields, message, now));
    fields.finish(|| Some((options?, id?, new?)))
}

fn new_organization(
    fields: &mut Fields,
    message: &pb::Organization,
    now: Timestamp,
) -> Option<NewOrganization> {
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
        .map(|(at, each)| owner(fields, &format!("organization.owners[{at}]"), each, now))
        .collect();
    let owners = owners.into_iter().collect::<Option<Vec<_>>>()?;
    let distinct: BTreeSet<_> = owners.iter().map(|owner| owner.organization).collect();
    if distinct.len() < owners.len() {
        fields.reject("organization.owners", "has duplicate owners");
    }
    if owners.iter().map(|owner| owner.share_basis_points).sum::<i32>() > WHOLE {
        fields.reject("organization.owners", "has shares of more than 10000 basis points in total");
    }
    let (display_name, country, global_account) = (display_name?, country?, account?);
    Some(NewOrganization { display_name, country, global_account, owners })
}

fn owner(fields: &mut Fields, path: &str, message: &pb::Owner, now: Timestamp) -> Option<Owner> {
    let organization = fields.parse(format!("{path}.organization"), &message.organization);
    let from_time = past(fields, &format!("{path}.from_time"), message.from_time.as_ref(), now);
    let share = message.share_basis_points;
    if !(0..=WHOLE).contains(&share) {
        fields.reject(
            format!("{path}.share_basis_points"),
            format!("{share} is not from 0 to 10000"),
        );
        return None;
    }
    if share == 0 && !message.management_control {
        fields.reject(path, "has neither a share nor management control; set one of them");
    }
    Some(Owner {
        organization: organization?,
        share_basis_points: share,
        management_control: message.management_control,
        from_time: from_time?,
        end: None,
    })
}

pub(in crate::transport) fn update(
    request: &pb::UpdateOrganizationRequest,
) -> Converted<(Mutation, OrganizationName, NewProfile)> {
    let mut fields = Fields::new();
    let options = fields.mutation(mutation_options!(new request));
    let message = fields.required("organization", request.organization.as_ref());
    let name = message.and_then(|it| fields.parse("organization.name", &it.name));
    let etag = message.and_then(|it| fields.parse_optional("organization.etag", &it.etag));
    let paths = request.update_mask.as_ref().map(|mask| &mask.paths);
    let paths = fields.mask(paths, &["display_name", "country_code"]);
    let in_mask = |path: &str| paths.into_iter().flatten().any(|it| it == path);
    let masked = |path: &str| message.filter(|_| in_mask(path));
    let display_name = masked("display_name")
        .map(|it| fields.text("organization.display_name", &it.display_name, MAX_NAME));
    let country = masked("country_code")
        .map(|it| fields.parse("organization.country_code", &it.country_code));
    fields.finish(|| {
        paths?;
        let new = NewProfile { display_name: parsed(display_name)?, country: parsed(country)? };
        Some((Mutation { etag: etag?, ..options? }, name?, new))
    })
}

/// A field outside the mask is valid and unset; a field in the mask must have been parsed.
fn parsed<T>(masked: Option<Option<T>>) -> Option<Option<T>> {
    match masked {
        None => Some(None),
        Some(value) => value.map(Some),
    }
}

pub(in crate::transport) fn record_ownership(
    request: &pb::RecordOwnershipRequest,
    now: Timestamp,
) -> Converted<(Mutation, OrganizationName, Owner)> {
    let mut fields = Fields::new();
    let options = fields.mutation(mutation_options!(request));
    let name = fields.parse("name", &request.name);
    let new = fields
        .required("owner", request.owner.as_ref())
        .and_then(|message| owner(&mut fields, "owner", message, now));
    if new.as_ref().is_some_and(|new| Some(new.organization) == name) {
        fields.reject("owner.organization", "is the owned organization; name another one");
    }
    fields.finish(|| Some((options?, name?, new?)))
}

pub(in crate::transport) fn end_ownership(
    request: &pb::EndOwnershipRequest,
    now: Timestamp,
) -> Converted<(Mutation, OrganizationName, OrganizationName, End)> {
    let mut fields = Fields::new();
    let options = fields.mutation(mutation_options!(request));
    let name = fields.parse("name", &request.name);
    let owner = fields.parse("owner", &request.owner);
    let time = past(&mut fields, "end_time", request.end_time.as_ref(), now);
    let reason = fields.text("detail", &request.detail, MAX_DETAIL);
    fields.finish(|| Some((options?, name?, owner?, End { time: time?, reason: reason? })))
}
