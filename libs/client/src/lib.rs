//! The cluster for its callers in Rust.
//!
//! [`Cluster`] holds the generated clients. Every call has a deadline, every mutation a request id
//! (except SettleSubscriptions, which is idempotent by itself), and a call without a response is
//! retried. [`Error`] reads the status of a failed call.

mod channel;
mod dynamic;
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
pub use dynamic::service_of;
pub use error::{Error, Kind};
pub use rpc_client::{CredentialFiles, Credentials, Urls};
use serde_json::Value;
pub use status::refusal;
use tonic::Status;

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
    /// With what the client proves who it is.
    pub credentials: Credentials,
}

impl Settings {
    /// With [`TIMEOUT`], two connections to each address, and no proof of who calls.
    #[must_use]
    pub fn at(onboarding: Urls, relationship: Urls, ordering: Urls) -> Self {
        Self {
            onboarding,
            relationship,
            ordering,
            timeout: TIMEOUT,
            connections: CONNECTIONS,
            credentials: Credentials::default(),
        }
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
    /// In the order of `contracts::SERVICES`.
    channels: [Channel; 3],
}

impl Cluster {
    /// Connects to each service when it is first called. Must be called inside a tokio runtime.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let Settings { onboarding, relationship, ordering, timeout, connections, credentials } =
            settings;
        let channels = [onboarding, relationship, ordering].map(|urls| {
            let credentials = credentials.clone();
            Channel::new(rpc_client::Settings { urls, timeout, connections, credentials })
        });
        let [onboarding, relationship, ordering] = channels.clone();
        Self {
            onboarding: OnboardingServiceClient::new(onboarding),
            relationship: RelationshipServiceClient::new(relationship),
            ordering: OrderingServiceClient::new(ordering),
            channels,
        }
    }

    /// Calls a method by its name, such as `PlaceOrder` or
    /// `csp.ordering.v1.OrderingService/PlaceOrder`. Request and response are proto3 JSON; the response
    /// omits fields with default values.
    ///
    /// # Errors
    /// INVALID_ARGUMENT without a call if the method is unknown, or if the request has an unknown field
    /// or a value of another type; otherwise what the service answers.
    pub async fn call(&self, method: &str, request: Value) -> Result<Value, Status> {
        let method = dynamic::method(method)?;
        match dynamic::service(method).and_then(|at| self.channels.get(at)) {
            Some(channel) => dynamic::call(channel.clone(), method, request).await,
            None => Err(dynamic::not_served(method)),
        }
    }
}

#[cfg(test)]
mod tests;
