//! The people of a channel: an outside client that sets up partners and customers step by step,
//! and reads refusals. The tour and the tests speak through it.

mod customers;
mod orders;
mod partners;

use std::{net::SocketAddr, ops::Deref, sync::atomic::AtomicU32, time::Duration};

use client::{Settings, Urls};
use contracts::{
    onboarding as ob,
    ordering::{self as od, order_line::SellerRole},
};
pub use customers::mca;
use markets::Country;
pub use orders::offer_in_every_market;
use tonic::Status;
use types::Clock;
use uuid::Uuid;

use crate::Cluster;

/// What a call answers.
pub type Answer<T> = Result<T, Status>;

/// The first location account that is given out; PartnerIDs count up from here.
const FIRST_PARTNER_ID: u32 = 4_000_001;

/// Longest wait for an answer, on a machine that is busy with other clusters too.
const PATIENCE: Duration = Duration::from_secs(60);

/// An outside client of the three services.
#[derive(Debug)]
pub struct ScenarioClient {
    services: client::Cluster,
    next_partner_id: AtomicU32,
    /// Agreements are accepted, and evidence is shown, at its time.
    clock: Clock,
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

impl Deref for ScenarioClient {
    type Target = client::Cluster;

    fn deref(&self) -> &client::Cluster {
        &self.services
    }
}

impl ScenarioClient {
    /// Calls a running cluster, by whose clock agreements are accepted.
    #[must_use]
    pub fn of(cluster: &Cluster, clock: Clock) -> Self {
        let Cluster { onboarding, relationship, ordering } = cluster;
        Self::at([onboarding, relationship, ordering].map(|it| it.address), clock)
    }

    /// Calls onboarding, relationship and ordering at these addresses.
    #[must_use]
    pub fn at(addresses: [SocketAddr; 3], clock: Clock) -> Self {
        let [onboarding, relationship, ordering] = addresses.map(Urls::from);
        let settings =
            Settings { timeout: PATIENCE, ..Settings::at(onboarding, relationship, ordering) };
        Self {
            services: client::Cluster::new(settings),
            next_partner_id: AtomicU32::new(FIRST_PARTNER_ID),
            clock,
        }
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
