//! Settings, start and stop of a cluster.

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

/// The settings of the three services. The start sets the URLs of their peers.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Settings of onboarding.
    pub onboarding: Common,
    /// Settings of relationship.
    pub relationship: relationship::Settings,
    /// Settings of ordering.
    pub ordering: ordering::Settings,
}

/// The three running services.
#[derive(Debug)]
pub struct Cluster {
    /// Partners and enrollments.
    pub onboarding: Running,
    /// Customers, relationships, and decisions.
    pub relationship: Running,
    /// Orders and subscriptions.
    pub ordering: Running,
}

impl Plan {
    /// The services' own defaults and environment.
    ///
    /// # Errors
    /// All problems of the first service with invalid settings.
    pub fn load(variables: &Variables) -> Result<Self, Problems> {
        Ok(Self {
            onboarding: load::<Onboarding>(None, variables.clone())?,
            relationship: load::<Relationship>(None, variables.clone())?,
            ordering: load::<Ordering>(None, variables.clone())?,
        })
    }

    /// Sets the database URLs; `url` returns that of the named service.
    pub fn with_databases(&mut self, url: impl Fn(&str) -> String) {
        self.onboarding.database.url = url(Onboarding::NAME);
        self.relationship.common.database.url = url(Relationship::NAME);
        self.ordering.common.database.url = url(Ordering::NAME);
    }

    /// Sets the addresses to listen on: onboarding, relationship, ordering.
    pub fn listen_on(&mut self, [onboarding, relationship, ordering]: [SocketAddr; 3]) {
        self.onboarding.grpc.listen = onboarding;
        self.relationship.common.grpc.listen = relationship;
        self.ordering.common.grpc.listen = ordering;
    }

    /// Sets the longest time of a call, and the timeout of calls between services.
    pub fn with_timeouts(&mut self, time: Duration) {
        for common in
            [&mut self.onboarding, &mut self.relationship.common, &mut self.ordering.common]
        {
            common.grpc.longest_call = time;
        }
        self.relationship.onboarding.timeout = time;
        self.ordering.relationship.timeout = time;
    }

    /// Migrates the databases.
    ///
    /// # Errors
    /// The first migration that fails, as text.
    pub async fn migrate(&self) -> Result<(), String> {
        process::migrate::<Onboarding>(&self.onboarding, None).await?;
        process::migrate::<Relationship>(&self.relationship, None).await?;
        process::migrate::<Ordering>(&self.ordering, None).await.map(drop)
    }

    /// Starts the services and connects them with each other.
    ///
    /// # Errors
    /// The first service that cannot start, as text.
    pub async fn start(self, clock: Clock) -> Result<Cluster, String> {
        self.start_with(clock, |onboarding| onboarding).await
    }

    /// As [`Plan::start`], but relationship calls onboarding at the address that `before_onboarding`
    /// returns for onboarding's own address, such as that of a proxy.
    ///
    /// # Errors
    /// The first service that cannot start, as text.
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
    /// Stops the services, each before the service that it calls.
    pub async fn stop(self) {
        self.ordering.stop().await;
        self.relationship.stop().await;
        self.onboarding.stop().await;
    }
}
