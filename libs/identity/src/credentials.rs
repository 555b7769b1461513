use std::{path::PathBuf, sync::Arc, time::Duration};

use http::{HeaderMap, HeaderValue, header::AUTHORIZATION};
use types::Clock;

use crate::{ClientFiles, ClientTls, KeyPairFiles, tls::Watched};

/// How often the files are compared with those in use.
const INTERVAL: Duration = Duration::from_secs(5);

/// The files with which this process proves who it is to the servers that it calls.
#[derive(Debug, Clone, Default, PartialEq, Eq, clap::Args)]
pub struct CredentialFiles {
    /// CA of servers at https URLs, PEM
    #[arg(
        long = "ca-file",
        global = true,
        value_name = "FILE",
        env = "CSP_CA_FILE",
        hide_env_values = true
    )]
    pub ca: Option<PathBuf>,
    /// Client certificate, PEM
    #[arg(
        long = "certificate-file",
        global = true,
        value_name = "FILE",
        env = "CSP_CERTIFICATE_FILE",
        hide_env_values = true
    )]
    pub certificate: Option<PathBuf>,
    /// Key of the client certificate, PEM
    #[arg(
        long = "key-file",
        global = true,
        value_name = "FILE",
        env = "CSP_KEY_FILE",
        hide_env_values = true
    )]
    pub key: Option<PathBuf>,
    /// File with a token, sent with each call
    #[arg(
        long = "token-file",
        global = true,
        value_name = "FILE",
        env = "CSP_TOKEN_FILE",
        hide_env_values = true
    )]
    pub token: Option<PathBuf>,
}

/// With what this process proves who it is to the servers that it calls.
#[derive(Debug, Clone, Default)]
pub struct Credentials {
    tls: Option<ClientTls>,
    token: Option<Arc<Watched<HeaderValue>>>,
}

impl Credentials {
    /// Reads the files, and reads them again when they change. Must be called inside a runtime.
    ///
    /// # Errors
    /// If a file is unusable.
    pub fn load(files: CredentialFiles, clock: Clock) -> Result<Self, String> {
        let CredentialFiles { ca, certificate, key, token } = files;
        let key_pair = KeyPairFiles::from_settings(certificate, key)?;
        let tls = ca.map(|ca| ClientTls::load(ClientFiles { ca, key_pair }, clock)).transpose()?;
        let token =
            token.map(|path| Watched::load("the token", vec![path], token_of)).transpose()?;
        tls.iter().for_each(|tls| tls.watch(INTERVAL));
        token.iter().for_each(|token| token.watch(INTERVAL));
        Ok(Self { tls, token })
    }

    /// TLS of connections to `https` URLs.
    #[must_use]
    pub const fn tls(&self) -> Option<&ClientTls> {
        self.tls.as_ref()
    }

    /// Adds the token to a call.
    pub fn add_to(&self, headers: &mut HeaderMap) {
        if let Some(token) = &self.token {
            headers.insert(AUTHORIZATION, (*token.current()).clone());
        }
    }
}

fn token_of(paths: &[PathBuf], contents: &[Vec<u8>]) -> Result<HeaderValue, String> {
    let path = paths.first().map(|path| path.display().to_string()).unwrap_or_default();
    let text = contents.first().and_then(|content| str::from_utf8(content).ok());
    let text = text.map(str::trim).filter(|text| !text.is_empty());
    let text = text.ok_or_else(|| format!("{path}: has no token"))?;
    let value = HeaderValue::try_from(format!("Bearer {text}"));
    let mut value = value.map_err(|_| format!("{path}: has characters that no token has"))?;
    value.set_sensitive(true);
    Ok(value)
}
