use errors::{Failure, FieldViolation, Refusal};

use crate::domain::Denial;

/// A refusal by the programme's rules has the domain of relationship, which defines its reasons.
impl From<Denial> for Failure {
    fn from(denial: Denial) -> Self {
        match denial {
            Denial::Exists(name) => Self::exists(name),
            Denial::Invalid(fields) => {
                let fields = fields.into_iter();
                let violation = |it: crate::domain::InvalidField| FieldViolation {
                    field: it.field,
                    description: it.description,
                };
                Self::Invalid(fields.map(violation).collect())
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
