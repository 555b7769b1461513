use std::{fmt::Display, str::FromStr};

use contracts::{relationship as pb, time::from_wire};
use errors::{Fields, Mutation, MutationOptions, mutation_options};
use markets::Country;
use types::{CustomerName, Timestamp};

use super::{Converted, MAX_DETAIL};
use crate::domain::{AccountState, CustomerAgreement, CustomerKind, NewCustomer};

const MAX_NAME: usize = 200;
/// Limit for personal names, agreement templates and versions, and registration numbers.
const MAX_SHORT_TEXT: usize = 100;

pub(in crate::transport) fn create_customer(
    request: &pb::CreateCustomerRequest,
) -> Converted<(Mutation, NewCustomer)> {
    let mut fields = Fields::new();
    let how = fields.mutation(mutation_options!(new request));
    let tenant = fields.guid("customer_id", &request.customer_id).map(CustomerName::new);
    let new = fields
        .required("customer", request.customer.as_ref())
        .and_then(|message| new_customer(&mut fields, tenant, message));
    fields.finish(|| Some((how?, new?)))
}

fn new_customer(
    fields: &mut Fields,
    tenant: Option<CustomerName>,
    message: &pb::Customer,
) -> Option<NewCustomer> {
    let display_name = fields.text("customer.display_name", &message.display_name, MAX_NAME);
    let organization = fields.parse("customer.organization", &message.organization);
    let country = fields.parse("customer.country_code", &message.country_code);
    let number = country
        .and_then(|country| registration_number(fields, country, &message.registration_number));
    let kind = fields.choice("customer.kind", message.kind, |kind| match kind {
        pb::CustomerKind::Unspecified => None,
        pb::CustomerKind::Company => Some(CustomerKind::Company),
        pb::CustomerKind::SharedServices => Some(CustomerKind::SharedServices),
    });
    let created_by = fields.parse_optional("customer.created_by", &message.created_by);
    Some(NewCustomer {
        name: tenant?,
        display_name: display_name?,
        organization: organization?,
        country: country?,
        registration_number: number?,
        kind: kind?,
        created_by: created_by?,
    })
}

/// Required in some countries and rejected in all others.
fn registration_number(
    fields: &mut Fields,
    country: Country,
    text: &str,
) -> Option<Option<String>> {
    const FIELD: &str = "customer.registration_number";
    let name = country.name();
    match (country.needs_registration_number(), text.is_empty()) {
        (false, true) => Some(None),
        (true, false) => fields.text(FIELD, text, MAX_SHORT_TEXT).map(Some),
        (true, true) => {
            let problem = format!("is required for customers in {name} (Partner Center: 600049)");
            fields.reject(FIELD, problem);
            None
        }
        (false, false) => {
            let problem = format!("must be empty for customers in {name} (Partner Center: 600002)");
            fields.reject(FIELD, problem);
            None
        }
    }
}

/// An MCA acceptance to record on the named resource.
pub(in crate::transport) fn record_agreement<N: FromStr<Err: Display>>(
    options: MutationOptions<'_>,
    name: &str,
    message: Option<&pb::CustomerAgreement>,
    now: Timestamp,
) -> Converted<(Mutation, N, CustomerAgreement)> {
    let mut fields = Fields::new();
    let how = fields.mutation(options);
    let name = fields.parse("name", name);
    let agreement = fields
        .required("agreement", message)
        .and_then(|message| agreement(&mut fields, message, now));
    fields.finish(|| Some((how?, name?, agreement?)))
}

fn agreement(
    fields: &mut Fields,
    message: &pb::CustomerAgreement,
    now: Timestamp,
) -> Option<CustomerAgreement> {
    let template_id = fields.text("agreement.template_id", &message.template_id, MAX_SHORT_TEXT);
    let version = fields.text("agreement.version", &message.version, MAX_SHORT_TEXT);
    let first_name = fields.text("agreement.first_name", &message.first_name, MAX_SHORT_TEXT);
    let last_name = fields.text("agreement.last_name", &message.last_name, MAX_SHORT_TEXT);
    let email = fields.parse("agreement.email", &message.email);
    let accept_time = fields
        .required("agreement.accept_time", message.accept_time.as_ref())
        .and_then(|time| fields.check("agreement.accept_time", from_wire(time)));
    if accept_time.is_some_and(|time| time > now) {
        fields.reject("agreement.accept_time", "is in the future");
    }
    Some(CustomerAgreement {
        template_id: template_id?,
        version: version?,
        first_name: first_name?,
        last_name: last_name?,
        email: email?,
        accept_time: accept_time?,
    })
}

pub(in crate::transport) fn record_review(
    request: &pb::RecordAccountReviewRequest,
) -> Converted<(Mutation, CustomerName, AccountState, String)> {
    let mut fields = Fields::new();
    let how = fields.mutation(mutation_options!(request));
    let name = fields.parse("name", &request.name);
    let state = fields.choice("state", request.state, |state| match state {
        pb::AccountState::Unspecified | pb::AccountState::NotReviewed => None,
        pb::AccountState::Verified => Some(AccountState::Verified),
        pb::AccountState::UnderReview => Some(AccountState::UnderReview),
        pb::AccountState::Rejected => Some(AccountState::Rejected),
        pb::AccountState::Locked => Some(AccountState::Locked),
    });
    let detail = fields.text("detail", &request.detail, MAX_DETAIL);
    fields.finish(|| Some((how?, name?, state?, detail?)))
}
