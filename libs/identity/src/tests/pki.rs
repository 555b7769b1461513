//! Certificates, and TLS handshakes with them over a socket pair.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, SanType, date_time_ymd,
};
use rustls::{
    ClientConfig, RootCertStore, ServerConfig, SupportedProtocolVersion,
    client::ResolvesClientCert,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName},
    sign::CertifiedKey,
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::UnixStream,
};

use super::{clock, outcome};
use crate::{ClientCa, KeyPairFiles, ServerFiles, ServerTls};

pub const CALLER: &str = "spiffe://cluster.local/ns/csp/sa/console";

/// An authority: a root, or an intermediate with the certificates up to its root.
pub struct Ca {
    pub chain: Vec<CertificateDer<'static>>,
    pub params: CertificateParams,
    pub key: KeyPair,
}

pub fn ca_params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    params
}

impl Ca {
    pub fn root() -> Self {
        Self::with(ca_params("root"))
    }

    pub fn with(params: CertificateParams) -> Self {
        let key = KeyPair::generate().unwrap();
        let chain = vec![params.self_signed(&key).unwrap().der().clone()];
        Self { chain, params, key }
    }

    pub fn intermediate(&self, params: CertificateParams) -> Self {
        let Certified { mut chain, key } = self.issue(params.clone());
        // The root itself is not presented.
        if self.is_root() {
            chain.truncate(1);
        }
        Self { chain, params, key }
    }

    fn is_root(&self) -> bool {
        self.params.distinguished_name == ca_params("root").distinguished_name
    }

    pub fn issue(&self, params: CertificateParams) -> Certified {
        let key = KeyPair::generate().unwrap();
        let issuer = Issuer::from_params(&self.params, &self.key);
        let leaf = params.signed_by(&key, &issuer).unwrap().der().clone();
        let above = if self.is_root() { &[] } else { &self.chain[..] };
        Certified { chain: [leaf].into_iter().chain(above.iter().cloned()).collect(), key }
    }

    pub fn pem(&self) -> String {
        pem("CERTIFICATE", &self.chain[0])
    }
}

/// A certificate with its chain and key.
pub struct Certified {
    pub chain: Vec<CertificateDer<'static>>,
    pub key: KeyPair,
}

impl Certified {
    pub fn key_der(&self) -> PrivateKeyDer<'static> {
        PrivateKeyDer::try_from(self.key.serialize_der()).unwrap()
    }

    pub fn write(&self, folder: &Path, name: &str) -> KeyPairFiles {
        let chain: String = self.chain.iter().map(|it| pem("CERTIFICATE", it)).collect();
        KeyPairFiles {
            certificate: write(folder, &format!("{name}.pem"), &chain),
            key: write(folder, &format!("{name}.key"), &self.key.serialize_pem()),
        }
    }
}

pub fn write(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

fn pem(label: &str, der: &[u8]) -> String {
    use base64::Engine;
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    format!("-----BEGIN {label}-----\n{text}\n-----END {label}-----\n")
}

pub fn uri(text: &str) -> SanType {
    SanType::URI(text.try_into().unwrap())
}

/// What every good client certificate has; the rows of the table change one thing.
pub fn client_params() -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.not_before = date_time_ymd(2026, 11, 1);
    params.not_after = date_time_ymd(2026, 12, 1);
    params.subject_alt_names = vec![uri(CALLER)];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    params
}

pub fn server_params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new([name.to_owned()]).unwrap();
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params
}

/// A listener `ordering.csp` that believes certificates of a CA.
pub struct Listener {
    pub folder: TempDir,
    pub ca: Ca,
    pub tls: ServerTls,
}

impl Listener {
    pub fn start() -> Self {
        Self::with(Ca::root())
    }

    pub fn with(ca: Ca) -> Self {
        let folder = TempDir::new().unwrap();
        let key_pair = ca.issue(server_params("ordering.csp")).write(folder.path(), "server");
        let file = write(folder.path(), "ca.pem", &ca.pem());
        let trust_domain = "cluster.local".parse().unwrap();
        let client_ca = Some(ClientCa { file, trust_domain });
        let tls = ServerTls::load(ServerFiles { key_pair, client_ca }, clock()).unwrap();
        Self { folder, ca, tls }
    }

    /// Who a client with this certificate is, or why not.
    pub async fn caller(&self, client: &Certified) -> String {
        self.connect(client_config(&self.ca, Some(client), rustls::ALL_VERSIONS)).await
    }

    pub async fn connect(&self, client: ClientConfig) -> String {
        match handshake(&self.tls, client).await {
            Ok(chain) => outcome(self.tls.mtls().unwrap().caller(chain.as_deref())),
            Err(error) => format!("handshake: {error}"),
        }
    }
}

/// The certificates that the server got, or why it refused.
pub async fn handshake(
    server: &ServerTls,
    client: ClientConfig,
) -> Result<Option<Vec<CertificateDer<'static>>>, String> {
    let (near, far) = UnixStream::pair().unwrap();
    let connector = tokio_rustls::TlsConnector::from(Arc::new(client));
    let name = ServerName::try_from("ordering.csp").unwrap();
    let client = async {
        let mut stream = connector.connect(name, near).await.map_err(|it| it.to_string())?;
        // In TLS 1.3 only an answer shows that the server has accepted the certificate.
        stream.read_u8().await.map_err(|it| it.to_string())
    };
    let server = async {
        let mut stream = server.acceptor().accept(far).await.map_err(|it| it.to_string())?;
        stream.write_u8(1).await.map_err(|it| it.to_string())?;
        Ok(stream.get_ref().1.peer_certificates().map(<[_]>::to_vec))
    };
    let (client, server): (Result<u8, String>, _) = tokio::join!(client, server);
    match (client, server) {
        (Ok(_), Ok(chain)) => Ok(chain),
        (_, Err(error)) | (Err(error), Ok(_)) => Err(error),
    }
}

/// Presents a certificate even if its key is another's.
#[derive(Debug)]
struct Presents(Arc<CertifiedKey>);

impl ResolvesClientCert for Presents {
    fn resolve(&self, _: &[&[u8]], _: &[rustls::SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        Some(self.0.clone())
    }

    fn has_certs(&self) -> bool {
        true
    }
}

/// A client of rustls without the checks that our own makes of its certificate.
pub fn client_config(
    ca: &Ca,
    client: Option<&Certified>,
    versions: &[&'static SupportedProtocolVersion],
) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.add(ca.chain[0].clone()).unwrap();
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(ring)
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots);
    let mut config = match client {
        Some(client) => {
            let key = rustls::crypto::ring::sign::any_supported_type(&client.key_der()).unwrap();
            let certified = CertifiedKey::new(client.chain.clone(), key);
            builder.with_client_cert_resolver(Arc::new(Presents(Arc::new(certified))))
        }
        None => builder.with_no_client_auth(),
    };
    config.alpn_protocols = vec![b"h2".to_vec()];
    config
}

/// A server of rustls, to try our client with.
pub fn server_config(server: &Certified) -> ServerConfig {
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(ring)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(server.chain.clone(), server.key_der())
        .unwrap();
    config.alpn_protocols = vec![b"h2".to_vec()];
    config
}
