//! A world to play scenarios in: a running cluster on databases of its own, a clock that moves
//! only when told to, and an outside client.

#![allow(clippy::expect_used, clippy::panic, reason = "a scenario that cannot go on has failed")]

pub mod fleet;
pub mod gate;
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

/// When every world begins: 2026-03-02T09:00:00Z.
const BEGINNING: i64 = 1_772_442_000;

/// How long services wait for each other.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running cluster and what a scenario needs of it.
#[derive(Debug)]
pub struct World {
    /// The outside client.
    pub cast: ScenarioClient,
    /// The clock of all three services.
    pub clock: Clock,
    /// The services.
    pub cluster: Cluster,
    databases: Databases,
}

/// A provider, its reseller, and a customer of both to whom nothing stands against selling.
#[derive(Debug)]
pub struct Channel {
    /// The provider.
    pub provider: Partner,
    /// The reseller.
    pub reseller: Partner,
    /// The partnership of the two.
    pub partnership: String,
    /// The customer.
    pub customer: String,
    /// An offer of Microsoft 365.
    pub offer: String,
}

impl World {
    /// A cluster as it is by default.
    pub async fn on(engine: Engine) -> Self {
        Self::with(engine, |_| {}).await
    }

    /// A cluster with other settings.
    pub async fn with(engine: Engine, change: impl FnOnce(&mut Plan)) -> Self {
        Self::start(engine, change, |onboarding| onboarding).await
    }

    /// A cluster in which relationship calls onboarding through a gate.
    ///
    /// # Panics
    /// When it does not start.
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
        // A scenario is about rules, not about a machine that is busy with a hundred of them.
        plan.with_timeouts(PATIENCE);
        change(&mut plan);
        plan.migrate().await.expect("the databases can be migrated");
        let clock = Clock::manual(Timestamp::from_second(BEGINNING).expect("it is a time"));
        let cluster =
            plan.start_with(clock.clone(), before_onboarding).await.expect("the cluster starts");
        let cast = ScenarioClient::of(&cluster, clock.clone());
        Self { cast, clock, cluster, databases }
    }

    /// A connection to the database of a service.
    pub async fn database(&self, service: &str) -> Database {
        self.databases.open(service).await
    }

    /// The revision of every resource of a service, as the events in its database tell.
    pub async fn revisions(&self, service: &str) -> BTreeMap<String, i64> {
        testbed::revisions(&self.databases.open(service).await).await
    }

    /// A channel in one country.
    pub async fn channel(&self, country: &str) -> Answer<Channel> {
        let provider = self.cast.provider(country).await?;
        let reseller = self.cast.reseller(country).await?;
        self.channel_of(provider, reseller, country).await
    }

    /// A channel of a provider and a reseller that are as they are.
    pub async fn channel_of(
        &self,
        provider: Partner,
        reseller: Partner,
        country: &str,
    ) -> Answer<Channel> {
        let cast = &self.cast;
        let partnership = cast.partner_up(&provider, &reseller).await?;
        let customer = cast.customer(country).await?;
        cast.onboard_customer(&customer, &[&provider]).await?;
        let (kind, role) = (CustomerRelationshipKind::Resale, Role::IndirectReseller);
        let asked = cast.request_relationship_as(&customer, &reseller, kind, role).await?;
        cast.accept(&asked).await?;
        let offer = cast.offer(ProductFamily::Microsoft365).await?;
        Ok(Channel { provider, reseller, partnership, customer, offer })
    }
}

/// A purchase of one line through a chain, to be asked about.
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

/// Every rule that stands against a request and why, as `REL-3 CUSTOMER_OUTSIDE_REGION`.
///
/// # Panics
/// When the request was not refused by rules.
pub fn refused<T: std::fmt::Debug>(answer: Answer<T>) -> Vec<String> {
    let status = failed(answer);
    let violations = refusal(&status).violations;
    assert!(!violations.is_empty(), "no rule refused it: {status:?}");
    violations.iter().map(|it| format!("{} {}", it.rule_id, it.reason)).collect()
}

/// The status of a request that failed.
///
/// # Panics
/// When it did not.
pub fn failed<T: std::fmt::Debug>(answer: Answer<T>) -> Status {
    let status = answer.expect_err("this request must fail");
    messages::hear(&status);
    status
}

/// Declares scenarios, each of which is played on SQLite and on PostgreSQL. Failures that it looks at
/// by [`failed`] or [`refused`] are those of `tests/golden/messages.txt`, which
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
