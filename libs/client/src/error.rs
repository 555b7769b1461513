use std::{collections::HashMap, time::Duration};

use tonic::{Code, Status};
use tonic_types::{FieldViolation, StatusExt};

use crate::{Refusal, refusals};

/// Why a call failed, read from its status.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    /// What kind of failure it is.
    pub kind: Kind,
    /// Why, for people.
    pub message: String,
    /// Why, as a word of `domain`. Empty where gRPC itself failed the call, as for a connection.
    pub reason: String,
    /// The vocabulary of `reason`, such as `relationship.csp`.
    pub domain: String,
    /// Facts about the failure, by lowerCamelCase name.
    pub metadata: HashMap<String, String>,
    /// The rules that stand against it, in order of precedence. Empty unless refused.
    pub refusals: Vec<Refusal>,
    /// The fields that cannot be used. Empty unless invalid.
    pub fields: Vec<FieldViolation>,
    /// How long to wait before the same call is worth another try.
    pub retry_after: Option<Duration>,
}

/// What a caller can do about a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The request must change: see `fields`.
    Invalid,
    /// Something that it names does not exist: see [`Error::resource`].
    Missing,
    /// It exists already, or the request id was used for other content.
    Exists,
    /// Somebody must act first: see `refusals`.
    Refused,
    /// Something changed meanwhile: read again and decide again.
    Outdated,
    /// The service has too much to do: come back after `retry_after`.
    Busy,
    /// Nobody answered, or not what is needed for an answer: come back after `retry_after`.
    Unavailable,
    /// No answer came in time. A change may have been made: repeat it with the same request id.
    TooLate,
    /// A defect: see [`Error::incident`].
    Defect,
    /// A failure that the services themselves do not answer with.
    Other(Code),
}

impl From<Code> for Kind {
    fn from(code: Code) -> Self {
        match code {
            Code::InvalidArgument => Self::Invalid,
            Code::NotFound => Self::Missing,
            Code::AlreadyExists => Self::Exists,
            Code::FailedPrecondition => Self::Refused,
            Code::Aborted => Self::Outdated,
            Code::ResourceExhausted => Self::Busy,
            Code::Unavailable => Self::Unavailable,
            Code::DeadlineExceeded => Self::TooLate,
            Code::Internal => Self::Defect,
            other => Self::Other(other),
        }
    }
}

impl From<Status> for Error {
    fn from(status: Status) -> Self {
        let details = status.get_error_details();
        let (reason, domain, metadata) = details
            .error_info()
            .map(|it| (it.reason.clone(), it.domain.clone(), it.metadata.clone()))
            .unwrap_or_default();
        let fields = details.bad_request().map(|it| it.field_violations.clone());
        Self {
            kind: status.code().into(),
            message: status.message().to_owned(),
            reason,
            domain,
            metadata,
            refusals: refusals(&status),
            fields: fields.unwrap_or_default(),
            retry_after: details.retry_info().and_then(|it| it.retry_delay),
        }
    }
}

impl Error {
    /// The resource that is missing, or exists already.
    #[must_use]
    pub fn resource(&self) -> Option<&str> {
        self.metadata.get("resourceName").map(String::as_str)
    }

    /// By which the log of the service tells of a defect.
    #[must_use]
    pub fn incident(&self) -> Option<&str> {
        self.metadata.get("incidentId").map(String::as_str)
    }
}
