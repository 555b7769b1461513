mod client;
mod san;
mod server;
mod watched;

use std::{path::Path, path::PathBuf, sync::Arc};

pub use client::{ClientFiles, ClientTls};
use rustls::{
    RootCertStore,
    crypto::CryptoProvider,
    pki_types::{CertificateDer, PrivateKeyDer, UnixTime, pem::PemObject},
    time_provider::TimeProvider,
};
pub use server::{ClientCa, Mtls, ServerFiles, ServerTls};
use types::Clock;
pub use watched::Watched;

/// The only application protocol.
const H2: &[u8] = b"h2";

/// A certificate with its key, as PEM.
#[derive(Debug, Clone)]
pub struct KeyPairFiles {
    /// The certificate, followed by its intermediates.
    pub certificate: PathBuf,
    /// The private key.
    pub key: PathBuf,
}

impl KeyPairFiles {
    /// A pair from two settings; half a pair is an error.
    ///
    /// # Errors
    /// Which half is missing.
    pub fn from_settings(
        certificate: Option<PathBuf>,
        key: Option<PathBuf>,
    ) -> Result<Option<Self>, String> {
        match (certificate, key) {
            (Some(certificate), Some(key)) => Ok(Some(Self { certificate, key })),
            (None, None) => Ok(None),
            (Some(_), None) => Err("the certificate has no key; set both files, or neither".into()),
            (None, Some(_)) => Err("the key has no certificate; set both files, or neither".into()),
        }
    }
}

pub(crate) fn ring() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

/// The injected clock, as TLS reads it.
#[derive(Debug)]
struct TlsClock(Clock);

impl TimeProvider for TlsClock {
    fn current_time(&self) -> Option<UnixTime> {
        let now = u64::try_from(self.0.now().as_second()).ok()?;
        Some(UnixTime::since_unix_epoch(std::time::Duration::from_secs(now)))
    }
}

/// The CA certificates of a file. At least one.
pub(crate) fn read_roots(path: &Path, pem: &[u8]) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    for certificate in read_certificates(path, pem)? {
        roots.add(certificate).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(roots)
}

/// The certificates of a file. At least one.
fn read_certificates(path: &Path, pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match certificates {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        _ => Err(format!("{}: not certificates in PEM form", path.display())),
    }
}

/// The private key of a file. Errors have nothing of its content.
fn read_key(path: &Path, pem: &[u8]) -> Result<PrivateKeyDer<'static>, String> {
    PrivateKeyDer::from_pem_slice(pem).map_err(|_| {
        format!("{}: not a private key in PEM form without a password", path.display())
    })
}
