use std::net::IpAddr;

/// Declares the reasons with their text for programs and their text for people.
macro_rules! reasons {
    ($($(#[$doc:meta])* $variant:ident $(($data:ty))? = $reason:literal, $text:literal;)*) => {
        /// Why a caller is not proven. The texts are for the log of the operator; they contain no token, and nothing
        /// of a caller except shortened trust domains and addresses.
        #[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
        pub enum Unproven {
            $($(#[$doc])* #[error($text)] $variant $(($data))?,)*
        }

        impl Unproven {
            /// Every reason.
            pub const REASONS: &'static [&'static str] = &[$($reason,)*];

            /// The reason for programs.
            #[must_use]
            pub const fn reason(&self) -> &'static str {
                match self { $(reasons!(@pattern $variant $(($data))?) => $reason,)* }
            }
        }
    };
    (@pattern $variant:ident) => { Self::$variant };
    (@pattern $variant:ident ($data:ty)) => { Self::$variant(_) };
}

reasons! {
    /// mTLS: no client certificate.
    CertificateMissing = "CERTIFICATE_MISSING",
        "the connection has no client certificate; configure the caller's certificate, signed by the client CA";
    /// mTLS: a certificate or its names cannot be read.
    CertificateMalformed = "CERTIFICATE_MALFORMED",
        "the client certificate or its subject alternative names cannot be read; issue a new one";
    /// mTLS: the certificate of an authority.
    CertificateSigns = "CERTIFICATE_SIGNS",
        "the client certificate may sign certificates or revocation lists; issue one for a workload";
    /// mTLS: none or several URI SANs.
    UriCount(usize) = "CERTIFICATE_URI_COUNT",
        "the client certificate has {0} URI subject alternative names; issue one with exactly one SPIFFE id";
    /// The id is not a SPIFFE id.
    NotASpiffeId = "NOT_A_SPIFFE_ID",
        "the caller's id is not a SPIFFE id with a path in its standard spelling; fix the issuer of the id";
    /// The id is of another trust domain.
    OtherTrustDomain(String) = "OTHER_TRUST_DOMAIN",
        "the caller's trust domain is {0}; compare the setting of the trust domain with the caller's issuer";
    /// Mesh: the connection does not come from the proxy.
    NotTheProxy(IpAddr) = "NOT_THE_PROXY",
        "the connection comes from {0}, which is none of the mesh's proxies; route calls through the proxy, or \
         add its address to the setting";
    /// Mesh: no identity header.
    MeshHeaderMissing = "MESH_HEADER_MISSING",
        "the proxy passed no identity of the caller; the caller is not in the mesh, or the kind of mesh is wrong";
    /// Mesh: more than one value.
    MeshHeaderRepeated = "MESH_HEADER_REPEATED",
        "there is more than one l5d-client-id; the proxy does not replace the header of its callers";
    /// Mesh: over a limit.
    MeshHeaderTooLong = "MESH_HEADER_TOO_LONG",
        "the proxy's identity header exceeds its limit of bytes, elements or pairs; configure the proxies to pass \
         neither certificate nor chain";
    /// Mesh: the header cannot be parsed.
    MeshHeaderMalformed(&'static str) = "MESH_HEADER_MALFORMED",
        "the proxy's identity header is malformed ({0}); compare the kind of mesh with the proxy";
    /// Mesh: the element does not have exactly one URI.
    MeshUriCount(usize) = "MESH_URI_COUNT",
        "the proxy's element of x-forwarded-client-cert has {0} URI values, exactly one is needed; let the proxy \
         set `uri`, and give the caller a certificate with one SPIFFE id";
    /// Mesh: the element is not of our own proxy.
    NotByOurProxy = "NOT_BY_OUR_PROXY",
        "the last element of x-forwarded-client-cert does not have this workload's id as its only `By`; compare \
         the setting of the own id with the certificate of the proxy";
    /// JWT: no `authorization`.
    TokenMissing = "TOKEN_MISSING",
        "the call has no `authorization` header; send `authorization: Bearer <token>`";
    /// JWT: several `authorization`.
    TokenRepeated = "TOKEN_REPEATED",
        "the call has more than one `authorization` header; send one";
    /// JWT: not a bearer token.
    TokenScheme = "TOKEN_SCHEME",
        "the `authorization` header is not `Bearer` and a token; send `authorization: Bearer <token>`";
    /// JWT: too long.
    TokenTooLong = "TOKEN_TOO_LONG",
        "the token is longer than 8 KiB; ask the issuer for fewer claims";
    /// JWT: cannot be read.
    TokenMalformed = "TOKEN_MALFORMED",
        "the token is not a signed JWT with the claims iss, aud, exp and sub, each once and of its type";
    /// JWT: a header parameter that changes how the token is read.
    TokenHeader = "TOKEN_HEADER",
        "the token's header brings a key, a type or an extension of its own (one of crit, jwk, jku, x5u, x5c, enc, \
         zip, b64, or another typ than JWT); use an access token of the configured issuer";
    /// JWT: algorithm.
    TokenAlgorithm = "TOKEN_ALGORITHM",
        "the token's algorithm is not one of the configured algorithms, or not that of its key";
    /// JWT: unknown key.
    KeyUnknown = "KEY_UNKNOWN",
        "no key of the issuer has the token's kid; check that the key set is that of the issuer and current";
    /// JWT: no keys.
    KeysUnavailable = "KEYS_UNAVAILABLE",
        "the keys of the issuer have not been fetched yet; check the URL of the key set and the log of its refresh";
    /// JWT: signature.
    TokenSignature = "TOKEN_SIGNATURE",
        "the token's signature is wrong: it was altered, or signed by another issuer";
    /// JWT: issuer.
    TokenIssuer = "TOKEN_ISSUER",
        "the token's `iss` is not the configured issuer";
    /// JWT: audience.
    TokenAudience = "TOKEN_AUDIENCE",
        "the token's `aud` does not contain the configured audience";
    /// JWT: expired.
    TokenExpired = "TOKEN_EXPIRED",
        "the token has expired; fetch a new one, and compare the clocks of issuer and service";
    /// JWT: expires too late.
    TokenLifetime = "TOKEN_LIFETIME",
        "the token expires more than 24 h from now; let the issuer make short-lived tokens";
    /// JWT: not valid yet.
    TokenNotYetValid = "TOKEN_NOT_YET_VALID",
        "the token is not valid yet (`nbf`); compare the clocks of issuer and service";
    /// JWT: subject.
    TokenSubject = "TOKEN_SUBJECT",
        "the token's `sub` is empty, longer than 255 bytes, `anonymous`, a SPIFFE id, or not printable ASCII without \
         blanks";
}
