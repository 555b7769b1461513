use contracts::rules as pb;
use errors::{Failure, Resource, StaleEtag};
use prost::Message;
use rules::{Responsible, Violation};
use tonic::{Code, Status};
use tonic_types::StatusExt;

use crate::{REFUSAL, STALE_ETAG};

/// The failure that a peer's status is to the service that asked it. A missing resource is missing
/// here too. A peer that is unreachable, late or overloaded is an unavailable dependency, and
/// so is one that does not believe this service, until an operator has bound it. Any other
/// code means that the two services disagree about their contract, which is a defect. No text of
/// the peer reaches the caller.
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
        | Code::PermissionDenied
        | Code::Unauthenticated
        | Code::Unknown => Failure::Unavailable { dependency, cause: cause() },
        Code::Ok
        | Code::InvalidArgument
        | Code::AlreadyExists
        | Code::FailedPrecondition
        | Code::OutOfRange
        | Code::Unimplemented
        | Code::Internal
        | Code::DataLoss => Failure::Bug(cause()),
    }
}

/// The reason of a status, such as `RESOURCE_NOT_FOUND`; empty if it has none.
#[must_use]
pub fn reason(status: &Status) -> String {
    status.get_details_error_info().map(|info| info.reason).unwrap_or_default()
}

/// The failure that an ABORTED change of a peer is to the service that asked for it.
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

/// The fields in which a request differs from the first one with its request id.
#[must_use]
pub fn read_differing(status: &Status) -> Vec<String> {
    let info = status.get_details_error_info();
    let fields = info.and_then(|it| it.metadata.get("differingFields").cloned());
    let fields = fields.unwrap_or_default();
    fields.split(',').filter(|it| !it.is_empty()).map(str::to_owned).collect()
}

/// The violations of a peer's refusal.
///
/// # Errors
/// As [`read`], if the status is not a refusal.
pub fn read_refusal(dependency: &'static str, status: &Status) -> Result<Vec<Violation>, Failure> {
    let listed = refusal(status).violations;
    if listed.is_empty() {
        return Err(read(dependency, status));
    }
    Ok(listed.into_iter().map(violation).collect())
}

/// The refusal in the details of a status; empty if there is none.
#[must_use]
pub fn refusal(status: &Status) -> pb::Refusal {
    let details = tonic_types::pb::Status::decode(status.details()).unwrap_or_default().details;
    let refusal = details.iter().find(|it| it.type_url == REFUSAL);
    refusal.and_then(|it| pb::Refusal::decode(&*it.value).ok()).unwrap_or_default()
}

/// A violation as the domains know it.
#[must_use]
pub fn violation(message: pb::Violation) -> Violation {
    Violation {
        // A newer peer may name a party that is unknown here.
        responsible: message.responsible().value().unwrap_or(Responsible::Caller),
        rule: message.rule_id,
        domain: message.domain,
        reason: message.reason,
        subject: message.subject,
        explanation: message.explanation,
        inputs: message.inputs.into_iter().map(|it| (it.name, it.value)).collect(),
        next_step: message.next_step,
        source: message.source,
        partner_center_code: message.partner_center_code,
    }
}
