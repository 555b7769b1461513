use errors::Failure;
use rules::Role;
use sea_orm::ActiveValue::Set;
use storage::row;
use types::PartnerName;

use crate::{
    domain::{Agreement, AgreementName, Enrollment, Evidence, Location, Partner, Signatory},
    store::entity::{agreements, enrollments, evidence, partners},
};

pub(super) fn partner_row(partner: &Partner) -> partners::ActiveModel {
    let location = partner.location.as_ref();
    partners::ActiveModel {
        name: Set(partner.name.to_string()),
        organization: Set(partner.organization.to_string()),
        country: Set(partner.country.to_string()),
        location_account: Set(location.map(|location| location.account.to_string())),
        location_country: Set(location.map(|location| location.country.to_string())),
        revision: Set(partner.resource_version.revision),
        create_time: Set(partner.resource_version.create_time.as_microsecond()),
        update_time: Set(partner.resource_version.update_time.as_microsecond()),
    }
}

pub(super) fn enrollment_row(partner: PartnerName, it: &Enrollment) -> enrollments::ActiveModel {
    enrollments::ActiveModel {
        partner: Set(partner.to_string()),
        role: Set(it.role.to_string()),
        application: Set(it.application),
        state: Set(it.state.to_string()),
        state_time: Set(it.state_time.as_microsecond()),
        state_reason: Set(it.state_reason.clone()),
        suspension_cause: Set(it.suspension_cause.map(|cause| cause.to_string())),
        open_check: Set(it.open_check.map(|check| check.to_string())),
        reapply_time: Set(it.reapply_time.map(|time| time.as_microsecond())),
        review_time: Set(it.review_time.map(|time| time.as_microsecond())),
        shortfall_time: Set(it.shortfall_time.map(|time| time.as_microsecond())),
        contact_email: Set(it.contact_email.to_string()),
        revision: Set(it.resource_version.revision),
        create_time: Set(it.resource_version.create_time.as_microsecond()),
        update_time: Set(it.resource_version.update_time.as_microsecond()),
    }
}

pub(super) fn evidence_row(
    partner: PartnerName,
    role: Role,
    it: &Evidence,
) -> evidence::ActiveModel {
    evidence::ActiveModel {
        partner: Set(partner.to_string()),
        role: Set(role.to_string()),
        requirement: Set(it.requirement.to_string()),
        figure: Set(it.figure),
        observed_time: Set(it.observed_time.as_microsecond()),
        attested_by: Set(it.attested_by.clone()),
        reference: Set(it.reference.clone()),
    }
}

fn evidence_from(row: &evidence::Model) -> Result<Evidence, Failure> {
    Ok(Evidence {
        requirement: row::read(&row.requirement)?,
        figure: row.figure,
        observed_time: row::time(row.observed_time)?,
        attested_by: row.attested_by.clone(),
        reference: row.reference.clone(),
    })
}

pub(super) fn agreement_row(partner: PartnerName, it: &Agreement) -> agreements::ActiveModel {
    agreements::ActiveModel {
        name: Set(AgreementName { partner, uid: it.uid }.to_string()),
        partner: Set(partner.to_string()),
        kind: Set(it.kind.to_string()),
        version: Set(it.version.to_string()),
        first_name: Set(it.signatory.first_name.clone()),
        last_name: Set(it.signatory.last_name.clone()),
        email: Set(it.signatory.email.to_string()),
        signatory_role: Set(it.signatory.role.to_string()),
        accept_time: Set(it.accept_time.as_microsecond()),
        location_account: Set(it.location_account.to_string()),
        application: Set(it.application),
        revision: Set(it.resource_version.revision),
        create_time: Set(it.resource_version.create_time.as_microsecond()),
    }
}

pub(super) fn partner_from(
    row: &partners::Model,
    enrollments: &[enrollments::Model],
    evidence: &[evidence::Model],
    agreements: &[agreements::Model],
) -> Result<Partner, Failure> {
    let location = match (&row.location_account, &row.location_country) {
        (Some(account), Some(country)) => {
            Some(Location { account: row::read(account)?, country: row::read(country)? })
        }
        _ => None,
    };
    Ok(Partner {
        name: row::read(&row.name)?,
        organization: row::read(&row.organization)?,
        country: row::read(&row.country)?,
        location,
        enrollments: enrollments
            .iter()
            .map(|row| enrollment_from(row, evidence))
            .collect::<Result<_, _>>()?,
        agreements: agreements.iter().map(agreement_from).collect::<Result<_, _>>()?,
        resource_version: row::resource_version(row.revision, row.create_time, row.update_time)?,
    })
}

fn enrollment_from(
    row: &enrollments::Model,
    evidence: &[evidence::Model],
) -> Result<Enrollment, Failure> {
    let evidence = evidence.iter().filter(|it| it.role == row.role);
    Ok(Enrollment {
        role: row::read(&row.role)?,
        application: row.application,
        state: row::read(&row.state)?,
        state_time: row::time(row.state_time)?,
        state_reason: row.state_reason.clone(),
        suspension_cause: row::read_optional(row.suspension_cause.as_deref())?,
        open_check: row::read_optional(row.open_check.as_deref())?,
        reapply_time: row.reapply_time.map(row::time).transpose()?,
        review_time: row.review_time.map(row::time).transpose()?,
        shortfall_time: row.shortfall_time.map(row::time).transpose()?,
        evidence: evidence.map(evidence_from).collect::<Result<_, _>>()?,
        contact_email: row::read(&row.contact_email)?,
        resource_version: row::resource_version(row.revision, row.create_time, row.update_time)?,
    })
}

fn agreement_from(row: &agreements::Model) -> Result<Agreement, Failure> {
    Ok(Agreement {
        uid: row::read::<AgreementName>(&row.name)?.uid,
        kind: row::read(&row.kind)?,
        version: row::read(&row.version)?,
        signatory: Signatory {
            first_name: row.first_name.clone(),
            last_name: row.last_name.clone(),
            email: row::read(&row.email)?,
            role: row::read(&row.signatory_role)?,
        },
        accept_time: row::time(row.accept_time)?,
        location_account: row::read(&row.location_account)?,
        application: row.application,
        resource_version: row::resource_version(row.revision, row.create_time, row.create_time)?,
    })
}
