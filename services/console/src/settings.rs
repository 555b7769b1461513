use std::{net::SocketAddr, path::PathBuf, time::Duration};

use client::{CredentialFiles, Urls};
use runtime::{
    config::{Count, PositiveDuration, Problems, Reader, Variables},
    telemetry,
};

use crate::hosts::Hosts;

/// The annotated default settings, TOML.
pub const DEFAULTS: &str = include_str!("../config.toml");

/// The settings of the console, except for those of telemetry.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Address to listen on.
    pub listen: SocketAddr,
    /// Names under which browsers reach it, besides addresses and `localhost`.
    pub hosts: Hosts,
    /// Most open connections. More wait.
    pub max_connections: usize,
    /// Most pages in flight. More are refused immediately.
    pub max_in_flight: usize,
    /// Longest time of all calls of a page.
    pub page_timeout: Duration,
    /// How long pages in flight may run after a stop.
    pub grace: Duration,
    /// Addresses of onboarding, relationship and ordering.
    pub services: [Urls; 3],
    /// With what the console proves who it is to them.
    pub credentials: CredentialFiles,
}

impl Settings {
    /// Reads everything except `telemetry.*`.
    pub fn read(reader: &mut Reader) -> Option<Self> {
        let listen = reader.take("listen");
        let hosts = reader.take("hosts");
        let max_connections = reader.take::<Count>("max_connections");
        let max_in_flight = reader.take::<Count>("max_in_flight");
        let page_timeout = reader.take::<PositiveDuration>("page_timeout");
        let grace = reader.take::<PositiveDuration>("grace");
        let [onboarding, relationship, ordering] = ["onboarding", "relationship", "ordering"]
            .map(|service| reader.take::<Urls>(&format!("services.{service}")));
        let [ca, certificate, key, token] = ["ca", "certificate", "key", "token"]
            .map(|file| reader.take_optional::<PathBuf>(&format!("credentials.{file}_file")));
        let credentials =
            CredentialFiles { ca: ca?, certificate: certificate?, key: key?, token: token? };
        Some(Self {
            listen: listen?,
            hosts: hosts?,
            max_connections: max_connections?.0 as usize,
            max_in_flight: max_in_flight?.0 as usize,
            page_timeout: page_timeout?.0,
            grace: grace?.0,
            services: [onboarding?, relationship?, ordering?],
            credentials,
        })
    }

    /// The defaults and the environment, for a console in the process of the services. The process has
    /// settings of telemetry of its own.
    ///
    /// # Errors
    /// All problems.
    pub fn load(variables: Variables) -> Result<Self, Problems> {
        let mut reader = Reader::load("console", DEFAULTS, None, variables)?;
        let settings = Self::read(&mut reader);
        let _ = telemetry::read(&mut reader);
        reader.finish(|| settings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_usable_and_the_environment_overrides_them() {
        let variables = [("CONSOLE__MAX_IN_FLIGHT".to_owned(), "3".to_owned())];
        let settings = Settings::load(Variables::Only(variables.into())).unwrap();
        assert_eq!(settings.listen.to_string(), "127.0.0.1:50050");
        assert_eq!(settings.max_in_flight, 3);
        assert_eq!(settings.services[2].to_string(), "http://127.0.0.1:50053/");
    }
}
