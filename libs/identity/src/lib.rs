//! How a caller of a gRPC listener proves who it is: not at all, with a client certificate, with the header
//! of its own mesh's proxy, or with a signed token. A listener has exactly one [`Source`]; there is no fallback.

mod credentials;
mod jwt;
mod mesh;
mod spiffe;
mod strip;
mod tls;
mod unproven;

use std::net::IpAddr;

use authority::Caller;
pub use credentials::{CredentialFiles, Credentials};
use http::HeaderMap;
pub use jwt::{Algorithm, KeySource, TokenSettings, Tokens};
pub use mesh::{Mesh, MeshKind};
pub use rustls::pki_types::{CertificateDer, ServerName};
pub use spiffe::{SpiffeId, TrustDomain};
pub use strip::strip;
pub use tls::{
    ClientCa, ClientFiles, ClientTls, KeyPairFiles, Mtls, ServerFiles, ServerTls, Watched,
};
pub use tokio_rustls;
pub use unproven::Unproven;

/// How callers of one listener prove who they are.
#[derive(Debug)]
pub enum Source {
    /// Not at all: each caller is [`Caller::anonymous`].
    None,
    /// With a client certificate.
    Mtls(Mtls),
    /// With a header of the proxy in front of this process.
    Mesh(Mesh),
    /// With a bearer token.
    Jwt(Tokens),
}

/// The other end of a connection.
#[derive(Debug, Clone, Copy)]
pub struct Peer<'a> {
    /// Its address.
    pub address: IpAddr,
    /// The certificates that it presented in a TLS handshake which this process accepted, leaf first.
    pub certificates: Option<&'a [CertificateDer<'static>]>,
}

impl Source {
    /// The caller of a call with these headers. Call [`strip`] afterwards.
    ///
    /// # Errors
    /// Why the caller is not proven.
    pub async fn caller(&self, headers: &HeaderMap, peer: Peer<'_>) -> Result<Caller, Unproven> {
        match self {
            Self::None => Ok(Caller::anonymous()),
            Self::Mtls(mtls) => mtls.caller(peer.certificates),
            Self::Mesh(mesh) => mesh.caller(headers, peer.address),
            Self::Jwt(tokens) => tokens.caller(headers).await,
        }
    }
}

#[cfg(test)]
mod tests;
