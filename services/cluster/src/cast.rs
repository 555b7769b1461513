//! The people of a channel: an outside client that sets up partners and customers step by step,
//! and reads refusals. The tour and the tests speak through it.

mod customers;
mod orders;
mod partners;

use std::sync::atomic::AtomicU32;

use contracts::{
    onboarding::{self as ob, onboarding_service_client::OnboardingServiceClient},
    ordering::{
        self as od, order_line::SellerRole, ordering_service_client::OrderingServiceClient,
    },
    relationship::relationship_service_client::RelationshipServiceClient,
};
use kernel::Timestamp;
use markets::Country;
pub use orders::everywhere;
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
    /// Country of its CSP tenant.
    pub country: String,
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
}

/// An order of five units of an offer, for a year, billed by the month, with all that the rules
/// ask of its form.
#[must_use]
pub fn order(
    seller: &Partner,
    reseller: Option<&Partner>,
    customer: &str,
    offer: &str,
) -> od::Order {
    let line = od::OrderLine {
        offer: offer.to_owned(),
        quantity: 5,
        term: od::Term::P1y.into(),
        billing_cycle: od::BillingCycle::Monthly.into(),
        seller_role: Some(seller_role(reseller)),
        currency_code: currency(&seller.country),
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

/// How a line says in which role the seller sells.
#[must_use]
pub fn seller_role(reseller: Option<&Partner>) -> SellerRole {
    match reseller {
        Some(reseller) => SellerRole::PartnerIdOnRecord(reseller.location.clone()),
        None => SellerRole::ActingAsDirectPartner(true),
    }
}

/// The currency in which a partner of this country is billed; euros where it is none.
fn currency(country: &str) -> String {
    country.parse().map_or("EUR".to_owned(), |it: Country| it.currency().to_string())
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
