//! What a cluster is made of, and how it starts and stops.

use std::{net::SocketAddr, time::Duration};

use onboarding::Onboarding;
use ordering::Ordering;
use relationship::Relationship;
use rpc_client::Urls;
use runtime::{
    config::{Problems, Variables},
    process::{self, Common, Service, load},
    server::Running,
};
use types::Clock;

/// The settings of three services that are to run together. Where their peers are is found out
/// at the start.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Of onboarding.
    pub onboarding: Common,
    /// Of relationship.
    pub relationship: relationship::Settings,
    /// Of ordering.
    pub ordering: ordering::Settings,
}

/// Three services that serve.
#[derive(Debug)]
pub struct Cluster {
    /// Knows the partners.
    pub onboarding: Running,
    /// Knows the ties, and decides.
    pub relationship: Running,
    /// Takes the orders.
    pub ordering: Running,
}

impl Plan {
    /// The services' own defaults and environment.
    ///
    /// # Errors
    /// Everything that is wrong with the settings of the first service that has a problem.
    pub fn load(variables: &Variables) -> Result<Self, Problems> {
        Ok(Self {
            onboarding: load::<Onboarding>(None, variables.clone())?,
            relationship: load::<Relationship>(None, variables.clone())?,
            ordering: load::<Ordering>(None, variables.clone())?,
        })
    }

    /// Puts the databases where `url` says, by name of the service.
    pub fn with_databases(&mut self, url: impl Fn(&str) -> String) {
        self.onboarding.database.url = url(Onboarding::NAME);
        self.relationship.common.database.url = url(Relationship::NAME);
        self.ordering.common.database.url = url(Ordering::NAME);
    }

    /// Sets where the services listen: onboarding, relationship, ordering.
    pub fn listen_on(&mut self, [onboarding, relationship, ordering]: [SocketAddr; 3]) {
        self.onboarding.grpc.listen = onboarding;
        self.relationship.common.grpc.listen = relationship;
        self.ordering.common.grpc.listen = ordering;
    }

    /// Sets how long a call may take, and a service waits for another.
    pub fn with_timeouts(&mut self, time: Duration) {
        for common in
            [&mut self.onboarding, &mut self.relationship.common, &mut self.ordering.common]
        {
            common.grpc.longest_call = time;
        }
        self.relationship.onboarding.timeout = time;
        self.ordering.relationship.timeout = time;
    }

    /// Brings the databases up to date.
    ///
    /// # Errors
    /// The first database that cannot be, in words.
    pub async fn migrate(&self) -> Result<(), String> {
        process::migrate::<Onboarding>(&self.onboarding, None).await?;
        process::migrate::<Relationship>(&self.relationship, None).await?;
        process::migrate::<Ordering>(&self.ordering, None).await.map(drop)
    }

    /// Starts the services, each knowing where the one it calls listens.
    ///
    /// # Errors
    /// The first service that cannot start, in words.
    pub async fn start(self, clock: Clock) -> Result<Cluster, String> {
        self.start_with(clock, |onboarding| onboarding).await
    }

    /// As [`Plan::start`], with relationship calling onboarding where `before_onboarding` says, given
    /// where it listens.
    ///
    /// # Errors
    /// The first service that cannot start, in words.
    pub async fn start_with(
        mut self,
        clock: Clock,
        before_onboarding: impl FnOnce(SocketAddr) -> SocketAddr,
    ) -> Result<Cluster, String> {
        let named = |name| move |error| format!("{name}: {error}");
        let onboarding = process::start::<Onboarding>(self.onboarding, clock.clone());
        let onboarding = onboarding.await.map_err(named(Onboarding::NAME))?;
        self.relationship.onboarding.urls = Urls::from(before_onboarding(onboarding.address));
        let relationship = process::start::<Relationship>(self.relationship, clock.clone());
        let relationship = relationship.await.map_err(named(Relationship::NAME))?;
        self.ordering.relationship.urls = Urls::from(relationship.address);
        let ordering = process::start::<Ordering>(self.ordering, clock);
        let ordering = ordering.await.map_err(named(Ordering::NAME))?;
        Ok(Cluster { onboarding, relationship, ordering })
    }
}

impl Cluster {
    /// Stops the services, callers before those they call.
    pub async fn stop(self) {
        self.ordering.stop().await;
        self.relationship.stop().await;
        self.onboarding.stop().await;
    }
}
