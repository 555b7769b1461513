use contracts::{onboarding as pb, time::from_wire};
use errors::{Fields, Mutation, mutation_options};
use types::{PartnerName, Timestamp};

use super::Converted;
use crate::domain::{AgreementKind, AgreementVersion, NewAgreement, Signatory, SignatoryRole};

const MAX_PERSON: usize = 100;

pub(in crate::transport) fn accept(
    request: &pb::AcceptAgreementRequest,
    now: Timestamp,
) -> Converted<(Mutation, PartnerName, NewAgreement)> {
    let mut fields = Fields::new();
    let options = fields.mutation(mutation_options!(request));
    let parent = fields.parse("parent", &request.parent);
    let new = fields
        .required("agreement", request.agreement.as_ref())
        .and_then(|message| new_agreement(&mut fields, message, now));
    fields.finish(|| Some((options?, parent?, new?)))
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
    let version: Option<Option<AgreementVersion>> =
        fields.parse_optional("agreement.version", &message.version);
    let signatory = fields
        .required("agreement.signatory", message.signatory.as_ref())
        .and_then(|message| signatory(fields, message));
    let accept_time = fields
        .required("agreement.accept_time", message.accept_time.as_ref())
        .and_then(|time| fields.check("agreement.accept_time", from_wire(time)));
    let accept_time = accept_time.filter(|time| {
        let problem = match AgreementVersion::at(*time) {
            _ if *time > now => "is in the future",
            None => "is before 2019-09-01, the day of the first MPA version",
            Some(_) => return true,
        };
        fields.reject("agreement.accept_time", problem);
        false
    });
    let current = accept_time.and_then(AgreementVersion::at);
    if let (Some(Some(given)), Some(current)) = (version, current)
        && given != current
    {
        let problem = format!("{given} was not the MPA version at accept_time; use {current}");
        fields.reject("agreement.version", problem);
    }
    let (kind, _, signatory) = (kind?, version?, signatory?);
    Some(NewAgreement { kind, version: current?, signatory, accept_time: accept_time? })
}

fn signatory(fields: &mut Fields, message: &pb::Signatory) -> Option<Signatory> {
    let first = fields.text("agreement.signatory.first_name", &message.first_name, MAX_PERSON);
    let last = fields.text("agreement.signatory.last_name", &message.last_name, MAX_PERSON);
    let email = fields.parse("agreement.signatory.email", &message.email);
    let role = fields.choice("agreement.signatory.role", message.role, role);
    Some(Signatory { first_name: first?, last_name: last?, email: email?, role: role? })
}

fn role(role: pb::SignatoryRole) -> Option<SignatoryRole> {
    match role {
        pb::SignatoryRole::Unspecified => None,
        pb::SignatoryRole::GlobalAdmin => Some(SignatoryRole::GlobalAdmin),
        pb::SignatoryRole::AccountAdmin => Some(SignatoryRole::AccountAdmin),
        pb::SignatoryRole::AdminAgent => Some(SignatoryRole::AdminAgent),
        pb::SignatoryRole::SalesAgent => Some(SignatoryRole::SalesAgent),
        pb::SignatoryRole::HelpdeskAgent => Some(SignatoryRole::HelpdeskAgent),
        pb::SignatoryRole::BillingAdmin => Some(SignatoryRole::BillingAdmin),
        pb::SignatoryRole::UserManagementAdmin => Some(SignatoryRole::UserManagementAdmin),
    }
}
