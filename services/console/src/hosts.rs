//! The names under which browsers may reach the console.
//!
//! Without authentication, a site that resolves its own name to our address could read every page: its
//! scripts and our pages would have one origin for the browser (DNS rebinding).

use std::{convert::Infallible, net::IpAddr, str::FromStr};

use http::uri::Authority;

/// Names besides addresses and `localhost`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hosts(Vec<String>);

impl FromStr for Hosts {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        let names = text.split(',').map(|name| name.trim().to_lowercase());
        Ok(Self(names.filter(|name| !name.is_empty()).collect()))
    }
}

impl Hosts {
    /// Whether a request to this host, with or without a port, is for the console.
    pub(crate) fn allow(&self, host: &str) -> bool {
        let Ok(authority) = host.parse::<Authority>() else { return false };
        let name = authority.host().trim_matches(['[', ']']).to_lowercase();
        name == "localhost" || name.parse::<IpAddr>().is_ok() || self.0.contains(&name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_localhost_and_named_hosts_are_allowed() {
        let Ok(hosts) = "Console.example.com, other".parse::<Hosts>();
        for (host, allowed) in [
            ("127.0.0.1:50050", true),
            ("[::1]:50050", true),
            ("10.0.0.7", true),
            ("localhost:50050", true),
            ("console.EXAMPLE.com", true),
            ("other:80", true),
            ("evil.example.com:50050", false),
            ("127.0.0.1.evil.example.com", false),
            ("", false),
            ("a b", false),
        ] {
            assert_eq!(hosts.allow(host), allowed, "{host}");
        }
    }
}
