use tonic::{Code, Status};
use tonic_types::{PreconditionViolation, StatusExt};
use types::Violation;

use crate::{Failure, Refusal, Resource, StaleEtag, status::STALE_ETAG};

/// Reads what a peer answered, as a failure of the service that asked it. What the peer could
/// not find is missing here too. A peer that is away, out of time or overloaded is an
/// unavailable dependency. Everything else means that the two misunderstand each other, which
/// is a defect. Nothing of the peer's text reaches the caller.
#[must_use]
pub fn read(dependency: &'static str, status: &Status) -> Failure {
    let cause = || format!("{dependency} answered {}: {}", status.code(), status.message());
    match status.code() {
        Code::NotFound => match status.get_details_resource_info() {
            Some(info) => Failure::Missing(Resource {
                kind: info.resource_type,
                name: info.resource_name,
                none: None,
            }),
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

/// Reads why a change was ABORTED by a peer, as a failure of the service that asked for it.
#[must_use]
pub fn read_aborted(status: &Status) -> Failure {
    let Some(info) = status.get_details_error_info() else { return Failure::LostRace };
    if info.reason != STALE_ETAG {
        return Failure::LostRace;
    }
    let mut metadata = info.metadata;
    let mut value = |key: &str| metadata.remove(key).unwrap_or_default();
    Failure::StaleEtag(Box::new(StaleEtag {
        resource: Resource { kind: value("resourceType"), name: value("resourceName"), none: None },
        current: value("currentEtag"),
        expected: value("expectedEtag"),
        change_time: value("changeTime"),
        changed_by: value("changedBy"),
    }))
}

/// Reads which fields of a request a peer found different from those of the first request with
/// the same id.
#[must_use]
pub fn read_differing(status: &Status) -> Vec<String> {
    let info = status.get_details_error_info();
    let fields = info.and_then(|it| it.metadata.get("differingFields").cloned());
    let fields = fields.unwrap_or_default();
    fields.split(',').filter(|it| !it.is_empty()).map(str::to_owned).collect()
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
    let listed = listed.unwrap_or_default();
    // The one without a rule says how many are left out.
    let listed = listed.iter().filter(|it| !it.r#type.is_empty());
    let violations = listed.map(violation).collect::<Option<Vec<_>>>();
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
