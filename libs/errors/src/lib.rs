//! The kinds of failure of every service, as one closed list. The crate `status` renders them.

mod fields;
mod mutation;
mod resource;

use std::{fmt::Display, time::Duration};

use authority::{Forbidden, NotForCaller};
pub use fields::{Fields, in_order, names, one};
pub use mutation::{Mutation, MutationOptions};
use resource::PARTNER;
pub use resource::Resource;
pub use rules::FieldViolation;
use rules::{Denial, Violation};
use types::LocationAccountId;

/// A kind of failure, with what its reader needs.
#[derive(Debug, Clone)]
pub enum Failure {
    /// The request is malformed. Never empty.
    Invalid(Vec<FieldViolation>),
    /// A resource does not exist.
    Missing(Resource),
    /// A resource exists already.
    Exists(Resource),
    /// The request id was used for another request.
    RequestIdReused {
        /// The resource that the first request changed.
        changed: Resource,
        /// The fields in which the two requests differ, as `order.lines`. Empty if the first request
        /// called another method, or if they cannot be compared.
        differing: Vec<String>,
    },
    /// Rules refuse the request. Never empty, in order of precedence.
    Refused(Vec<Violation>),
    /// The resource has changed since the caller read it.
    StaleEtag(Box<StaleEtag>),
    /// Another call changed the resource first.
    LostRace,
    /// Facts changed during each attempt to read them, so that no decision holds at one instant.
    FactsChanged {
        /// The number of attempts.
        attempts: usize,
    },
    /// The decision expired before the commit.
    DecisionExpired,
    /// The server has no such method.
    UnknownMethod {
        /// The full name that was called.
        method: String,
        /// Full name of the gRPC service that is served.
        served: &'static str,
    },
    /// The caller did not prove who it is.
    Unauthenticated {
        /// What is wrong with its proof, such as `TOKEN_EXPIRED`.
        cause: &'static str,
        /// The same in words.
        problem: String,
    },
    /// No role of the caller may call the method.
    Forbidden {
        /// The method.
        method: String,
        /// The roles that may, and those of the caller.
        forbidden: Forbidden,
    },
    /// The caller is bound to partners, and the change is not for one of them.
    NotForCaller(NotForCaller),
    /// The maximum number of calls is in flight.
    Overloaded {
        /// What has that maximum: the `server`, one `connection` or one `caller`.
        of: &'static str,
        /// The maximum.
        limit: usize,
    },
    /// The deadline of the call has passed.
    OutOfTime,
    /// A dependency of this service is unavailable.
    Unavailable {
        /// Its name, such as `database`.
        dependency: &'static str,
        /// For the log, never for the caller.
        cause: String,
    },
    /// A release of the relationship of a customer and a partner is in progress.
    ReleaseInProgress {
        /// Resource name of the customer.
        customer: String,
        /// Resource name of the partner.
        partner: String,
        /// When to retry.
        retry_after: Duration,
    },
    /// A defect. The text is for the log, never for the caller.
    Bug(String),
}

/// An etag that is not the current one.
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
    /// The caller of that change. Empty if unknown.
    pub changed_by: String,
}

impl Failure {
    /// A resource that does not exist.
    pub fn missing(name: impl Display) -> Self {
        Self::Missing(Resource::named(name))
    }

    /// No partner has this location account.
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

impl From<NotForCaller> for Failure {
    fn from(refused: NotForCaller) -> Self {
        Self::NotForCaller(refused)
    }
}

impl From<Denial> for Failure {
    fn from(denial: Denial) -> Self {
        match denial {
            Denial::Missing(name) => Self::missing(name),
            Denial::Exists(name) => Self::exists(name),
            Denial::Invalid(violations) => Self::Invalid(violations),
            Denial::Refused(violations) => Self::Refused(violations),
        }
    }
}

#[cfg(test)]
mod tests;
