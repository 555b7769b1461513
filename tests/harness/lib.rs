//! The fixture of the tests: a running cluster on new databases, a manual clock, and a client.

#![allow(clippy::expect_used, clippy::panic, reason = "so a test fails")]

pub mod certificates;
pub mod fleet;
pub mod gate;
pub mod http;
pub mod issuer;
pub mod load;
pub mod messages;
pub mod process;

use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use client::refusal;
use cluster::{
    Cluster, Plan, ScenarioClient,
    scenario_client::{Answer, Partner},
};
use contracts::{
    onboarding::Role,
    relationship::{CustomerRelationshipKind, ProductFamily, Transaction, TransactionLine},
};
use gate::Gate;
use runtime::config::Variables;
use storage::Database;
use testbed::Databases;
pub use testbed::Engine;
use tonic::Status;
use types::{Clock, Timestamp};

/// Number of checks of a transaction. A rule on seller and reseller is checked once for each.
pub const CHECKS: usize = 25;

/// Initial time of the clock: 2026-03-02T09:00:00Z.
const START: i64 = 1_772_442_000;

/// Timeout of the calls between services.
const TIMEOUT: Duration = Duration::from_secs(20);

/// A running cluster and what a test uses of it.
#[derive(Debug)]
pub struct World {
    /// Calls the services from outside.
    pub client: ScenarioClient,
    /// The clock of all three services.
    pub clock: Clock,
    /// The running services.
    pub cluster: Cluster,
    databases: Databases,
}

/// A provider, its reseller, and a customer of both; no rule blocks a sale.
#[derive(Debug)]
pub struct Channel {
    /// Indirect provider.
    pub provider: Partner,
    /// Indirect reseller.
    pub reseller: Partner,
    /// Active partnership of the two, by name.
    pub partnership: String,
    /// Customer, by name.
    pub customer: String,
    /// Offer of Microsoft 365, by name.
    pub offer: String,
}

impl World {
    /// Starts a cluster with the default settings.
    pub async fn on(engine: Engine) -> Self {
        Self::with(engine, |_| {}).await
    }

    /// Starts a cluster with changed settings.
    pub async fn with(engine: Engine, change: impl FnOnce(&mut Plan)) -> Self {
        Self::start(engine, change, |onboarding| onboarding).await
    }

    /// Starts a cluster in which relationship calls onboarding through a gate.
    ///
    /// # Panics
    /// If the cluster does not start.
    pub async fn gated(engine: Engine) -> (Self, Gate) {
        let mut gate = None;
        let before = |onboarding| gate.insert(Gate::before(onboarding)).address;
        let world = Self::start(engine, |_| {}, before).await;
        (world, gate.expect("relationship calls onboarding"))
    }

    async fn start(
        engine: Engine,
        change: impl FnOnce(&mut Plan),
        before_onboarding: impl FnOnce(SocketAddr) -> SocketAddr,
    ) -> Self {
        let databases = Databases::new(engine).await;
        let mut plan = Plan::load(&Variables::Only([].into())).expect("the defaults are usable");
        plan.with_databases(|service| databases.url(service));
        plan.listen_on([SocketAddr::from((Ipv4Addr::LOCALHOST, 0)); 3]);
        // Hundreds of tests share a machine; a slow answer is no failure here.
        plan.with_timeouts(TIMEOUT);
        change(&mut plan);
        plan.migrate().await.expect("the databases can be migrated");
        let clock = Clock::manual(Timestamp::from_second(START).expect("it is a time"));
        let cluster =
            plan.start_with(clock.clone(), before_onboarding).await.expect("the cluster starts");
        let client = ScenarioClient::of(&cluster, clock.clone());
        Self { client, clock, cluster, databases }
    }

    /// Connects to the database of a service.
    pub async fn database(&self, service: &str) -> Database {
        self.databases.open(service).await
    }

    /// The revision of every resource of a service, by the last event in its database.
    pub async fn revisions(&self, service: &str) -> BTreeMap<String, i64> {
        testbed::revisions(&self.databases.open(service).await).await
    }

    /// Sets up a channel in one country.
    pub async fn channel(&self, country: &str) -> Answer<Channel> {
        let provider = self.client.provider(country).await?;
        let reseller = self.client.reseller(country).await?;
        self.channel_of(provider, reseller, country).await
    }

    /// Sets up a channel of an existing provider and reseller.
    pub async fn channel_of(
        &self,
        provider: Partner,
        reseller: Partner,
        country: &str,
    ) -> Answer<Channel> {
        let client = &self.client;
        let partnership = client.partner_up(&provider, &reseller).await?;
        let customer = client.customer(country).await?;
        client.onboard_customer(&customer, &[&provider]).await?;
        let (kind, role) = (CustomerRelationshipKind::Resale, Role::IndirectReseller);
        let requested = client.request_relationship_as(&customer, &reseller, kind, role).await?;
        client.accept(&requested).await?;
        let offer = client.offer(ProductFamily::Microsoft365).await?;
        Ok(Channel { provider, reseller, partnership, customer, offer })
    }
}

/// A new subscription of one line, for `CheckTransaction`.
#[must_use]
pub fn purchase(seller: &Partner, reseller: Option<&Partner>, customer: &str) -> Transaction {
    Transaction {
        seller: seller.name.clone(),
        reseller: reseller.map(|it| it.name.clone()).unwrap_or_default(),
        customer: customer.to_owned(),
        purpose: contracts::relationship::Purpose::NewSubscription.into(),
        lines: vec![TransactionLine {
            product_family: ProductFamily::Microsoft365.into(),
            partner_id_on_record: reseller.map(|it| it.location.clone()).unwrap_or_default(),
            ..TransactionLine::default()
        }],
        partner_attestation_accepted: true,
    }
}

/// Every rule that a request violates, with its reason, such as `REL-3 CUSTOMER_OUTSIDE_REGION`.
///
/// # Panics
/// If no rule refused the request.
pub fn refused<T: std::fmt::Debug>(answer: Answer<T>) -> Vec<String> {
    let status = failed(answer);
    let violations = refusal(&status).violations;
    assert!(!violations.is_empty(), "no rule refused the request: {status:?}");
    violations.iter().map(|it| format!("{} {}", it.rule_id, it.reason)).collect()
}

/// The status of a request that failed.
///
/// # Panics
/// If the request succeeded.
pub fn failed<T: std::fmt::Debug>(answer: Answer<T>) -> Status {
    let status = answer.expect_err("this request must fail");
    messages::record(&status);
    status
}

/// Declares scenarios; each runs on SQLite and on PostgreSQL. The statuses that it takes with
/// [`failed`] or [`refused`] are compared with `tests/golden/messages.txt`, which
/// `GOLDEN=write cargo test -p tests --test scenarios sqlite` writes.
#[macro_export]
macro_rules! scenarios {
    ($($(#[$doc:meta])* async fn $name:ident($world:ident) $play:block)*) => {
        $(
            $(#[$doc])*
            async fn $name($world: $crate::World) -> Result<(), tonic::Status> {
                $play
                Ok(())
            }
        )*

        mod sqlite {
            $(
                #[tokio::test]
                async fn $name() -> Result<(), tonic::Status> {
                    let world = $crate::World::on($crate::Engine::Sqlite).await;
                    $crate::messages::compared(stringify!($name), super::$name(world)).await
                }
            )*
        }

        mod postgres {
            $(
                #[tokio::test]
                async fn $name() -> Result<(), tonic::Status> {
                    super::$name($crate::World::on($crate::Engine::Postgres).await).await
                }
            )*
        }
    };
}
