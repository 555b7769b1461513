//! Converts domain values to messages. Cannot fail.

mod agreement;
mod requirement;

pub(super) use agreement::agreement;
use contracts::{onboarding as pb, time::to_wire};
pub(super) use requirement::assessment;
use types::{PartnerName, Timestamp};

use crate::domain::{
    Agreement, AgreementName, BuyerStanding, Enrollment, EnrollmentName, EnrollmentState,
    Organization, Owner, Partner, Standing, SuspensionCause, VettingCheck,
};

pub(super) fn organization(organization: Organization) -> pb::Organization {
    let resource_version = organization.resource_version;
    pb::Organization {
        name: organization.name.to_string(),
        display_name: organization.display_name,
        country_code: organization.country.to_string(),
        global_account_id: text(organization.global_account.as_ref()),
        owners: organization.owners.iter().map(owner).collect(),
        revision: resource_version.revision,
        etag: resource_version.etag(),
        create_time: Some(to_wire(resource_version.create_time)),
        update_time: Some(to_wire(resource_version.update_time)),
    }
}

fn owner(owner: &Owner) -> pb::Owner {
    pb::Owner {
        organization: owner.organization.to_string(),
        share_basis_points: owner.share_basis_points,
        management_control: owner.management_control,
        from_time: Some(to_wire(owner.from_time)),
        end_time: owner.end.as_ref().map(|end| to_wire(end.time)),
        end_reason: owner.end.as_ref().map(|end| end.reason.clone()).unwrap_or_default(),
    }
}

pub(super) fn partner(partner: &Partner) -> pb::Partner {
    let location = partner.location.as_ref();
    pb::Partner {
        name: partner.name.to_string(),
        organization: partner.organization.to_string(),
        country_code: partner.country.to_string(),
        csp_region: partner.country.region().to_string(),
        location_account_id: text(location.map(|location| &location.account)),
        location_country_code: text(location.map(|location| &location.country)),
        revision: partner.resource_version.revision,
        etag: partner.resource_version.etag(),
        create_time: Some(to_wire(partner.resource_version.create_time)),
        update_time: Some(to_wire(partner.resource_version.update_time)),
    }
}

pub(super) fn enrollment(partner: PartnerName, enrollment: &Enrollment) -> pb::Enrollment {
    pb::Enrollment {
        name: EnrollmentName { partner, role: enrollment.role }.to_string(),
        role: pb::Role::from(enrollment.role).into(),
        state: state(enrollment.state).into(),
        state_reason: enrollment.state_reason.clone(),
        contact_email: enrollment.contact_email.to_string(),
        revision: enrollment.resource_version.revision,
        etag: enrollment.resource_version.etag(),
        create_time: Some(to_wire(enrollment.resource_version.create_time)),
        update_time: Some(to_wire(enrollment.resource_version.update_time)),
        state_time: Some(to_wire(enrollment.state_time)),
        open_check: enrollment.open_check.map_or(pb::VettingCheck::Unspecified, check).into(),
        suspension_cause: enrollment
            .suspension_cause
            .map_or(pb::SuspensionCause::Unspecified, cause)
            .into(),
        reapply_time: enrollment.reapply_time.map(to_wire),
        review_time: enrollment.review_time.map(to_wire),
        shortfall_time: enrollment.shortfall_time.map(to_wire),
        evidence: enrollment.evidence.iter().map(requirement::evidence).collect(),
    }
}

pub(super) fn standing(standing: Standing, now: Timestamp) -> pb::PartnerStanding {
    let Standing { partner, organization_revision, affiliation } = standing;
    let partner = partner.effective_at(now);
    let location = partner.location.as_ref();
    let roles = partner.enrollments.iter().map(|each| pb::RoleStanding {
        role: pb::Role::from(each.role).into(),
        state: state(each.state).into(),
        block_time: each.block_time().map(to_wire),
        application: each.application,
        next_steps: partner
            .steps(each, now)
            .into_iter()
            .map(|it| pb::EnrollmentStep::from(it).into())
            .collect(),
    });
    let agreements = partner.agreements.iter().map(|each| pb::AgreementStanding {
        name: AgreementName { partner: partner.name, uid: each.uid }.to_string(),
        kind: agreement::kind(each.kind).into(),
        version: each.version.to_string(),
        accept_time: Some(to_wire(each.accept_time)),
        lapse_time: each.lapse_time(partner.country).map(to_wire),
        covered_roles: covered_roles(&partner, each),
    });
    let agreements = agreements.filter(|each| !each.covered_roles.is_empty());
    pb::PartnerStanding {
        partner: partner.name.to_string(),
        organization: partner.organization.to_string(),
        country_code: partner.country.to_string(),
        location_account_id: text(location.map(|location| &location.account)),
        location_country_code: text(location.map(|location| &location.country)),
        roles: roles.collect(),
        agreements: agreements.collect(),
        affiliation,
        revision: partner.resource_version.revision,
        organization_revision,
    }
}

pub(super) fn buyer(buyer: &BuyerStanding) -> pb::BuyerStanding {
    pb::BuyerStanding {
        csp_tenant: buyer.csp_tenant,
        partners: buyer.partners.iter().map(ToString::to_string).collect(),
        organization_revision: buyer.organization_revision,
    }
}

fn text(value: Option<&impl ToString>) -> String {
    value.map(ToString::to_string).unwrap_or_default()
}

fn covered_roles(partner: &Partner, agreement: &Agreement) -> Vec<i32> {
    partner.covered_roles(agreement).map(|it| pb::Role::from(it).into()).collect()
}

fn state(state: EnrollmentState) -> pb::EnrollmentState {
    match state {
        EnrollmentState::Draft => pb::EnrollmentState::Draft,
        EnrollmentState::Vetting => pb::EnrollmentState::Vetting,
        EnrollmentState::Rejected => pb::EnrollmentState::Rejected,
        EnrollmentState::Qualified => pb::EnrollmentState::Qualified,
        EnrollmentState::Active => pb::EnrollmentState::Active,
        EnrollmentState::Suspended => pb::EnrollmentState::Suspended,
        EnrollmentState::Restricted => pb::EnrollmentState::Restricted,
        EnrollmentState::Revoked => pb::EnrollmentState::Revoked,
    }
}

fn check(check: VettingCheck) -> pb::VettingCheck {
    match check {
        VettingCheck::EmailOwnership => pb::VettingCheck::EmailOwnership,
        VettingCheck::Employment => pb::VettingCheck::Employment,
        VettingCheck::Business => pb::VettingCheck::Business,
    }
}

fn cause(cause: SuspensionCause) -> pb::SuspensionCause {
    match cause {
        SuspensionCause::Abuse => pb::SuspensionCause::Abuse,
        SuspensionCause::ProfileRejected => pb::SuspensionCause::ProfileRejected,
        SuspensionCause::EligibilityNotMet => pb::SuspensionCause::EligibilityNotMet,
        SuspensionCause::InvoiceOverdue => pb::SuspensionCause::InvoiceOverdue,
        SuspensionCause::ProviderTrouble => pb::SuspensionCause::ProviderTrouble,
    }
}
