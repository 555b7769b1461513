use errors::{Failure, Refusal};

use crate::domain::Denial;

/// Converts a denial of the domain to a failure.
pub(super) fn denied(denial: Denial) -> Failure {
    match denial {
        Denial::Missing(name) => Failure::missing(name),
        Denial::Exists(name) => Failure::exists(name),
        Denial::Refused(violations) => {
            Failure::Refused(Refusal { domain: "onboarding.csp", violations })
        }
    }
}
