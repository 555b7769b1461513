use types::Violation;

/// Why an order is not taken, or not changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Denial {
    /// What it would make exists already.
    Exists(String),
    /// It does not fit the offers.
    Misfits(Vec<Misfit>),
    /// The programme's rules stand against it, in relationship's words. Ordering's own rules
    /// follow where they do too.
    RefusedByProgramme(Vec<Violation>),
    /// Ordering's own rules stand against it.
    Refused(Vec<Violation>),
}

/// A field that does not fit an offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// Path of the field.
    pub field: String,
    /// What is wrong with it.
    pub description: String,
}
