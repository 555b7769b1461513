//! Customers and their relationships with partners.

use contracts::{
    relationship::{
        self as rl, CustomerRelationshipKind as Kind, CustomerRelationshipState as State,
    },
    time::to_wire,
};
use types::{CustomerName, Timestamp};

use super::{Conflict, Context, Step, conflict, failed, found, partners::immutable};
use crate::{
    alias,
    file::{Customer, Mca},
};

/// The MCA template of the programme for all countries.
const TEMPLATE: &str = "117a77b0-9360-443b-8795-c6dedc750cf9";
/// Company registration number in countries that require one.
const REGISTRATION_NUMBER: &str = "4711";

impl Context<'_> {
    pub(super) async fn customer(
        &self,
        key: &str,
        customer: &Customer,
        changes: &mut Vec<String>,
    ) -> Step {
        let name = alias::customer(key);
        let recorded = self.create_customer(key, name, customer, changes).await?;
        self.agreement_of(key, &recorded, customer, changes).await?;
        for partner in &customer.sold_by {
            let attested = customer.attested_by.contains(partner);
            let wanted = Relationship { partner, kind: Kind::Resale, accepted: true, attested };
            self.relate(key, name, wanted, changes).await?;
        }
        for partner in &customer.managed_by {
            let wanted =
                Relationship { partner, kind: Kind::Management, accepted: true, attested: false };
            self.relate(key, name, wanted, changes).await?;
        }
        for partner in &customer.requested_by {
            let wanted =
                Relationship { partner, kind: Kind::Resale, accepted: false, attested: false };
            self.relate(key, name, wanted, changes).await?;
        }
        self.review(key, &recorded, customer, changes).await?;
        Ok(())
    }

    async fn create_customer(
        &self,
        key: &str,
        name: CustomerName,
        customer: &Customer,
        changes: &mut Vec<String>,
    ) -> Result<rl::Customer, Conflict> {
        let mut relationship = self.services.relationship.clone();
        let company = customer.company.as_deref().map_or(key, |it| it.as_str());
        let wanted = rl::Customer {
            display_name: customer.name.as_deref().unwrap_or(key).to_owned(),
            organization: alias::organization(company).to_string(),
            country_code: customer.country.0.to_string(),
            kind: customer.kind.wire().into(),
            registration_number: match customer.country.0.needs_registration_number() {
                true => REGISTRATION_NUMBER.to_owned(),
                false => String::new(),
            },
            ..Default::default()
        };
        let get = rl::GetCustomerRequest { name: name.to_string() };
        let existing = found(relationship.get_customer(get).await);
        let existing = existing.map_err(failed(key, "GetCustomer"))?;
        let Some(existing) = existing.and_then(|it| it.customer) else {
            let create = rl::CreateCustomerRequest {
                customer_id: name.id().to_string(),
                customer: Some(wanted),
                ..Default::default()
            };
            let created = relationship.create_customer(create).await;
            let created = created.map_err(failed(key, "CreateCustomer"))?.into_inner();
            changes.push(format!("{key}: created the customer {name}"));
            return Ok(created.customer.unwrap_or_default());
        };
        for (field, recorded, wanted) in [
            ("name", &existing.display_name, &wanted.display_name),
            ("company", &existing.organization, &wanted.organization),
            ("country", &existing.country_code, &wanted.country_code),
        ] {
            if recorded != wanted {
                return Err(immutable(key, field, recorded, wanted));
            }
        }
        if existing.kind != wanted.kind {
            let (recorded, wanted) = (existing.kind().as_str_name(), wanted.kind().as_str_name());
            return Err(immutable(key, "kind", recorded, wanted));
        }
        Ok(existing)
    }

    /// Records the acceptance of the MCA at Microsoft.
    async fn agreement_of(
        &self,
        key: &str,
        recorded: &rl::Customer,
        customer: &Customer,
        changes: &mut Vec<String>,
    ) -> Result<(), Conflict> {
        let accept_time = match customer.mca {
            Mca::Accepted => self.day_before(),
            Mca::At(time) => time,
            Mca::None if recorded.agreement.is_none() => return Ok(()),
            Mca::None => {
                return Err(conflict(
                    key,
                    "it has accepted the MCA, which cannot be withdrawn; use another alias, or change `mca` in the file",
                ));
            }
        };
        let recorded_time = recorded.agreement.as_ref().and_then(|it| it.accept_time);
        let differs =
            matches!(customer.mca, Mca::At(_)) && recorded_time != Some(to_wire(accept_time));
        if recorded_time.is_some() && !differs {
            return Ok(());
        }
        let record = rl::RecordCustomerAgreementRequest {
            name: recorded.name.clone(),
            agreement: Some(mca(key, accept_time)),
            ..Default::default()
        };
        let answer = self.services.relationship.clone().record_customer_agreement(record).await;
        answer.map_err(failed(key, "RecordCustomerAgreement"))?;
        changes.push(format!("{key}: recorded the acceptance of the MCA"));
        Ok(())
    }

    async fn review(
        &self,
        key: &str,
        recorded: &rl::Customer,
        customer: &Customer,
        changes: &mut Vec<String>,
    ) -> Result<(), Conflict> {
        let Some(state) = customer.account.map(|it| it.wire()) else { return Ok(()) };
        if recorded.account_state() == state {
            return Ok(());
        }
        let record = rl::RecordAccountReviewRequest {
            name: recorded.name.clone(),
            state: state.into(),
            detail: "as the world file says".to_owned(),
            ..Default::default()
        };
        let answer = self.services.relationship.clone().record_account_review(record).await;
        answer.map_err(failed(key, "RecordAccountReview"))?;
        changes.push(format!("{key}: recorded the account review"));
        Ok(())
    }

    async fn relate(
        &self,
        key: &str,
        customer: CustomerName,
        wanted: Relationship<'_>,
        changes: &mut Vec<String>,
    ) -> Result<(), Conflict> {
        let mut relationship = self.services.relationship.clone();
        let partner = alias::partner(wanted.partner);
        let id = alias::relationship(customer, partner, wanted.kind.as_str_name());
        let get = rl::GetCustomerRelationshipRequest { name: id.to_string() };
        let existing = found(relationship.get_customer_relationship(get).await);
        let existing = existing.map_err(failed(key, "GetCustomerRelationship"))?;
        let existing = existing.and_then(|it| it.relationship);
        let state = existing.as_ref().map(|it| it.state());
        if !matches!(state, None | Some(State::Requested | State::Active)) {
            return Err(conflict(
                key,
                format!(
                    "its relationship {id} with {} has ended, which is final; use RequestCustomerRelationship for a new one",
                    wanted.partner
                ),
            ));
        }
        let attested = existing.is_some_and(|it| it.agreement.is_some());
        if state.is_none() {
            let request = rl::RequestCustomerRelationshipRequest {
                parent: customer.to_string(),
                partner: partner.to_string(),
                kind: wanted.kind.into(),
                relationship_id: id.uid.to_string(),
                ..Default::default()
            };
            let requested = relationship.request_customer_relationship(request).await;
            requested.map_err(failed(key, "RequestCustomerRelationship"))?;
            changes.push(format!("{key}: {} requested a relationship", wanted.partner));
        }
        if wanted.attested && !attested {
            let attest = rl::AttestCustomerAgreementRequest {
                name: id.to_string(),
                agreement: Some(mca(key, self.day_before())),
                ..Default::default()
            };
            let attested = relationship.attest_customer_agreement(attest).await;
            attested.map_err(failed(key, "AttestCustomerAgreement"))?;
            changes.push(format!("{key}: {} attested the MCA", wanted.partner));
        }
        if wanted.accepted && state != Some(State::Active) {
            let accept = rl::AcceptCustomerRelationshipRequest {
                name: id.to_string(),
                ..Default::default()
            };
            let accepted = relationship.accept_customer_relationship(accept).await;
            accepted.map_err(failed(key, "AcceptCustomerRelationship"))?;
            changes.push(format!("{key}: accepted the relationship with {}", wanted.partner));
        }
        Ok(())
    }
}

/// A relationship as the file has it.
#[derive(Clone, Copy)]
struct Relationship<'a> {
    partner: &'a str,
    kind: Kind,
    accepted: bool,
    attested: bool,
}

fn mca(key: &str, accept_time: Timestamp) -> rl::CustomerAgreement {
    rl::CustomerAgreement {
        template_id: TEMPLATE.to_owned(),
        version: "2025-09".to_owned(),
        first_name: "Grace".to_owned(),
        last_name: "Hopper".to_owned(),
        email: format!("admin@{key}.example.com"),
        accept_time: Some(to_wire(accept_time)),
    }
}
