//! Partnerships, customers and their relationships.

use contracts::{onboarding as ob, relationship as rl, time::to_wire};
use types::Timestamp;

use super::{Answer, Partner, ScenarioClient, new_id};

/// The MCA as a customer accepted it.
#[must_use]
pub fn mca(accept_time: Timestamp) -> rl::CustomerAgreement {
    rl::CustomerAgreement {
        template_id: "117a77b0-9360-443b-8795-c6dedc750cf9".to_owned(),
        version: "2025-09".to_owned(),
        first_name: "Grace".to_owned(),
        last_name: "Hopper".to_owned(),
        email: "grace@litware.com".to_owned(),
        accept_time: Some(to_wire(accept_time)),
    }
}

/// Each method returns the answer of its call.
#[allow(clippy::missing_errors_doc, reason = "the error is always the status of the call")]
impl ScenarioClient {
    /// A provider invites a reseller. Returns the name of the partnership.
    pub async fn invite(&self, provider: &Partner, reseller: &Partner) -> Answer<String> {
        let request = rl::InvitePartnershipRequest {
            provider: provider.name.clone(),
            reseller: reseller.name.clone(),
            request_id: new_id(),
            ..rl::InvitePartnershipRequest::default()
        };
        let answer = self.relationship.clone().invite_partnership(request).await?.into_inner();
        Ok(answer.partnership.unwrap_or_default().name)
    }

    /// Establishes a partnership of provider and reseller. Returns its name.
    pub async fn partner_up(&self, provider: &Partner, reseller: &Partner) -> Answer<String> {
        let name = self.invite(provider, reseller).await?;
        let request = rl::AcceptPartnershipRequest {
            name: name.clone(),
            request_id: new_id(),
            ..Default::default()
        };
        self.relationship.clone().accept_partnership(request).await?;
        Ok(name)
    }

    /// Creates a customer tenant of an organization. Returns its name.
    pub async fn customer_of(
        &self,
        organization: &str,
        country: &str,
        kind: rl::CustomerKind,
    ) -> Answer<String> {
        let customer = rl::Customer {
            display_name: "Litware".to_owned(),
            organization: organization.to_owned(),
            country_code: country.to_owned(),
            registration_number: self.registration_number(country).await?,
            kind: kind.into(),
            ..rl::Customer::default()
        };
        let request = rl::CreateCustomerRequest {
            customer_id: new_id(),
            customer: Some(customer),
            request_id: new_id(),
            ..rl::CreateCustomerRequest::default()
        };
        let answer = self.relationship.clone().create_customer(request).await?.into_inner();
        Ok(answer.customer.unwrap_or_default().name)
    }

    /// A registration number if the country requires one.
    async fn registration_number(&self, country: &str) -> Answer<String> {
        let get = rl::GetMarketRequest { country_code: country.to_owned() };
        let market = self.relationship.clone().get_market(get).await?.into_inner().market;
        let required = market.unwrap_or_default().registration_number_required;
        Ok(if required { "4711".to_owned() } else { String::new() })
    }

    /// Creates a customer with its own organization, without agreement and relationships.
    pub async fn customer(&self, country: &str) -> Answer<String> {
        let company = self.company("Litware", country).await?;
        self.customer_of(&company, country, rl::CustomerKind::Company).await
    }

    /// A customer accepts the MCA at Microsoft.
    pub async fn accept_mca(&self, customer: &str) -> Answer<()> {
        let request = rl::RecordCustomerAgreementRequest {
            name: customer.to_owned(),
            agreement: Some(mca(self.clock.now())),
            request_id: new_id(),
            ..rl::RecordCustomerAgreementRequest::default()
        };
        self.relationship.clone().record_customer_agreement(request).await.map(drop)
    }

    /// A partner attests, on its relationship with a customer, that the customer accepted the MCA.
    pub async fn attest_mca(&self, relationship: &str) -> Answer<()> {
        let request = rl::AttestCustomerAgreementRequest {
            name: relationship.to_owned(),
            agreement: Some(mca(self.clock.now())),
            request_id: new_id(),
            ..rl::AttestCustomerAgreementRequest::default()
        };
        self.relationship.clone().attest_customer_agreement(request).await.map(drop)
    }

    /// A partner requests a relationship with a customer. Returns its name.
    pub async fn request_relationship(
        &self,
        customer: &str,
        partner: &Partner,
        kind: rl::CustomerRelationshipKind,
    ) -> Answer<String> {
        self.request_relationship_as(customer, partner, kind, ob::Role::Unspecified).await
    }

    /// A partner requests a relationship with a customer in a role. Returns its name.
    pub async fn request_relationship_as(
        &self,
        customer: &str,
        partner: &Partner,
        kind: rl::CustomerRelationshipKind,
        role: ob::Role,
    ) -> Answer<String> {
        let request = rl::RequestCustomerRelationshipRequest {
            parent: customer.to_owned(),
            partner: partner.name.clone(),
            kind: kind.into(),
            role: role.into(),
            request_id: new_id(),
            ..rl::RequestCustomerRelationshipRequest::default()
        };
        let answer = self.relationship.clone().request_customer_relationship(request).await?;
        Ok(answer.into_inner().relationship.unwrap_or_default().name)
    }

    /// Establishes a relationship of customer and partner. Returns its name.
    pub async fn establish_relationship(
        &self,
        customer: &str,
        partner: &Partner,
        kind: rl::CustomerRelationshipKind,
    ) -> Answer<String> {
        let name = self.request_relationship(customer, partner, kind).await?;
        self.accept(&name).await?;
        Ok(name)
    }

    /// A customer accepts a requested relationship.
    pub async fn accept(&self, relationship: &str) -> Answer<()> {
        let request = rl::AcceptCustomerRelationshipRequest {
            name: relationship.to_owned(),
            request_id: new_id(),
            ..Default::default()
        };
        self.relationship.clone().accept_customer_relationship(request).await.map(drop)
    }

    /// Lets these partners sell to a customer: accepts the MCA, establishes resale relationships.
    pub async fn onboard_customer(&self, customer: &str, partners: &[&Partner]) -> Answer<()> {
        self.accept_mca(customer).await?;
        for partner in partners {
            self.establish_relationship(customer, partner, rl::CustomerRelationshipKind::Resale)
                .await?;
        }
        Ok(())
    }

    /// Checks a transaction and returns the decision.
    pub async fn check(&self, transaction: rl::Transaction) -> Answer<rl::Decision> {
        let request = rl::CheckTransactionRequest {
            transaction: Some(transaction),
            view: rl::DecisionView::Full.into(),
        };
        let answer = self.relationship.clone().check_transaction(request).await?.into_inner();
        Ok(answer.decision.unwrap_or_default())
    }
}
