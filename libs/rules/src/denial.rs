use crate::Violation;

/// Why a change is denied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Denial {
    /// The named resource does not exist.
    Missing(String),
    /// The named resource exists already.
    Exists(String),
    /// Fields of the request do not match other resources.
    Invalid(Vec<FieldViolation>),
    /// Rules are violated, in order of precedence.
    Refused(Vec<Violation>),
}

/// An invalid field of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldViolation {
    /// Path, such as `order.lines[0].quantity`.
    pub field: String,
    /// What is wrong with its value, in lower case and without a full stop.
    pub description: String,
}

impl From<Violation> for Denial {
    fn from(violation: Violation) -> Self {
        Self::Refused(vec![violation])
    }
}
