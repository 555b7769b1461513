use errors::{Failure, FieldViolation, Refusal};

use crate::domain::Denial;

/// A refusal by the programme's rules has the domain of relationship, which defines their reasons.
impl From<Denial> for Failure {
    fn from(denial: Denial) -> Self {
        match denial {
            Denial::Exists(name) => Self::exists(name),
            Denial::Misfits(misfits) => {
                let misfits = misfits.into_iter();
                let violation = |it: crate::domain::Misfit| FieldViolation {
                    field: it.field,
                    description: it.description,
                };
                Self::Invalid(misfits.map(violation).collect())
            }
            Denial::RefusedByProgramme(violations) => {
                Self::Refused(Refusal { domain: "relationship.csp", violations })
            }
            Denial::Refused(violations) => {
                Self::Refused(Refusal { domain: "ordering.csp", violations })
            }
        }
    }
}
