//! The programme's rules as data, and what the domains share to decide: the values of a transaction,
//! the results of rules, and the states of a resource. No I/O.

mod approved;
pub mod catalogue;
mod denial;
mod finding;
mod lifecycle;
mod purpose;
mod reason;
mod revocation;
mod role;
mod rule;
mod source;
mod transaction;
mod violation;

pub use catalogue::RULES;
pub use denial::{Denial, FieldViolation};
pub use finding::{Fault, Finding, refuse};
pub use lifecycle::{Lifecycle, Move};
pub use purpose::{Purpose, Purposes};
pub use reason::{Reason, Service};
pub use revocation::{GRANTING_MOVES, LONGEST_VALIDITY, REVOCATION_WAIT};
pub use role::{EnrollmentStep, Role};
pub use rule::Rule;
pub use source::{Document, Source};
pub use transaction::{Leg, Line, OnRecord, ProductFamily, SalesChain, Transaction};
pub use violation::{Responsible, Violation};
