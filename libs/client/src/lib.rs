//! The cluster for its callers in Rust.
//!
//! [`Cluster`] holds the generated clients. Every call has a deadline, every mutation a request id
//! (except SettleSubscriptions, which is idempotent by itself), and a call without a response is
//! retried. [`Error`] reads the status of a failed call.

mod channel;
mod error;
mod request_ids;

use std::time::Duration;

pub use channel::Channel;
pub use contracts::rules::{Input, Refusal, Responsible, Violation};
use contracts::{
    onboarding::onboarding_service_client::OnboardingServiceClient,
    ordering::ordering_service_client::OrderingServiceClient,
    relationship::relationship_service_client::RelationshipServiceClient,
};
pub use error::{Error, Kind};
pub use rpc_client::Urls;
pub use status::refusal;

/// Default deadline of a call: the longest that a service works on one.
pub const TIMEOUT: Duration = Duration::from_secs(10);

const CONNECTIONS: usize = 2;

/// Addresses of the services, and how to call them.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Addresses of onboarding.
    pub onboarding: Urls,
    /// Addresses of relationship.
    pub relationship: Urls,
    /// Addresses of ordering.
    pub ordering: Urls,
    /// Deadline of a call, with connecting and retries. A call may set a shorter one with
    /// `Request::set_timeout`.
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
    /// Connects to each service when it is first called. Must be called inside a tokio runtime.
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
