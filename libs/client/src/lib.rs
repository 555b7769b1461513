//! The cluster for its callers in Rust.
//!
//! [`Cluster`] holds the generated clients. Beneath them every call has a deadline, every change has
//! a request id (but SettleSubscriptions, which does nothing twice), and what nobody answered is sent
//! again. [`Error`] reads the status of a call that failed.

mod channel;
mod error;
mod refusal;
mod request_ids;

use std::time::Duration;

pub use channel::Channel;
use contracts::{
    onboarding::onboarding_service_client::OnboardingServiceClient,
    ordering::ordering_service_client::OrderingServiceClient,
    relationship::relationship_service_client::RelationshipServiceClient,
};
pub use error::{Error, Kind};
pub use refusal::{Refusal, refusals};
pub use rpc_client::Urls;

/// How long an answer is waited for where nobody says otherwise: as long as a service works for one.
pub const TIMEOUT: Duration = Duration::from_secs(10);

const CONNECTIONS: usize = 2;

/// Where the services are, and how to call them.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where onboarding is.
    pub onboarding: Urls,
    /// Where relationship is.
    pub relationship: Urls,
    /// Where ordering is.
    pub ordering: Urls,
    /// Longest wait for one answer, connecting and trying again included. A call for which this is
    /// too long sets a shorter one with `Request::set_timeout`.
    pub timeout: Duration,
    /// Connections to each address.
    pub connections: usize,
}

impl Settings {
    /// With [`TIMEOUT`] and two connections to each address.
    #[must_use]
    pub fn at(onboarding: Urls, relationship: Urls, ordering: Urls) -> Self {
        Self { onboarding, relationship, ordering, timeout: TIMEOUT, connections: CONNECTIONS }
    }
}

/// The three services. Clients are cloned to be called; clones share their connections.
#[derive(Debug, Clone)]
pub struct Cluster {
    /// Client of onboarding.
    pub onboarding: OnboardingServiceClient<Channel>,
    /// Client of relationship.
    pub relationship: RelationshipServiceClient<Channel>,
    /// Client of ordering.
    pub ordering: OrderingServiceClient<Channel>,
}

impl Cluster {
    /// Connects to each service when it is first called. Must run inside a runtime of tokio.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let Settings { onboarding, relationship, ordering, timeout, connections } = settings;
        let channel = |urls| Channel::new(rpc_client::Settings { urls, timeout, connections });
        Self {
            onboarding: OnboardingServiceClient::new(channel(onboarding)),
            relationship: RelationshipServiceClient::new(channel(relationship)),
            ordering: OrderingServiceClient::new(channel(ordering)),
        }
    }
}

#[cfg(test)]
mod tests;
