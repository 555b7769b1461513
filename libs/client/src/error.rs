use std::{collections::HashMap, time::Duration};

use tonic::{Code, Status};
use tonic_types::{FieldViolation, StatusExt};

use crate::Refusal;

/// Why a call failed, read from its status.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    /// What kind of failure it is.
    pub kind: Kind,
    /// Why, for people.
    pub message: String,
    /// Why, as a value of the ErrorReason of `domain`. Empty if no service answered.
    pub reason: String,
    /// The service that defines `reason`, such as `relationship.csp`.
    pub domain: String,
    /// Facts about the failure, by lowerCamelCase name.
    pub metadata: HashMap<String, String>,
    /// The violated rules. Empty unless the kind is `Refused`.
    pub refusal: Refusal,
    /// The invalid fields. Empty unless the kind is `Invalid`.
    pub fields: Vec<FieldViolation>,
    /// How long to wait before a retry.
    pub retry_after: Option<Duration>,
}

/// What a caller can do about a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The request must change: see `fields`.
    Invalid,
    /// A named resource does not exist: see [`Error::resource`].
    Missing,
    /// The resource exists already, or the request id was used for another request.
    Exists,
    /// Rules refuse the request: see `refusal`.
    Refused,
    /// A resource has changed: read it, decide again and write again.
    Outdated,
    /// The service is over capacity: retry after `retry_after`.
    Busy,
    /// The service or one of its dependencies is unavailable: retry after `retry_after`.
    Unavailable,
    /// The deadline passed. The change may have been made: retry with the same request id.
    TooLate,
    /// A defect: see [`Error::incident`].
    Defect,
    /// A code that no service answers with.
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
            refusal: status::refusal(&status),
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

    /// Id under which the service has logged a defect.
    #[must_use]
    pub fn incident(&self) -> Option<&str> {
        self.metadata.get("incidentId").map(String::as_str)
    }
}
