//! The kinds of failure of every service, as one closed list. The crate `status` renders them.

mod fields;
mod mutation;
mod resource;

use std::{fmt::Display, time::Duration};

pub use fields::{FieldViolation, Fields, in_order, names, one};
pub use mutation::{Mutation, MutationOptions};
use resource::PARTNER;
pub use resource::Resource;
use types::{LocationAccountId, Violation};

/// A kind of failure, with what its reader needs.
#[derive(Debug)]
pub enum Failure {
    /// The request is malformed. Never empty.
    Invalid(Vec<FieldViolation>),
    /// A resource does not exist.
    Missing(Resource),
    /// A resource exists already.
    Exists(Resource),
    /// The request id was used for other content.
    RequestIdReused {
        /// What that content changed.
        changed: Resource,
        /// The fields in which the two requests differ, as `order.lines`; none if it was a request
        /// of another method, or they cannot be compared.
        differing: Vec<String>,
    },
    /// Rules stand against it, in order of precedence. Never empty.
    Refused(Refusal),
    /// The resource is not what the caller read.
    StaleEtag(Box<StaleEtag>),
    /// Somebody else changed the resource first.
    LostRace,
    /// Facts changed so often while they were read that there is no decision on them.
    FactsChanged {
        /// How often they were read.
        attempts: usize,
    },
    /// A decision grew too old to act on.
    DecisionExpired,
    /// The server has no such method.
    UnknownMethod {
        /// Its full name, as the caller says.
        method: String,
        /// Full name of the gRPC service that is served.
        served: &'static str,
        /// The service whose method it would be, and the port which that listens on by default.
        elsewhere: Option<(&'static str, u16)>,
    },
    /// As many calls are in work as are taken at once.
    Overloaded {
        /// By whom: a `server`, or one `connection`.
        of: &'static str,
        /// How many that is.
        limit: usize,
    },
    /// The time that the caller gave is up.
    OutOfTime,
    /// Something this service depends on cannot be asked; named as in `database`.
    Unavailable {
        /// What cannot be asked.
        dependency: &'static str,
        /// For the log, never for the caller.
        cause: String,
    },
    /// A release of their relationship keeps a customer and a partner apart.
    ReleaseInProgress {
        /// Resource name of the customer.
        customer: String,
        /// Resource name of the partner.
        partner: String,
        /// When to call again.
        retry_after: Duration,
    },
    /// A defect. The text is for the log, never for the caller.
    Bug(String),
}

/// An etag that is no longer that of its resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaleEtag {
    /// The resource.
    pub resource: Resource,
    /// Its etag.
    pub current: String,
    /// The etag of the request.
    pub expected: String,
    /// When the resource last changed.
    pub change_time: String,
    /// Who changed it then, as the caller of that change named itself; empty if unknown.
    pub changed_by: String,
}

/// A refusal by rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The vocabulary that the reasons belong to, such as `relationship.csp`.
    pub domain: &'static str,
    /// What stands against it, in order of precedence. Never empty.
    pub violations: Vec<Violation>,
}

impl Failure {
    /// A resource that does not exist.
    pub fn missing(name: impl Display) -> Self {
        Self::Missing(Resource::named(name))
    }

    /// A partner that was looked for by the location account that it would have.
    #[must_use]
    pub fn no_partner_at(location: &LocationAccountId) -> Self {
        let none = Some(format!("no partner has location account {location}"));
        Self::Missing(Resource { kind: PARTNER.to_owned(), name: location.to_string(), none })
    }

    /// A resource that exists already.
    pub fn exists(name: impl Display) -> Self {
        Self::Exists(Resource::named(name))
    }

    /// A defect, described for the log.
    pub fn bug(cause: impl Display) -> Self {
        Self::Bug(cause.to_string())
    }
}

#[cfg(test)]
mod tests;
