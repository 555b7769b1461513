use errors::{Failure, FieldViolation, Refusal};

use crate::domain::Denial;

/// A denial of the domain as a failure. A refusal by the programme keeps the words of
/// relationship, whose reasons they are.
pub(super) fn denied(denial: Denial) -> Failure {
    match denial {
        Denial::Exists(name) => Failure::exists(name),
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
