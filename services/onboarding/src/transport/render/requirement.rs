use contracts::{onboarding as pb, time::to_wire};

use crate::domain::{Assessment, Evidence, Gate, Requirement};

pub(in crate::transport) fn assessment(it: Assessment) -> pb::RequirementAssessment {
    let (wanted_figure, at_most) = it.wanted.figure();
    pb::RequirementAssessment {
        requirement: requirement(it.requirement).into(),
        gate: match it.gate {
            Gate::Application => pb::RequirementGate::Application,
            Gate::Activation => pb::RequirementGate::Activation,
            Gate::Review => pb::RequirementGate::Review,
        }
        .into(),
        yearly: it.yearly,
        met: it.met,
        wanted_figure,
        at_most,
        in_force_time: Some(to_wire(it.in_force_time)),
        next_step: if it.met { String::new() } else { it.next_step() },
        evidence: it.evidence.as_ref().map(evidence),
    }
}

pub(super) fn evidence(it: &Evidence) -> pb::Evidence {
    pb::Evidence {
        requirement: requirement(it.requirement).into(),
        figure: it.figure,
        observed_time: Some(to_wire(it.observed_time)),
        attested_by: it.attested_by.clone(),
        reference: it.reference.clone(),
    }
}

fn requirement(requirement: Requirement) -> pb::Requirement {
    match requirement {
        Requirement::Revenue => pb::Requirement::Revenue,
        Requirement::ResellerMonths => pb::Requirement::ResellerMonths,
        Requirement::SolutionsPartner => pb::Requirement::SolutionsPartner,
        Requirement::CreditCheck => pb::Requirement::CreditCheck,
        Requirement::SupportPlan => pb::Requirement::SupportPlan,
        Requirement::ApiIntegration => pb::Requirement::ApiIntegration,
        Requirement::BillingAndSupport => pb::Requirement::BillingAndSupport,
        Requirement::ManagedServices => pb::Requirement::ManagedServices,
        Requirement::Mfa => pb::Requirement::Mfa,
        Requirement::SecurityContact => pb::Requirement::SecurityContact,
        Requirement::AlertHours => pb::Requirement::AlertHours,
    }
}
