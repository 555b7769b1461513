//! The people of a channel: an outside client that sets up partners and customers step by step,
//! and reads refusals. The tour and the tests speak through it.

use std::sync::atomic::{AtomicU32, Ordering};

use contracts::{
    onboarding::{self as ob, onboarding_service_client::OnboardingServiceClient},
    ordering::{self as od, ordering_service_client::OrderingServiceClient},
    relationship::{self as rl, relationship_service_client::RelationshipServiceClient},
    time::to_wire,
};
use kernel::Timestamp;
use tonic::{Code, Status, transport::Channel};
use tonic_types::StatusExt;
use uuid::Uuid;

use crate::Cluster;

/// What a call answers.
pub type Answer<T> = Result<T, Status>;

/// The first location account that is given out; PartnerIDs count up from here.
const FIRST_PARTNER_ID: u32 = 4_000_001;

/// An outside client of the three services.
#[derive(Debug)]
pub struct Cast {
    /// Client of onboarding.
    pub onboarding: OnboardingServiceClient<Channel>,
    /// Client of relationship.
    pub relationship: RelationshipServiceClient<Channel>,
    /// Client of ordering.
    pub ordering: OrderingServiceClient<Channel>,
    next_partner_id: AtomicU32,
    /// When agreements are said to have been accepted.
    accept_time: Timestamp,
}

/// A partner as others need to know it.
#[derive(Debug, Clone, Default)]
pub struct Partner {
    /// `partners/{tenant}`.
    pub name: String,
    /// `organizations/{uid}`.
    pub organization: String,
    /// Location account; empty before it is associated.
    pub location: String,
}

/// One rule that stands against a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Its id.
    pub rule: String,
    /// Why, as a word.
    pub reason: String,
    /// Why, who must act, and what is next, in sentences.
    pub text: String,
}

impl Cast {
    /// Connects to a running cluster. Agreements are said to have been accepted at `now`.
    ///
    /// # Errors
    /// A service that cannot be reached, in words.
    pub async fn of(cluster: &Cluster, now: Timestamp) -> Result<Self, String> {
        let Cluster { onboarding, relationship, ordering } = cluster;
        let addresses = [onboarding, relationship, ordering].map(|it| it.address.to_string());
        Self::at(addresses.each_ref().map(String::as_str), now).await
    }

    /// Connects to onboarding, relationship and ordering at these addresses.
    ///
    /// # Errors
    /// A service that cannot be reached, in words.
    pub async fn at(addresses: [&str; 3], now: Timestamp) -> Result<Self, String> {
        let channel = async |address| {
            let endpoint = Channel::from_shared(format!("http://{address}"));
            let endpoint = endpoint.map_err(|error| error.to_string())?;
            endpoint.connect().await.map_err(|error| format!("{address}: {error}"))
        };
        let [onboarding, relationship, ordering] = addresses;
        Ok(Self {
            onboarding: OnboardingServiceClient::new(channel(onboarding).await?),
            relationship: RelationshipServiceClient::new(channel(relationship).await?),
            ordering: OrderingServiceClient::new(channel(ordering).await?),
            next_partner_id: AtomicU32::new(FIRST_PARTNER_ID),
            accept_time: now,
        })
    }

    /// Records a company.
    ///
    /// # Errors
    /// What the call answers, here and in every method below.
    pub async fn company(&self, name: &str, country: &str) -> Answer<String> {
        self.company_of(name, country, &[]).await
    }

    /// Records a company with its owners: name, basis points, control.
    pub async fn company_of(
        &self,
        name: &str,
        country: &str,
        owners: &[(&str, i32, bool)],
    ) -> Answer<String> {
        let owners = owners.iter().map(|(organization, share, control)| ob::Owner {
            organization: (*organization).to_owned(),
            share_basis_points: *share,
            management_control: *control,
        });
        let organization = ob::Organization {
            display_name: name.to_owned(),
            country_code: country.to_owned(),
            owners: owners.collect(),
            ..ob::Organization::default()
        };
        let request = ob::CreateOrganizationRequest {
            organization: Some(organization),
            request_id: new_id(),
            organization_id: String::new(),
        };
        let answer = self.onboarding.clone().create_organization(request).await?.into_inner();
        Ok(answer.organization.unwrap_or_default().name)
    }

    /// Step 1: a company joins with a CSP tenant.
    pub async fn join(&self, organization: &str, country: &str) -> Answer<Partner> {
        let partner = ob::Partner {
            organization: organization.to_owned(),
            country_code: country.to_owned(),
            ..ob::Partner::default()
        };
        let request = ob::CreatePartnerRequest {
            partner_id: new_id(),
            partner: Some(partner),
            request_id: new_id(),
        };
        let answer = self.onboarding.clone().create_partner(request).await?.into_inner();
        let name = answer.partner.unwrap_or_default().name;
        Ok(Partner { name, organization: organization.to_owned(), location: String::new() })
    }

    /// Step 2: a partner enrolls; vetting has not run.
    pub async fn enroll(&self, partner: &Partner, role: ob::Role) -> Answer<()> {
        let request = ob::EnrollPartnerRequest {
            parent: partner.name.clone(),
            role: role.into(),
            contact_email: "ada@contoso.com".to_owned(),
            request_id: new_id(),
        };
        self.onboarding.clone().enroll_partner(request).await.map(drop)
    }

    /// Vetting passes.
    pub async fn vet(&self, partner: &Partner, role: ob::Role) -> Answer<()> {
        let request = ob::RecordVettingResultRequest {
            name: enrollment(partner, role),
            result: ob::VettingResult::Authorized.into(),
            detail: String::new(),
            request_id: new_id(),
        };
        self.onboarding.clone().record_vetting_result(request).await.map(drop)
    }

    /// A location account is tied to the tenant.
    pub async fn locate(&self, partner: &mut Partner, country: &str) -> Answer<()> {
        let location = self.next_partner_id.fetch_add(1, Ordering::Relaxed).to_string();
        let request = ob::AssociateLocationRequest {
            name: partner.name.clone(),
            location_account_id: location.clone(),
            location_country_code: country.to_owned(),
            request_id: new_id(),
        };
        self.onboarding.clone().associate_location(request).await?;
        partner.location = location;
        Ok(())
    }

    /// Step 3: a partner accepts the MPA.
    pub async fn accept_mpa(&self, partner: &Partner, kind: ob::AgreementKind) -> Answer<()> {
        let agreement = ob::Agreement {
            kind: kind.into(),
            version: "2025-10".to_owned(),
            signatory: Some(ob::Signatory {
                first_name: "Ada".to_owned(),
                last_name: "Byron".to_owned(),
                email: "ada@contoso.com".to_owned(),
            }),
            accept_time: Some(to_wire(self.accept_time)),
            ..ob::Agreement::default()
        };
        let request = ob::AcceptAgreementRequest {
            parent: partner.name.clone(),
            agreement: Some(agreement),
            request_id: new_id(),
        };
        self.onboarding.clone().accept_agreement(request).await.map(drop)
    }

    /// A partner of a company that is enrolled, vetted and located; its MPA is open.
    pub async fn qualified(
        &self,
        organization: &str,
        country: &str,
        role: ob::Role,
    ) -> Answer<Partner> {
        let mut partner = self.join(organization, country).await?;
        self.enroll(&partner, role).await?;
        self.vet(&partner, role).await?;
        self.locate(&mut partner, country).await?;
        Ok(partner)
    }

    /// A partner of a company that may transact.
    pub async fn active(
        &self,
        organization: &str,
        country: &str,
        role: ob::Role,
    ) -> Answer<Partner> {
        let partner = self.qualified(organization, country, role).await?;
        self.accept_mpa(&partner, agreement_of(role)).await?;
        Ok(partner)
    }

    /// An active indirect provider with a company of its own.
    pub async fn provider(&self, country: &str) -> Answer<Partner> {
        let company = self.company("Northwind Distribution", country).await?;
        self.active(&company, country, ob::Role::IndirectProvider).await
    }

    /// An active indirect reseller with a company of its own.
    pub async fn reseller(&self, country: &str) -> Answer<Partner> {
        let company = self.company("Fabrikam Resale", country).await?;
        self.active(&company, country, ob::Role::IndirectReseller).await
    }

    /// An active direct-bill partner with a company of its own.
    pub async fn direct_bill(&self, country: &str) -> Answer<Partner> {
        let company = self.company("Contoso Direct", country).await?;
        self.active(&company, country, ob::Role::DirectBill).await
    }

    /// A provider invites a reseller; gives the name of the partnership.
    pub async fn invite(&self, provider: &Partner, reseller: &Partner) -> Answer<String> {
        let request = rl::InvitePartnershipRequest {
            provider: provider.name.clone(),
            reseller: reseller.name.clone(),
            request_id: new_id(),
            partnership_id: String::new(),
        };
        let answer = self.relationship.clone().invite_partnership(request).await?.into_inner();
        Ok(answer.partnership.unwrap_or_default().name)
    }

    /// A provider and a reseller partner; gives the name of the partnership.
    pub async fn partner_up(&self, provider: &Partner, reseller: &Partner) -> Answer<String> {
        let name = self.invite(provider, reseller).await?;
        let request = rl::AcceptPartnershipRequest { name: name.clone(), request_id: new_id() };
        self.relationship.clone().accept_partnership(request).await?;
        Ok(name)
    }

    /// A customer tenant of a company.
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
            kind: kind.into(),
            ..rl::Customer::default()
        };
        let request = rl::CreateCustomerRequest {
            customer_id: new_id(),
            customer: Some(customer),
            request_id: new_id(),
        };
        let answer = self.relationship.clone().create_customer(request).await?.into_inner();
        Ok(answer.customer.unwrap_or_default().name)
    }

    /// A customer with a company of its own that has signed nothing and knows nobody.
    pub async fn customer(&self, country: &str) -> Answer<String> {
        let company = self.company("Litware", country).await?;
        self.customer_of(&company, country, rl::CustomerKind::Company).await
    }

    /// A customer accepts the MCA, as a partner attests.
    pub async fn accept_mca(&self, customer: &str, attested_by: &Partner) -> Answer<()> {
        let agreement = rl::CustomerAgreement {
            attested_by: attested_by.name.clone(),
            first_name: "Grace".to_owned(),
            last_name: "Hopper".to_owned(),
            email: "grace@litware.com".to_owned(),
            accept_time: Some(to_wire(self.accept_time)),
        };
        let request = rl::RecordCustomerAgreementRequest {
            name: customer.to_owned(),
            agreement: Some(agreement),
            request_id: new_id(),
        };
        self.relationship.clone().record_customer_agreement(request).await.map(drop)
    }

    /// A partner asks a customer for a relationship; gives its name.
    pub async fn ask(
        &self,
        customer: &str,
        partner: &Partner,
        kind: rl::CustomerRelationshipKind,
    ) -> Answer<String> {
        let request = rl::RequestCustomerRelationshipRequest {
            parent: customer.to_owned(),
            partner: partner.name.clone(),
            kind: kind.into(),
            request_id: new_id(),
            relationship_id: String::new(),
        };
        let answer = self.relationship.clone().request_customer_relationship(request).await?;
        Ok(answer.into_inner().relationship.unwrap_or_default().name)
    }

    /// A customer and a partner are tied; gives the name of the relationship.
    pub async fn tie(
        &self,
        customer: &str,
        partner: &Partner,
        kind: rl::CustomerRelationshipKind,
    ) -> Answer<String> {
        let name = self.ask(customer, partner, kind).await?;
        let request =
            rl::AcceptCustomerRelationshipRequest { name: name.clone(), request_id: new_id() };
        self.relationship.clone().accept_customer_relationship(request).await?;
        Ok(name)
    }

    /// A customer that these partners may sell to: MCA accepted, relationships active.
    pub async fn ready(&self, customer: &str, partners: &[&Partner]) -> Answer<()> {
        for partner in partners {
            self.accept_mca(customer, partner).await?;
            self.tie(customer, partner, rl::CustomerRelationshipKind::Resale).await?;
        }
        Ok(())
    }

    /// An offer in euros, one unit at 10.00 a month for a year; gives its name.
    pub async fn offer(&self, family: rl::ProductFamily) -> Answer<String> {
        let unit_price = od::Money { currency_code: "EUR".to_owned(), minor_units: 1000 };
        let plan = od::Plan {
            term: od::Term::P1y.into(),
            billing_cycle: od::BillingCycle::Monthly.into(),
            unit_price: Some(unit_price),
        };
        let offer = od::Offer {
            display_name: family.as_str_name().to_owned(),
            product_family: family.into(),
            min_quantity: 1,
            max_quantity: 300,
            plans: vec![plan],
            ..od::Offer::default()
        };
        let request = od::CreateOfferRequest {
            offer_id: format!("offer-{}", Uuid::new_v4()),
            offer: Some(offer),
            request_id: new_id(),
        };
        let answer = self.ordering.clone().create_offer(request).await?.into_inner();
        Ok(answer.offer.unwrap_or_default().name)
    }

    /// Places an order.
    pub async fn place(&self, order: od::Order) -> Answer<od::Order> {
        let request = od::PlaceOrderRequest {
            order: Some(order),
            request_id: new_id(),
            validate_only: false,
        };
        let answer = self.ordering.clone().place_order(request).await?.into_inner();
        Ok(answer.order.unwrap_or_default())
    }

    /// Asks for a decision without writing anything.
    pub async fn check(&self, transaction: rl::Transaction) -> Answer<rl::Decision> {
        let request = rl::CheckTransactionRequest {
            transaction: Some(transaction),
            view: rl::DecisionView::Full.into(),
        };
        let answer = self.relationship.clone().check_transaction(request).await?.into_inner();
        Ok(answer.decision.unwrap_or_default())
    }
}

/// An order of five units of an offer, for a year, billed by the month, with all that the rules
/// ask of its form.
#[must_use]
pub fn order(seller: &Partner, reseller: Option<&Partner>, customer: &str, offer: &str) -> od::Order {
    let line = od::OrderLine {
        offer: offer.to_owned(),
        quantity: 5,
        term: od::Term::P1y.into(),
        billing_cycle: od::BillingCycle::Monthly.into(),
        partner_id_on_record: reseller.map(|it| it.location.clone()).unwrap_or_default(),
        ..od::OrderLine::default()
    };
    od::Order {
        seller: seller.name.clone(),
        reseller: reseller.map(|it| it.name.clone()).unwrap_or_default(),
        customer: customer.to_owned(),
        lines: vec![line],
        partner_attestation_accepted: true,
        ..od::Order::default()
    }
}

/// What stands against a request, as its status tells. Empty for any other failure.
#[must_use]
pub fn refusals(status: &Status) -> Vec<Refusal> {
    if status.code() != Code::FailedPrecondition {
        return Vec::new();
    }
    let listed = status.get_details_precondition_failure().map(|it| it.violations);
    let listed = listed.unwrap_or_default().into_iter();
    let refusal = |it: tonic_types::PreconditionViolation| {
        let (reason, text) = it.description.split_once(": ").unwrap_or_default();
        Refusal { rule: it.r#type, reason: reason.to_owned(), text: text.to_owned() }
    };
    listed.map(refusal).collect()
}

/// Name of the enrollment of a partner in a role.
#[must_use]
pub fn enrollment(partner: &Partner, role: ob::Role) -> String {
    let role = match role {
        ob::Role::IndirectProvider => "indirect-provider",
        ob::Role::IndirectReseller => "indirect-reseller",
        ob::Role::DirectBill | ob::Role::Unspecified => "direct-bill",
    };
    format!("{}/enrollments/{role}", partner.name)
}

/// The MPA text written for a role.
#[must_use]
pub fn agreement_of(role: ob::Role) -> ob::AgreementKind {
    match role {
        ob::Role::IndirectProvider => ob::AgreementKind::IndirectProvider,
        ob::Role::IndirectReseller => ob::AgreementKind::IndirectReseller,
        ob::Role::DirectBill | ob::Role::Unspecified => ob::AgreementKind::DirectBill,
    }
}

/// A new GUID, for tenants and request ids.
#[must_use]
pub fn new_id() -> String {
    Uuid::new_v4().to_string()
}
