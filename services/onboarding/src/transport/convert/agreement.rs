use contracts::{onboarding as pb, time::from_wire};
use failure::Fields;
use kernel::{PartnerName, Timestamp};

use super::{Converted, Mutation, mutation};
use crate::domain::{AgreementKind, NewAgreement, Signatory};

const MAX_PERSON: usize = 100;
const MAX_VERSION: usize = 40;

pub(in crate::transport) fn accept(
    request: &pb::AcceptAgreementRequest,
    now: Timestamp,
) -> Converted<(Mutation, PartnerName, NewAgreement)> {
    let mut fields = Fields::new();
    let how = mutation(&mut fields, &request.request_id, request.validate_only);
    let parent = fields.parse("parent", &request.parent);
    let new = fields
        .required("agreement", request.agreement.as_ref())
        .and_then(|message| new_agreement(&mut fields, message, now));
    fields.finish(|| Some((how?, parent?, new?)))
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
