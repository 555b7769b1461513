use std::collections::BTreeSet;

use contracts::onboarding as pb;
use errors::{Fields, Mutation, mutation_options};
use types::Timestamp;

use super::{Converted, enrollment::name_only, past};
use crate::domain::{EnrollmentName, Evidence, Requirement};

const MAX_TEXT: usize = 200;
const MAX_EVIDENCE: usize = 20;
const MAX_FIGURE: i64 = 1_000_000_000_000_000;

pub(in crate::transport) fn record(
    request: &pb::RecordEvidenceRequest,
    now: Timestamp,
) -> Converted<(Mutation, EnrollmentName, Vec<Evidence>)> {
    let mut fields = Fields::new();
    let options = fields.mutation(mutation_options!(request));
    let name: Option<EnrollmentName> = fields.parse("name", &request.name);
    let within_limit = (1..=MAX_EVIDENCE).contains(&request.evidence.len());
    if !within_limit {
        fields.reject("evidence", format!("must have 1 to {MAX_EVIDENCE} entries"));
    }
    let all = request.evidence.iter().filter(|_| within_limit).enumerate();
    let all: Vec<_> = all.map(|(at, each)| evidence(&mut fields, at, each, now)).collect();
    for (at, each) in all.iter().enumerate() {
        if let (Some(name), Some(each)) = (name, each)
            && !each.requirement.applies_to(name.role)
        {
            let problem = format!("{} is not a requirement of {}", each.requirement, name.role);
            fields.reject(format!("evidence[{at}].requirement"), problem);
        }
    }
    let valid: Vec<_> = all.iter().flatten().map(|each| each.requirement).collect();
    if valid.iter().collect::<BTreeSet<_>>().len() < valid.len() {
        fields.reject("evidence", "has duplicate requirements");
    }
    fields.finish(|| Some((options?, name?, all.into_iter().collect::<Option<_>>()?)))
}

fn evidence(
    fields: &mut Fields,
    at: usize,
    message: &pb::Evidence,
    now: Timestamp,
) -> Option<Evidence> {
    let path = |field: &str| format!("evidence[{at}].{field}");
    let requirement = fields.choice(path("requirement"), message.requirement, requirement);
    let figure = Some(message.figure).filter(|figure| (0..=MAX_FIGURE).contains(figure));
    if figure.is_none() {
        fields.reject(path("figure"), format!("is not from 0 to {MAX_FIGURE}"));
    }
    let time = fields.required(path("observed_time"), message.observed_time.as_ref());
    let time = time.and_then(|time| past(fields, &path("observed_time"), Some(time), now));
    let attested_by = fields.text(path("attested_by"), &message.attested_by, MAX_TEXT);
    let reference = fields.text(path("reference"), &message.reference, MAX_TEXT);
    Some(Evidence {
        requirement: requirement?,
        figure: figure?,
        observed_time: time?,
        attested_by: attested_by?,
        reference: reference?,
    })
}

pub(in crate::transport) fn review(
    request: &pb::ReviewEnrollmentRequest,
) -> Converted<(Mutation, EnrollmentName)> {
    name_only(mutation_options!(request), &request.name)
}

fn requirement(requirement: pb::Requirement) -> Option<Requirement> {
    match requirement {
        pb::Requirement::Unspecified => None,
        pb::Requirement::Revenue => Some(Requirement::Revenue),
        pb::Requirement::ResellerMonths => Some(Requirement::ResellerMonths),
        pb::Requirement::SolutionsPartner => Some(Requirement::SolutionsPartner),
        pb::Requirement::CreditCheck => Some(Requirement::CreditCheck),
        pb::Requirement::SupportPlan => Some(Requirement::SupportPlan),
        pb::Requirement::ApiIntegration => Some(Requirement::ApiIntegration),
        pb::Requirement::BillingAndSupport => Some(Requirement::BillingAndSupport),
        pb::Requirement::ManagedServices => Some(Requirement::ManagedServices),
        pb::Requirement::Mfa => Some(Requirement::Mfa),
        pb::Requirement::SecurityContact => Some(Requirement::SecurityContact),
        pb::Requirement::AlertHours => Some(Requirement::AlertHours),
    }
}
