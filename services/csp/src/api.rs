//! Calls of the three services.

use std::time::Duration;

use client::{Cluster, Credentials, Kind, Settings, Urls};
use serde_json::{Value, json};

use crate::{
    config::Context,
    error::{Error, FailedCall},
    settings::Global,
};

/// Connections to each address. Few calls of a command run at the same time.
const CONNECTIONS: usize = 1;

/// The addresses of onboarding, relationship and ordering.
#[derive(Debug)]
pub(crate) struct Addresses([Urls; 3]);

impl Addresses {
    /// Those of the options or environment, then those of a context, then the defaults.
    pub(crate) fn choose(global: &Global, context: Context) -> Result<Self, Error> {
        let [onboarding, relationship, ordering] =
            contracts::SERVICES.map(|(_, _, port)| format!("127.0.0.1:{port}"));
        let url = |option: &Option<String>, context: Option<String>, default: String| {
            url(option.as_ref().or(context.as_ref()).unwrap_or(&default))
        };
        Ok(Self([
            url(&global.onboarding, context.onboarding, onboarding)?,
            url(&global.relationship, context.relationship, relationship)?,
            url(&global.ordering, context.ordering, ordering)?,
        ]))
    }
}

/// Reads addresses. The scheme may be omitted.
pub(crate) fn url(text: &str) -> Result<Urls, Error> {
    let with_scheme = |it: &str| match it.trim() {
        it if it.contains("://") => it.to_owned(),
        it => format!("http://{it}"),
    };
    let full: Vec<_> = text.split(',').map(with_scheme).collect();
    let invalid = |_| {
        let text = types::quoted(text);
        Error::Text(format!(
            "{text} is not an address; write `HOST:PORT`, `http://HOST:PORT` or `https://HOST:PORT`"
        ))
    };
    full.join(",").parse().map_err(invalid)
}

/// The three services.
#[derive(Debug)]
pub(crate) struct Api {
    cluster: Cluster,
    addresses: Addresses,
    timeout: Duration,
}

impl Api {
    pub(crate) fn new(addresses: Addresses, timeout: Duration, credentials: Credentials) -> Self {
        let [onboarding, relationship, ordering] = addresses.0.clone();
        let settings = Settings {
            timeout,
            connections: CONNECTIONS,
            credentials,
            ..Settings::at(onboarding, relationship, ordering)
        };
        Self { cluster: Cluster::new(settings), addresses, timeout }
    }

    pub(crate) fn services(&self) -> &Cluster {
        &self.cluster
    }

    /// Calls a method by its name.
    pub(crate) async fn call(&self, method: &'static str, request: Value) -> Result<Value, Error> {
        let answer = self.cluster.call(method, request).await;
        answer.map_err(|status| {
            let service = client::service_of(method).unwrap_or_default();
            let named = |(name, ..): &(&str, &str, u16)| *name == service;
            let at = contracts::SERVICES.iter().position(named).unwrap_or_default();
            let address = self.addresses.0.get(at).map(ToString::to_string).unwrap_or_default();
            let address = address.trim_end_matches('/').replace("/,", ",");
            let error = status.into();
            Error::Call(Box::new(FailedCall { error, service, address, timeout: self.timeout }))
        })
    }

    /// Gets a resource by its name. `None` if it does not exist.
    pub(crate) async fn get(
        &self,
        method: &'static str,
        field: &str,
        name: &str,
    ) -> Result<Option<Value>, Error> {
        match self.call(method, json!({ "name": name })).await {
            Ok(mut answer) => Ok(Some(answer[field].take())),
            Err(Error::Call(failed)) if failed.error.kind == Kind::Missing => Ok(None),
            Err(error) => Err(error),
        }
    }
}
