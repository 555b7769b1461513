use errors::{Failure, Refusal};

use crate::domain::Denial;

pub(super) fn denied(denial: Denial) -> Failure {
    match denial {
        Denial::Exists(name) => Failure::exists(name),
        Denial::Refused(violations) => {
            Failure::Refused(Refusal { domain: "relationship.csp", violations })
        }
    }
}
