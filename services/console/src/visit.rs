//! What the handler of a page gets.

use std::{convert::Infallible, future::ready, sync::Arc};

use axum::extract::FromRequestParts;
use client::Urls;
use http::request::Parts;
use tokio::sync::Semaphore;
use types::{Clock, Timestamp};

use crate::{calls::Calls, hosts::Hosts, query::Query};

/// What all pages share.
#[derive(Debug)]
pub(crate) struct Console {
    pub(crate) services: client::Cluster,
    pub(crate) addresses: Addresses,
    pub(crate) hosts: Hosts,
    pub(crate) clock: Clock,
    pub(crate) in_flight: Semaphore,
    pub(crate) page_timeout: std::time::Duration,
}

/// Addresses of the services for commands, such as `127.0.0.1:50052`.
#[derive(Debug, Clone)]
pub(crate) struct Addresses {
    pub(crate) onboarding: String,
    pub(crate) relationship: String,
    pub(crate) ordering: String,
}

impl Addresses {
    pub(crate) fn of([onboarding, relationship, ordering]: &[Urls; 3]) -> Self {
        let [onboarding, relationship, ordering] = [onboarding, relationship, ordering].map(first);
        Self { onboarding, relationship, ordering }
    }
}

/// Host and port of the first URL.
fn first(urls: &Urls) -> String {
    let text = urls.to_string();
    let url = text.split(',').next().unwrap_or_default();
    url.trim_start_matches("http://").trim_end_matches('/').to_owned()
}

/// One request of a page.
#[derive(Debug)]
pub(crate) struct Visit {
    pub(crate) calls: Calls,
    pub(crate) path: String,
    pub(crate) query: Query,
    pub(crate) now: Timestamp,
    pub(crate) addresses: Addresses,
}

impl Visit {
    /// A link to this page with one value of its query changed.
    pub(crate) fn link_with(&self, name: &str, value: &str) -> String {
        self.query.link_with(&self.path, name, value)
    }
}

impl FromRequestParts<Arc<Console>> for Visit {
    type Rejection = Infallible;

    fn from_request_parts(
        parts: &mut Parts,
        console: &Arc<Console>,
    ) -> impl Future<Output = Result<Self, Infallible>> + Send {
        ready(Ok(Self {
            calls: Calls::new(console.services.clone()),
            path: parts.uri.path().to_owned(),
            query: Query::parse(parts.uri.query().unwrap_or_default()),
            now: console.clock.now(),
            addresses: console.addresses.clone(),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_name_host_and_port_of_the_first_url() {
        let urls = "http://ordering-0:50053,http://ordering-1:50053".parse().unwrap();
        assert_eq!(first(&urls), "ordering-0:50053");
    }
}
