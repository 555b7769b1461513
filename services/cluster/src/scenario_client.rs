//! A client for scenarios: sets up partners and customers step by step, and places orders. The tour
//! and the tests use it.

mod customers;
mod orders;
mod partners;

use std::{net::SocketAddr, ops::Deref, sync::atomic::AtomicU32, time::Duration};

use client::{Credentials, Settings, Urls};
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

/// The answer of a call.
pub type Answer<T> = Result<T, Status>;

/// The first location account; PartnerIDs count up from here.
const FIRST_PARTNER_ID: u32 = 4_000_001;

/// Timeout of a call. Long, because tests run many clusters on one machine.
const TIMEOUT: Duration = Duration::from_secs(60);

/// A client of the three services for scenarios.
#[derive(Debug)]
pub struct ScenarioClient {
    services: client::Cluster,
    next_partner_id: AtomicU32,
    /// The clock of the cluster, for the times of agreements and evidence.
    clock: Clock,
}

/// The facts of a partner that calls need.
#[derive(Debug, Clone, Default)]
pub struct Partner {
    /// `partners/{tenant}`.
    pub name: String,
    /// `organizations/{uid}`.
    pub organization: String,
    /// Location account; empty before one is associated.
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
    /// Calls a running cluster with this clock.
    #[must_use]
    pub fn of(cluster: &Cluster, clock: Clock) -> Self {
        let Cluster { onboarding, relationship, ordering } = cluster;
        Self::at([onboarding, relationship, ordering].map(|it| it.address), clock)
    }

    /// Calls onboarding, relationship and ordering at these addresses.
    #[must_use]
    pub fn at(addresses: [SocketAddr; 3], clock: Clock) -> Self {
        Self::with(addresses.map(Urls::from), clock, Credentials::default())
    }

    /// Calls onboarding, relationship and ordering at these URLs, and proves who it is.
    #[must_use]
    pub fn with(urls: [Urls; 3], clock: Clock, credentials: Credentials) -> Self {
        let [onboarding, relationship, ordering] = urls;
        let settings = Settings {
            timeout: TIMEOUT,
            credentials,
            ..Settings::at(onboarding, relationship, ordering)
        };
        Self {
            services: client::Cluster::new(settings),
            next_partner_id: AtomicU32::new(FIRST_PARTNER_ID),
            clock,
        }
    }
}

/// A valid order of five units of an offer, with a term of one year and monthly billing.
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

/// The seller's role on a line.
#[must_use]
pub fn seller_role(reseller: Option<&Partner>) -> SellerRole {
    match reseller {
        Some(reseller) => SellerRole::PartnerIdOnRecord(reseller.location.clone()),
        None => SellerRole::ActingAsDirectPartner(true),
    }
}

/// The billing currency of this country; EUR if the country is unknown.
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

/// The kind of MPA for a role.
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
