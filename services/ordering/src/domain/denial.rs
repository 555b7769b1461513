use types::Violation;

/// Why a change is rejected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Denial {
    /// The resource exists already.
    Exists(String),
    /// Fields of the request do not match the offers.
    Invalid(Vec<InvalidField>),
    /// Rules of relationship are violated; violations of ordering's own rules follow, if any.
    RefusedByProgramme(Vec<Violation>),
    /// Ordering's own rules are violated.
    Refused(Vec<Violation>),
}

/// A field that does not match an offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidField {
    /// Path of the field.
    pub field: String,
    /// What is wrong with the value.
    pub description: String,
}
