use contracts::{relationship as pb, time::to_wire};

use crate::domain::{AccountState, Customer, CustomerAgreement, CustomerKind};

pub(in crate::transport) fn customer(customer: Customer) -> pb::Customer {
    let resource_version = customer.resource_version;
    let account = customer.account.as_ref();
    pb::Customer {
        name: customer.name.to_string(),
        display_name: customer.display_name,
        organization: customer.organization.to_string(),
        country_code: customer.country.to_string(),
        csp_region: customer.country.region().to_string(),
        registration_number: customer.registration_number.unwrap_or_default(),
        kind: match customer.kind {
            CustomerKind::Company => pb::CustomerKind::Company,
            CustomerKind::SharedServices => pb::CustomerKind::SharedServices,
        }
        .into(),
        created_by: customer.created_by.map(|it| it.to_string()).unwrap_or_default(),
        agreement: customer.agreement.map(agreement),
        account_state: match account.map(|it| it.state) {
            None => pb::AccountState::NotReviewed,
            Some(AccountState::Verified) => pb::AccountState::Verified,
            Some(AccountState::UnderReview) => pb::AccountState::UnderReview,
            Some(AccountState::Rejected) => pb::AccountState::Rejected,
            Some(AccountState::Locked) => pb::AccountState::Locked,
        }
        .into(),
        account_detail: account.map(|it| it.detail.clone()).unwrap_or_default(),
        account_time: account.map(|it| to_wire(it.time)),
        revision: resource_version.revision,
        etag: resource_version.etag(),
        create_time: Some(to_wire(resource_version.create_time)),
        update_time: Some(to_wire(resource_version.update_time)),
    }
}

pub(super) fn agreement(agreement: CustomerAgreement) -> pb::CustomerAgreement {
    pb::CustomerAgreement {
        template_id: agreement.template_id,
        version: agreement.version,
        first_name: agreement.first_name,
        last_name: agreement.last_name,
        email: agreement.email.to_string(),
        accept_time: Some(to_wire(agreement.accept_time)),
    }
}
