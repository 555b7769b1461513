use kernel::Violation;
use tonic::{Code, Status};
use tonic_types::{PreconditionViolation, StatusExt};

use crate::{Failure, Refusal, Resource};

/// Reads what a peer answered, as a failure of the service that asked it. What the peer could
/// not find is missing here too. A peer that is away, out of time or overloaded is an
/// unavailable dependency. Everything else means that the two misunderstand each other, which
/// is a defect. Nothing of the peer's text reaches the caller.
#[must_use]
pub fn read(dependency: &'static str, status: &Status) -> Failure {
    let cause = || format!("{dependency} answered {}: {}", status.code(), status.message());
    match status.code() {
        Code::NotFound => match status.get_details_resource_info() {
            Some(info) => {
                Failure::Missing(Resource { kind: info.resource_type, name: info.resource_name })
            }
            None => Failure::Bug(cause()),
        },
        Code::Unavailable
        | Code::DeadlineExceeded
        | Code::Cancelled
        | Code::ResourceExhausted
        | Code::Aborted
        | Code::Unknown => Failure::Unavailable { dependency, cause: cause() },
        Code::Ok
        | Code::InvalidArgument
        | Code::AlreadyExists
        | Code::PermissionDenied
        | Code::FailedPrecondition
        | Code::OutOfRange
        | Code::Unimplemented
        | Code::Internal
        | Code::DataLoss
        | Code::Unauthenticated => Failure::Bug(cause()),
    }
}

/// Reads a refusal by the rules of a peer, whose words `domain` is. What a status does not tell of
/// each violation stays empty.
///
/// # Errors
/// As [`read`], where the status is none.
pub fn read_refusal(
    dependency: &'static str,
    domain: &'static str,
    status: &Status,
) -> Result<Refusal, Failure> {
    let listed = status.get_details_precondition_failure().map(|it| it.violations);
    let violations = listed.unwrap_or_default().iter().map(violation).collect::<Option<Vec<_>>>();
    match violations {
        Some(violations) if !violations.is_empty() => Ok(Refusal { domain, violations }),
        _ => Err(read(dependency, status)),
    }
}

/// The inverse of how a violation is told in a status.
fn violation(told: &PreconditionViolation) -> Option<Violation> {
    let (reason, rest) = told.description.split_once(": ")?;
    let (rest, next_step) = rest.strip_suffix('.')?.rsplit_once(". Next: ")?;
    let (explanation, responsible) = rest.rsplit_once(". Who must act: ")?;
    Some(Violation {
        rule: told.r#type.clone(),
        reason: reason.to_owned(),
        subject: told.subject.clone(),
        explanation: explanation.to_owned(),
        inputs: Vec::new(),
        responsible: responsible.parse().ok()?,
        next_step: next_step.to_owned(),
        source: String::new(),
        partner_center_code: String::new(),
    })
}
