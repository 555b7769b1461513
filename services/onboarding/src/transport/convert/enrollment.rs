use contracts::onboarding as pb;
use errors::{Fields, Mutation, MutationOptions, mutation_options};
use types::WorkEmail;

use super::{Converted, MAX_DETAIL};
use crate::domain::{EnrollmentName, SuspensionCause, VettingCheck, VettingResult};

pub(in crate::transport) fn enroll(
    request: &pb::EnrollPartnerRequest,
) -> Converted<(Mutation, EnrollmentName, WorkEmail)> {
    let mut fields = Fields::new();
    let options = fields.mutation(mutation_options!(request));
    let partner = fields.parse("parent", &request.parent);
    let role = fields.choice("role", request.role, pb::Role::value);
    let contact = fields.parse("contact_email", &request.contact_email);
    fields.finish(|| Some((options?, EnrollmentName { partner: partner?, role: role? }, contact?)))
}

/// Converts a request that has only the name of an enrollment and the mutation options.
pub(super) fn name_only(
    options: MutationOptions<'_>,
    name: &str,
) -> Converted<(Mutation, EnrollmentName)> {
    let mut fields = Fields::new();
    let options = fields.mutation(options);
    let name = fields.parse("name", name);
    fields.finish(|| Some((options?, name?)))
}

pub(in crate::transport) fn submit(
    request: &pb::SubmitEnrollmentRequest,
) -> Converted<(Mutation, EnrollmentName)> {
    name_only(mutation_options!(request), &request.name)
}

pub(in crate::transport) fn record_vetting(
    request: &pb::RecordVettingResultRequest,
) -> Converted<(Mutation, EnrollmentName, VettingCheck, VettingResult)> {
    let mut fields = Fields::new();
    let options = fields.mutation(mutation_options!(request));
    let name = fields.parse("name", &request.name);
    let check = fields.choice("check", request.check, check);
    let rejected = fields.choice("result", request.result, |result| match result {
        pb::VettingResult::Unspecified => None,
        pb::VettingResult::Authorized => Some(false),
        pb::VettingResult::Rejected => Some(true),
    });
    let detail = match rejected {
        Some(true) => fields.text("detail", &request.detail, MAX_DETAIL),
        _ if request.detail.is_empty() => Some(String::new()),
        _ => fields.text("detail", &request.detail, MAX_DETAIL),
    };
    fields.finish(|| {
        let result = match rejected? {
            true => VettingResult::Rejected(detail?),
            false => VettingResult::Authorized,
        };
        Some((options?, name?, check?, result))
    })
}

pub(in crate::transport) fn resubmit(
    request: &pb::ResubmitEnrollmentRequest,
) -> Converted<(Mutation, EnrollmentName, Option<WorkEmail>)> {
    let mut fields = Fields::new();
    let options = fields.mutation(mutation_options!(request));
    let name = fields.parse("name", &request.name);
    let contact = fields.parse_optional("contact_email", &request.contact_email);
    fields.finish(|| Some((options?, name?, contact?)))
}

pub(in crate::transport) fn suspend(
    request: &pb::SuspendEnrollmentRequest,
) -> Converted<(Mutation, EnrollmentName, SuspensionCause, String)> {
    let mut fields = Fields::new();
    let options = fields.mutation(mutation_options!(request));
    let name = fields.parse("name", &request.name);
    let cause = fields.choice("cause", request.cause, cause);
    let detail = fields.text("detail", &request.detail, MAX_DETAIL);
    fields.finish(|| Some((options?, name?, cause?, detail?)))
}

pub(in crate::transport) fn reinstate(
    request: &pb::ReinstateEnrollmentRequest,
) -> Converted<(Mutation, EnrollmentName)> {
    name_only(mutation_options!(request), &request.name)
}

pub(in crate::transport) fn revoke(
    request: &pb::RevokeEnrollmentRequest,
) -> Converted<(Mutation, EnrollmentName, String)> {
    let mut fields = Fields::new();
    let options = fields.mutation(mutation_options!(request));
    let name = fields.parse("name", &request.name);
    let detail = fields.text("detail", &request.detail, MAX_DETAIL);
    fields.finish(|| Some((options?, name?, detail?)))
}

fn check(check: pb::VettingCheck) -> Option<VettingCheck> {
    match check {
        pb::VettingCheck::Unspecified => None,
        pb::VettingCheck::EmailOwnership => Some(VettingCheck::EmailOwnership),
        pb::VettingCheck::Employment => Some(VettingCheck::Employment),
        pb::VettingCheck::Business => Some(VettingCheck::Business),
    }
}

fn cause(cause: pb::SuspensionCause) -> Option<SuspensionCause> {
    match cause {
        pb::SuspensionCause::Unspecified => None,
        pb::SuspensionCause::Abuse => Some(SuspensionCause::Abuse),
        pb::SuspensionCause::ProfileRejected => Some(SuspensionCause::ProfileRejected),
        pb::SuspensionCause::EligibilityNotMet => Some(SuspensionCause::EligibilityNotMet),
        pb::SuspensionCause::InvoiceOverdue => Some(SuspensionCause::InvoiceOverdue),
        pb::SuspensionCause::ProviderTrouble => Some(SuspensionCause::ProviderTrouble),
    }
}
