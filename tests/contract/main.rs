//! The services match their contracts: fields, reasons, metadata, limits, reflection and health.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "so a test fails")]

mod access;
mod batch;
mod behaviour;
mod client;
mod declared;
mod dynamic;
mod health;
mod limits;
mod malformed;
mod metadata;
mod mutations;
mod proto;
mod reasons;
mod reflection;
mod rules;
#[path = "../tidy/tree.rs"]
mod tree;

use std::net::{Ipv4Addr, SocketAddr};

use cluster::{Cluster, Plan, ScenarioClient};
use rpc_client::Credentials;
use runtime::config::Variables;
use testbed::Folder;
use tonic::transport::Channel;
use types::Clock;

/// A running cluster on SQLite, and a client.
struct Fixture {
    cluster: Cluster,
    client: ScenarioClient,
    _folder: Folder,
}

impl Fixture {
    async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// Starts a cluster with changed settings.
    async fn with(change: impl FnOnce(&mut Plan)) -> Self {
        Self::with_variables(&Variables::Only([].into()), change, Credentials::default()).await
    }

    /// Starts a cluster with these variables, and a client with these credentials.
    async fn with_variables(
        variables: &Variables,
        change: impl FnOnce(&mut Plan),
        credentials: Credentials,
    ) -> Self {
        let folder = Folder::new();
        let mut plan = Plan::load(variables).expect("the settings are usable");
        plan.with_databases(|service| format!("sqlite://{}/{service}.db", folder.path().display()));
        plan.listen_on([SocketAddr::from((Ipv4Addr::LOCALHOST, 0)); 3]);
        change(&mut plan);
        let clock = Clock::system();
        let cluster = plan.start(clock.clone()).await.expect("the cluster starts");
        let Cluster { onboarding, relationship, ordering } = &cluster;
        let addresses = [onboarding, relationship, ordering].map(|it| it.address);
        let client = ScenarioClient::with(addresses.map(Into::into), clock, credentials);
        Self { cluster, client, _folder: folder }
    }

    /// A connection to one of the services.
    async fn channel(&self, service: &str) -> Channel {
        let address = match service {
            "onboarding" => self.cluster.onboarding.address,
            "relationship" => self.cluster.relationship.address,
            _ => self.cluster.ordering.address,
        };
        let endpoint = Channel::from_shared(format!("http://{address}"));
        endpoint.expect("it is a URL").connect().await.expect("the service accepts connections")
    }
}
