//! A CA, and certificates that it issues, as files.

use std::{fs, path::Path};

use rcgen::{
    BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, SanType,
};

/// The trust domain of all ids.
pub const TRUST_DOMAIN: &str = "csp.example.com";

/// A CA whose certificate is a file.
#[derive(Debug)]
pub struct Ca {
    params: CertificateParams,
    key: KeyPair,
    /// Its certificate, PEM.
    pub pem: String,
}

impl Ca {
    /// A new CA.
    ///
    /// # Panics
    /// If it cannot be made.
    #[must_use]
    pub fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key is made");
        let pem = params.self_signed(&key).expect("a CA is made").pem();
        Self { params, key, pem }
    }

    /// Writes `{name}.pem` and `{name}.key` for 127.0.0.1 and the id `spiffe://csp.example.com/{name}`.
    ///
    /// # Panics
    /// If they cannot be written.
    pub fn issue(&self, folder: &Path, name: &str) {
        let mut params = CertificateParams::default();
        let id = id_of(name).try_into().expect("an id is ASCII");
        params.subject_alt_names =
            vec![SanType::IpAddress([127, 0, 0, 1].into()), SanType::URI(id)];
        params.extended_key_usages =
            vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        let key = KeyPair::generate().expect("a key is made");
        let issuer = Issuer::from_params(&self.params, &self.key);
        let certificate = params.signed_by(&key, &issuer).expect("a certificate is made");
        let write = |name, text| fs::write(folder.join(name), text).expect("a file is written");
        write(format!("{name}.pem"), certificate.pem());
        write(format!("{name}.key"), key.serialize_pem());
    }
}

impl Default for Ca {
    fn default() -> Self {
        Self::new()
    }
}

/// The SPIFFE id in the certificate of this name.
#[must_use]
pub fn id_of(name: &str) -> String {
    format!("spiffe://{TRUST_DOMAIN}/{name}")
}
