use rustls::pki_types::CertificateDer;
use x509_cert::{
    Certificate,
    der::Decode,
    ext::pkix::{KeyUsage, SubjectAltName, name::GeneralName},
};

use crate::{SpiffeId, Unproven};

/// The SPIFFE id of a certificate: its only URI among the subject alternative names. Names of other kinds may stand
/// with it, and are not read; neither is the subject.
///
/// Not by `webpki::EndEntityCert::valid_uri_names`, which skips names that it cannot read instead of counting them.
pub(super) fn spiffe_id(certificate: &CertificateDer<'_>) -> Result<SpiffeId, Unproven> {
    let malformed = |_| Unproven::CertificateMalformed;
    let certificate = Certificate::from_der(certificate).map_err(malformed)?;
    let certificate = certificate.tbs_certificate();
    // A certificate that signs others is an authority's, even if it does not say so elsewhere.
    let usage = certificate.get_extension::<KeyUsage>().map_err(malformed)?;
    if usage.is_some_and(|(_, usage)| usage.key_cert_sign() || usage.crl_sign()) {
        return Err(Unproven::CertificateSigns);
    }
    let names = certificate.get_extension::<SubjectAltName>();
    let names = names.map_err(malformed)?.map(|(_, names)| names.0).unwrap_or_default();
    let uris: Vec<_> = names
        .iter()
        .filter_map(|name| match name {
            GeneralName::UniformResourceIdentifier(uri) => Some(uri.as_str()),
            _ => None,
        })
        .collect();
    match uris[..] {
        [uri] => uri.parse().map_err(|_| Unproven::NotASpiffeId),
        _ => Err(Unproven::UriCount(uris.len())),
    }
}
