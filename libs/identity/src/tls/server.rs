use std::{path::PathBuf, sync::Arc, time::Duration};

use authority::{Caller, Proof};
use rustls::{
    ServerConfig,
    pki_types::CertificateDer,
    server::{NoServerSessionStorage, WebPkiClientVerifier},
};
use tokio_rustls::TlsAcceptor;
use types::Clock;

use super::{
    H2, KeyPairFiles, TlsClock, read_certificates, read_key, read_roots, ring, san,
    watched::Watched,
};
use crate::{TrustDomain, Unproven};

/// A CA, and the one trust domain for which it is believed.
#[derive(Debug, Clone)]
pub struct ClientCa {
    /// Its certificates as PEM.
    pub file: PathBuf,
    /// The trust domain of the ids that it issues.
    pub trust_domain: TrustDomain,
}

/// The files of a listener with TLS.
#[derive(Debug, Clone)]
pub struct ServerFiles {
    /// The certificate of the listener.
    pub key_pair: KeyPairFiles,
    /// Who signs the certificates of callers. Without it no caller is asked for one.
    pub client_ca: Option<ClientCa>,
}

/// TLS of a listener: HTTP/2 only, TLS 1.2 or 1.3.
///
/// A client certificate is optional in the handshake, because health checks need no proof, but one that is presented
/// must be signed by the client CA. Sessions are not resumed, so that each connection is checked with the current CA.
#[derive(Clone)]
pub struct ServerTls {
    config: Arc<Watched<ServerConfig>>,
    trust_domain: Option<TrustDomain>,
}

impl ServerTls {
    /// Reads the files. `clock` decides whether a client certificate has expired.
    ///
    /// # Errors
    /// If a file is unusable, or the key is not that of the certificate.
    pub fn load(files: ServerFiles, clock: Clock) -> Result<Self, String> {
        let ServerFiles { key_pair, client_ca } = files;
        let (ca, trust_domain) = client_ca.map(|it| (it.file, it.trust_domain)).unzip();
        let paths = [key_pair.certificate, key_pair.key].into_iter().chain(ca).collect();
        let build = move |paths: &[PathBuf], contents: &[Vec<u8>]| build(paths, contents, &clock);
        let config = Watched::load("the TLS of the listener", paths, build)?;
        Ok(Self { config, trust_domain })
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
    pub fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(self.config.current())
    }

    /// How callers of this listener prove who they are, if it has a client CA.
    #[must_use]
    pub fn mtls(&self) -> Option<Mtls> {
        self.trust_domain.clone().map(|trust_domain| Mtls { trust_domain })
    }
}

impl std::fmt::Debug for ServerTls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ServerTls").finish_non_exhaustive()
    }
}

/// Believes client certificates that a [`ServerTls`] has accepted. Only [`ServerTls::mtls`] makes it, so that
/// the trust domain is that of the CA.
#[derive(Debug, Clone)]
pub struct Mtls {
    trust_domain: TrustDomain,
}

impl Mtls {
    /// The caller whose certificates, leaf first, were presented in a handshake of the listener.
    ///
    /// # Errors
    /// Why the caller is not proven.
    pub fn caller(
        &self,
        certificates: Option<&[CertificateDer<'static>]>,
    ) -> Result<Caller, Unproven> {
        let leaf = certificates.and_then(<[_]>::first).ok_or(Unproven::CertificateMissing)?;
        let id = self.trust_domain.check(san::spiffe_id(leaf)?)?;
        Ok(Caller::proven(id.as_str(), Proof::Mtls))
    }
}

fn build(paths: &[PathBuf], contents: &[Vec<u8>], clock: &Clock) -> Result<ServerConfig, String> {
    let files: Vec<_> = paths.iter().zip(contents).collect();
    let [(certificate_path, certificate), (key_path, key), ref ca @ ..] = files[..] else {
        return Err("a listener with TLS needs a certificate and a key".into());
    };
    let text = |error: &dyn ToString| error.to_string();
    let builder = ServerConfig::builder_with_details(ring(), Arc::new(TlsClock(clock.clone())))
        .with_safe_default_protocol_versions()
        .map_err(|error| text(&error))?;
    let builder = match ca {
        [(path, pem), ..] => {
            let roots = Arc::new(read_roots(path, pem)?);
            let verifier = WebPkiClientVerifier::builder_with_provider(roots, ring())
                .allow_unauthenticated()
                .build()
                .map_err(|error| text(&error))?;
            builder.with_client_cert_verifier(verifier)
        }
        [] => builder.with_no_client_auth(),
    };
    let chain = read_certificates(certificate_path, certificate)?;
    let mut config = builder
        .with_single_cert(chain, read_key(key_path, key)?)
        .map_err(|error| format!("{}: {error}", certificate_path.display()))?;
    config.alpn_protocols = vec![H2.to_vec()];
    config.session_storage = Arc::new(NoServerSessionStorage {});
    Ok(config)
}
