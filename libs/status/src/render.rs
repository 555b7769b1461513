use std::time::Duration;

use errors::{Failure, Resource, StaleEtag};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, StatusExt};
use types::jitter;
use uuid::Uuid;

use crate::{STALE_ETAG, budget, refusal::refused};

/// Most bytes of each text about a resource, and of a reason.
pub(crate) const LONGEST_OF_RESOURCE: usize = 256;

/// How long a caller should wait before a retry.
const RETRY_DELAY: Duration = Duration::from_secs(1);

/// The failure on the wire: a code, a message for people, and details for programs, always with
/// one `ErrorInfo`. `domain` names the service, as in `ordering.csp`.
#[must_use]
pub fn from_failure(failure: Failure, domain: &str) -> Status {
    match failure {
        Failure::Invalid(violations) => invalid(domain, &violations),
        Failure::Missing(resource) => {
            let message = match &resource.none {
                Some(none) => none.clone(),
                None => format!("{} does not exist", resource.name),
            };
            about(Code::NotFound, domain, "RESOURCE_NOT_FOUND", &resource, &message)
        }
        Failure::Exists(resource) => {
            let message = format!("{} exists already", resource.name);
            about(Code::AlreadyExists, domain, "RESOURCE_EXISTS", &resource, &message)
        }
        Failure::RequestIdReused { changed, differing } => reused(domain, &changed, &differing),
        Failure::Refused(violations) => refused(domain, &violations),
        Failure::StaleEtag(stale) => stale_etag(domain, &stale),
        Failure::LostRace => plain(
            Code::Aborted,
            domain,
            "LOST_RACE",
            "another call changed the resource first; read it, decide again and retry",
        ),
        Failure::FactsChanged { attempts } => {
            let attempts = attempts.to_string();
            let message = format!(
                "the facts about the transaction changed {attempts} times while they were read; \
                 call again"
            );
            status(
                Code::Aborted,
                &message,
                info(domain, "FACTS_CHANGED", [("attempts", &attempts)]),
            )
        }
        Failure::DecisionExpired => plain(
            Code::Aborted,
            domain,
            "DECISION_EXPIRED",
            "the decision on the order expired twice before the commit; retry",
        ),
        Failure::UnknownMethod { method, served, elsewhere } => {
            unknown_method(domain, &method, served, elsewhere)
        }
        Failure::Overloaded { of, limit } => overloaded(domain, of, limit),
        Failure::OutOfTime => plain(
            Code::DeadlineExceeded,
            domain,
            "DEADLINE_EXCEEDED",
            "the deadline of the call has passed; retry with the same request id",
        ),
        Failure::Unavailable { dependency, cause } => unavailable(domain, dependency, &cause),
        Failure::ReleaseInProgress { customer, partner, retry_after } => {
            releasing(domain, &customer, &partner, retry_after)
        }
        Failure::Bug(cause) => bug(domain, &cause),
    }
}

/// A status within its budget.
pub(crate) fn status(code: Code, message: &str, details: ErrorDetails) -> Status {
    Status::with_error_details(code, budget::message(message), details)
}

fn info<const N: usize>(domain: &str, reason: &str, metadata: [(&str, &str); N]) -> ErrorDetails {
    let metadata = metadata.map(|(key, value)| (key.to_owned(), value.to_owned()));
    ErrorDetails::with_error_info(reason, domain, budget::metadata(&metadata))
}

fn plain(code: Code, domain: &str, reason: &str, message: &str) -> Status {
    status(code, message, info(domain, reason, []))
}

fn invalid(domain: &str, violations: &[errors::FieldViolation]) -> Status {
    let parts = violations.iter().map(|it| format!("{} {}", it.field, it.description));
    let message = budget::message_of_parts("invalid request: ", parts);
    let count = violations.len().to_string();
    let mut details = info(domain, "INVALID_FIELDS", [("violationCount", &count)]);
    let rest = status(Code::InvalidArgument, &message, details.clone());
    let render = |it: &errors::FieldViolation, size: budget::Size| {
        let [field, description] =
            [&it.field, &it.description].map(|it| budget::cut(it, size.longest_text));
        let size = field.len() + description.len();
        (FieldViolation::new(field, description), size)
    };
    let (mut listed, omitted) = budget::list(&rest, violations, render);
    listed.extend(omitted.map(|more| FieldViolation::new("", budget::and_more(more))));
    details.set_bad_request(listed);
    status(Code::InvalidArgument, &message, details)
}

fn about(code: Code, domain: &str, reason: &str, resource: &Resource, message: &str) -> Status {
    let metadata = [("resourceType", &*resource.kind), ("resourceName", &*resource.name)];
    with_resource(code, info(domain, reason, metadata), resource, message)
}

fn with_resource(
    code: Code,
    mut details: ErrorDetails,
    resource: &Resource,
    message: &str,
) -> Status {
    let [kind, name, message_again] =
        [&*resource.kind, &*resource.name, message].map(|it| budget::cut(it, LONGEST_OF_RESOURCE));
    details.set_resource_info(kind, name, "", message_again);
    status(code, message, details)
}

fn reused(domain: &str, changed: &Resource, differing: &[String]) -> Status {
    let fields = match differing {
        [] => String::new(),
        differing => format!(" (different: {})", differing.join(", ")),
    };
    let message = format!(
        "the request id was used for another request{fields}, which changed {}; use a new request \
         id",
        changed.name
    );
    let differing = differing.join(",");
    let metadata = [
        ("resourceType", &*changed.kind),
        ("resourceName", &*changed.name),
        ("differingFields", &*differing),
    ];
    let details = info(domain, "REQUEST_ID_REUSED", metadata);
    with_resource(Code::AlreadyExists, details, changed, &message)
}

fn stale_etag(domain: &str, stale: &StaleEtag) -> Status {
    let StaleEtag { resource, current, expected, change_time, changed_by } = stale;
    let by = if changed_by.is_empty() { String::new() } else { format!(" by {changed_by}") };
    let message = format!(
        "`{}` is at etag {current}, the request expected {expected} (last changed {change_time}{by}); \
         read it and decide again",
        resource.name
    );
    let metadata = [
        ("resourceType", &*resource.kind),
        ("resourceName", &*resource.name),
        ("currentEtag", &**current),
        ("expectedEtag", &**expected),
        ("changeTime", &**change_time),
        ("changedBy", &**changed_by),
    ];
    with_resource(Code::Aborted, info(domain, STALE_ETAG, metadata), resource, &message)
}

fn unknown_method(
    domain: &str,
    method: &str,
    served: &str,
    elsewhere: Option<(&str, u16)>,
) -> Status {
    let method = budget::cut(method, LONGEST_OF_RESOURCE);
    let next = match elsewhere {
        Some((service, port)) => {
            format!("call {service}, which listens on port {port} by default")
        }
        None => "its methods are listed by server reflection".to_owned(),
    };
    let message = format!("this is {served}, which has no method `{method}`; {next}");
    let metadata = [("method", &*method), ("served", served)];
    status(Code::Unimplemented, &message, info(domain, "UNKNOWN_METHOD", metadata))
}

fn overloaded(domain: &str, of: &str, limit: usize) -> Status {
    let mut details = info(domain, "OVERLOADED", [("limit", &limit.to_string())]);
    let description = format!("{limit} calls are in flight, the maximum of a {of}");
    details.add_quota_failure_violation(of, description);
    // Spread over time, so that rejected callers do not all retry at once.
    details.set_retry_info(Some(jitter(RETRY_DELAY, 50)));
    let message = "the server is over capacity; nothing was done, retry after the delay";
    status(Code::ResourceExhausted, message, details)
}

fn unavailable(domain: &str, dependency: &str, cause: &str) -> Status {
    tracing::warn!(dependency, cause, "a dependency is unavailable");
    let mut details = info(domain, "DEPENDENCY_UNAVAILABLE", [("dependency", dependency)]);
    details.set_retry_info(Some(RETRY_DELAY));
    let message = format!("{dependency} is unavailable; retry with the same request id");
    status(Code::Unavailable, &message, details)
}

fn releasing(domain: &str, customer: &str, partner: &str, retry_after: Duration) -> Status {
    let message = format!(
        "a release of the relationship of {customer} with {partner} is in progress; nothing was \
         done, retry with the same request id after the delay"
    );
    let metadata = [("customer", customer), ("partner", partner)];
    let mut details = info(domain, "RELEASE_IN_PROGRESS", metadata);
    details.set_retry_info(Some(retry_after));
    status(Code::Unavailable, &message, details)
}

pub(crate) fn bug(domain: &str, cause: &str) -> Status {
    let incident = Uuid::new_v4().to_string();
    tracing::error!(incident, cause, "a defect");
    let message = format!("internal error, incident {incident}");
    status(Code::Internal, &message, info(domain, "INTERNAL", [("incidentId", &incident)]))
}
