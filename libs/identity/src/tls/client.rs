use std::{path::PathBuf, sync::Arc, time::Duration};

use rustls::{ClientConfig, client::Resumption};
use tokio_rustls::TlsConnector;
use types::Clock;

use super::{
    H2, KeyPairFiles, TlsClock, read_certificates, read_key, read_roots, ring, watched::Watched,
};

/// The files of a client with TLS.
#[derive(Debug, Clone)]
pub struct ClientFiles {
    /// The CA of the servers as PEM.
    pub ca: PathBuf,
    /// The certificate of this client, if servers ask for one.
    pub key_pair: Option<KeyPairFiles>,
}

/// TLS of calls to another service: HTTP/2 only, TLS 1.2 or 1.3. The server is verified by the DNS name or IP address
/// with which it is called.
#[derive(Clone)]
pub struct ClientTls {
    config: Arc<Watched<ClientConfig>>,
}

impl ClientTls {
    /// Reads the files. `clock` decides whether a server's certificate has expired.
    ///
    /// # Errors
    /// If a file is unusable, or the key is not that of the certificate.
    pub fn load(files: ClientFiles, clock: Clock) -> Result<Self, String> {
        let pair = files.key_pair.into_iter().flat_map(|it| [it.certificate, it.key]);
        let paths = [files.ca].into_iter().chain(pair).collect();
        let build = move |paths: &[PathBuf], contents: &[Vec<u8>]| build(paths, contents, &clock);
        Ok(Self { config: Watched::load("the TLS of calls to other services", paths, build)? })
    }

    /// Compares the files with those in use at an interval, until the last clone of `self` is dropped.
    pub fn watch(&self, every: Duration) {
        self.config.watch(every);
    }

    /// Reads the files again if they have changed. Whether they were.
    ///
    /// # Errors
    /// If they are unusable; the old ones stay in use.
    pub fn reload(&self) -> Result<bool, String> {
        self.config.reload()
    }

    /// For the next handshake. Take one for each connection, so that new files are used.
    #[must_use]
    pub fn connector(&self) -> TlsConnector {
        TlsConnector::from(self.config.current())
    }
}

impl std::fmt::Debug for ClientTls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ClientTls").finish_non_exhaustive()
    }
}

fn build(paths: &[PathBuf], contents: &[Vec<u8>], clock: &Clock) -> Result<ClientConfig, String> {
    let files: Vec<_> = paths.iter().zip(contents).collect();
    let [(ca_path, ca), ref pair @ ..] = files[..] else {
        return Err("a client with TLS needs a CA".into());
    };
    let builder = ClientConfig::builder_with_details(ring(), Arc::new(TlsClock(clock.clone())))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(read_roots(ca_path, ca)?);
    let mut config = match *pair {
        [(certificate_path, certificate), (key_path, key)] => builder
            .with_client_auth_cert(
                read_certificates(certificate_path, certificate)?,
                read_key(key_path, key)?,
            )
            .map_err(|error| format!("{}: {error}", certificate_path.display()))?,
        _ => builder.with_no_client_auth(),
    };
    config.alpn_protocols = vec![H2.to_vec()];
    // As the server does: a changed CA applies to each new connection.
    config.resumption = Resumption::disabled();
    Ok(config)
}
