//! The signatures of tokens, checked by ring, which TLS uses too.

use jsonwebtoken::{
    Algorithm, DecodingKey, DecodingKeyKind,
    crypto::{CryptoProvider, JwtVerifier, KeyUtils},
    errors::{ErrorKind, Result, new_error},
    signature::{Error, Verifier},
};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256,
    RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512, RsaParameters, RsaPublicKeyComponents,
    UnparsedPublicKey, VerificationAlgorithm,
};

static RING: CryptoProvider = CryptoProvider {
    signer_factory: |_, _| Err(new_error(ErrorKind::UnsupportedAlgorithm)),
    verifier_factory: verifier,
    // Only the making of key sets needs these.
    key_utils: KeyUtils::new_unimplemented(),
};

/// Lets `jsonwebtoken` use ring, for the whole process.
pub(super) fn install() {
    // The second call in a process has no effect.
    let _ = RING.install_default();
}

pub(super) const fn algorithm(setting: super::Algorithm) -> Algorithm {
    match setting {
        super::Algorithm::Rs256 => Algorithm::RS256,
        super::Algorithm::Rs384 => Algorithm::RS384,
        super::Algorithm::Rs512 => Algorithm::RS512,
        super::Algorithm::Ps256 => Algorithm::PS256,
        super::Algorithm::Ps384 => Algorithm::PS384,
        super::Algorithm::Ps512 => Algorithm::PS512,
        super::Algorithm::Es256 => Algorithm::ES256,
        super::Algorithm::Es384 => Algorithm::ES384,
        super::Algorithm::EdDsa => Algorithm::EdDSA,
    }
}

enum Parameters {
    Rsa(&'static RsaParameters),
    Curve(&'static dyn VerificationAlgorithm),
}

struct RingVerifier {
    algorithm: Algorithm,
    parameters: Parameters,
    key: DecodingKey,
}

fn verifier(algorithm: &Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>> {
    let parameters = match algorithm {
        Algorithm::RS256 => Parameters::Rsa(&RSA_PKCS1_2048_8192_SHA256),
        Algorithm::RS384 => Parameters::Rsa(&RSA_PKCS1_2048_8192_SHA384),
        Algorithm::RS512 => Parameters::Rsa(&RSA_PKCS1_2048_8192_SHA512),
        Algorithm::PS256 => Parameters::Rsa(&RSA_PSS_2048_8192_SHA256),
        Algorithm::PS384 => Parameters::Rsa(&RSA_PSS_2048_8192_SHA384),
        Algorithm::PS512 => Parameters::Rsa(&RSA_PSS_2048_8192_SHA512),
        Algorithm::ES256 => Parameters::Curve(&ECDSA_P256_SHA256_FIXED),
        Algorithm::ES384 => Parameters::Curve(&ECDSA_P384_SHA384_FIXED),
        Algorithm::EdDSA => Parameters::Curve(&ED25519),
        _ => return Err(new_error(ErrorKind::InvalidAlgorithm)),
    };
    if algorithm.family() != key.family() {
        return Err(new_error(ErrorKind::InvalidAlgorithm));
    }
    Ok(Box::new(RingVerifier { algorithm: *algorithm, parameters, key: key.clone() }))
}

impl JwtVerifier for RingVerifier {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}

impl Verifier<Vec<u8>> for RingVerifier {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> std::result::Result<(), Error> {
        let outcome = match (&self.parameters, self.key.kind()) {
            (Parameters::Rsa(rsa), DecodingKeyKind::RsaModulusExponent { n, e }) => {
                RsaPublicKeyComponents { n, e }.verify(rsa, message, signature)
            }
            (Parameters::Curve(curve), DecodingKeyKind::SecretOrDer(point)) => {
                UnparsedPublicKey::new(*curve, point).verify(message, signature)
            }
            _ => return Err(Error::new()),
        };
        outcome.map_err(|_| Error::new())
    }
}
