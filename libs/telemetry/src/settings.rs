use std::{fmt, net::SocketAddr, str::FromStr};

/// The settings `telemetry.*`.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Filter in the form of `tracing_subscriber::EnvFilter`, such as `info`.
    pub log: String,
    /// Format of log lines.
    pub log_format: LogFormat,
    /// OTLP endpoint for traces and metrics.
    pub otlp_endpoint: OtlpEndpoint,
    /// Address to serve metrics on for Prometheus.
    pub prometheus_listen: Listen,
}

/// Version and commit of the build.
#[derive(Debug, Clone, Copy)]
pub struct Build {
    /// Release version, such as `0.2.0`.
    pub version: &'static str,
    /// Abbreviated commit hash, or `unknown`.
    pub commit: &'static str,
}

impl fmt::Display for Build {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.version, self.commit)
    }
}

/// Format of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// Plain text.
    Human,
    /// One JSON object per line.
    Json,
}

impl FromStr for LogFormat {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "human" => Ok(Self::Human),
            "json" => Ok(Self::Json),
            _ => Err("must be `human` or `json`"),
        }
    }
}

/// A collector's OTLP/gRPC endpoint: `http://host:4317` or `host:4317`. Empty exports nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtlpEndpoint(pub Option<String>);

impl FromStr for OtlpEndpoint {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.is_empty() {
            return Ok(Self(None));
        }
        let authority = text.strip_prefix("http://").unwrap_or(text).trim_end_matches('/');
        let authority: http::uri::Authority =
            authority.parse().map_err(|_| "must be `host:port` or `http://host:port`")?;
        if authority.port_u16().is_none() || authority.host().is_empty() {
            return Err("must name host and port, such as http://localhost:4317");
        }
        Ok(Self(Some(format!("http://{authority}"))))
    }
}

/// An address to listen on. Empty does not listen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listen(pub Option<SocketAddr>);

impl FromStr for Listen {
    type Err = <SocketAddr as FromStr>::Err;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.is_empty() { Ok(Self(None)) } else { text.parse().map(|it| Self(Some(it))) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scheme_of_an_endpoint_is_optional() {
        for text in ["http://localhost:4317", "localhost:4317", "http://localhost:4317/"] {
            let expected = OtlpEndpoint(Some("http://localhost:4317".to_owned()));
            assert_eq!(text.parse(), Ok(expected), "{text}");
        }
        assert_eq!("".parse(), Ok(OtlpEndpoint(None)));
        assert_eq!("[::1]:4317".parse(), Ok(OtlpEndpoint(Some("http://[::1]:4317".to_owned()))));
        for text in ["localhost", "https://localhost:4317", "http://", ":4317", "a b:1"] {
            assert!(text.parse::<OtlpEndpoint>().is_err(), "{text}");
        }
    }
}
