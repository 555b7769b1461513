use contracts::{onboarding as pb, time::to_wire};
use types::Timestamp;

use crate::domain::{
    AcceptanceMode, Agreement, AgreementKind, AgreementName, Partner, SignatoryRole,
};

pub(in crate::transport) fn agreement(
    partner: &Partner,
    agreement: &Agreement,
    now: Timestamp,
) -> pb::Agreement {
    let signatory = &agreement.signatory;
    let (version, mode) = agreement.in_force(partner.country, now);
    pb::Agreement {
        name: AgreementName { partner: partner.name, uid: agreement.uid }.to_string(),
        kind: kind(agreement.kind).into(),
        version: agreement.version.to_string(),
        signatory: Some(pb::Signatory {
            first_name: signatory.first_name.clone(),
            last_name: signatory.last_name.clone(),
            email: signatory.email.to_string(),
            role: role(signatory.role).into(),
        }),
        accept_time: Some(to_wire(agreement.accept_time)),
        location_account_id: agreement.location_account.to_string(),
        csp_region: partner.country.region().to_string(),
        revision: agreement.resource_version.revision,
        etag: agreement.resource_version.etag(),
        create_time: Some(to_wire(agreement.resource_version.create_time)),
        update_time: Some(to_wire(agreement.resource_version.create_time)),
        version_in_force: version.to_string(),
        acceptance_mode: match mode {
            AcceptanceMode::Explicit => pb::AcceptanceMode::Explicit,
            AcceptanceMode::Deemed => pb::AcceptanceMode::Deemed,
        }
        .into(),
        lapse_time: agreement.lapse_time(partner.country).map(to_wire),
        covered_roles: super::covered_roles(partner, agreement),
    }
}

pub(super) fn kind(kind: AgreementKind) -> pb::AgreementKind {
    match kind {
        AgreementKind::IndirectProvider => pb::AgreementKind::IndirectProvider,
        AgreementKind::IndirectReseller => pb::AgreementKind::IndirectReseller,
        AgreementKind::DirectBill => pb::AgreementKind::DirectBill,
    }
}

fn role(role: SignatoryRole) -> pb::SignatoryRole {
    match role {
        SignatoryRole::GlobalAdmin => pb::SignatoryRole::GlobalAdmin,
        SignatoryRole::AccountAdmin => pb::SignatoryRole::AccountAdmin,
        SignatoryRole::AdminAgent => pb::SignatoryRole::AdminAgent,
        SignatoryRole::SalesAgent => pb::SignatoryRole::SalesAgent,
        SignatoryRole::HelpdeskAgent => pb::SignatoryRole::HelpdeskAgent,
        SignatoryRole::BillingAdmin => pb::SignatoryRole::BillingAdmin,
        SignatoryRole::UserManagementAdmin => pb::SignatoryRole::UserManagementAdmin,
    }
}
