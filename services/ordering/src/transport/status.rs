use failure::{Failure, FieldViolation, Refusal};

use crate::domain::Denial;

pub(super) const OFFER: &str = "csp.ordering.v1.Offer";
pub(super) const ORDER: &str = "csp.ordering.v1.Order";
pub(super) const SUBSCRIPTION: &str = "csp.ordering.v1.Subscription";

/// A denial of the domain as a failure. A refusal by the programme keeps the words of
/// relationship, whose reasons they are.
pub(super) fn denied(denial: Denial) -> Failure {
    match denial {
        Denial::Exists(name) => Failure::exists(OFFER, name),
        Denial::Misfits(misfits) => {
            let misfits = misfits.into_iter();
            let violation = |it: crate::domain::Misfit| FieldViolation {
                field: it.field,
                description: it.description,
            };
            Failure::Invalid(misfits.map(violation).collect())
        }
        Denial::RefusedByProgramme(violations) => {
            Failure::Refused(Refusal { domain: "relationship.csp", violations })
        }
        Denial::Refused(violations) => {
            Failure::Refused(Refusal { domain: "ordering.csp", violations })
        }
    }
}
