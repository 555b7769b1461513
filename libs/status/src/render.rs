//! The status of each kind of failure.

use std::time::Duration;

use contracts::SERVICES;
use errors::{Resource, StaleEtag};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, StatusExt};
use types::jitter;
use uuid::Uuid;

use crate::{STALE_ETAG, budget};

/// Most bytes of each text about a resource, and of a reason.
pub(crate) const LONGEST_OF_RESOURCE: usize = 256;

/// How long a caller should wait before a retry.
const RETRY_DELAY: Duration = Duration::from_secs(1);

/// A status within its budget.
pub(crate) fn status(code: Code, message: &str, details: ErrorDetails) -> Status {
    Status::with_error_details(code, budget::message(message), details)
}

pub(crate) fn info<const N: usize>(
    domain: &str,
    reason: &str,
    metadata: [(&str, &str); N],
) -> ErrorDetails {
    let metadata = metadata.map(|(key, value)| (key.to_owned(), value.to_owned()));
    ErrorDetails::with_error_info(reason, domain, budget::metadata(&metadata))
}

pub(crate) fn plain(code: Code, domain: &str, reason: &str, message: &str) -> Status {
    status(code, message, info(domain, reason, []))
}

pub(crate) fn invalid(domain: &str, violations: &[errors::FieldViolation]) -> Status {
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

pub(crate) fn about(
    code: Code,
    domain: &str,
    reason: &str,
    resource: &Resource,
    message: &str,
) -> Status {
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

pub(crate) fn reused(domain: &str, changed: &Resource, differing: &[String]) -> Status {
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

pub(crate) fn stale_etag(domain: &str, stale: &StaleEtag) -> Status {
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

/// Names the service that this port serves, and where the called one is.
pub(crate) fn unknown_method(domain: &str, method: &str, served: &str) -> Status {
    let method = budget::cut(method, LONGEST_OF_RESOURCE);
    let service = method.split('/').next().unwrap_or_default();
    let own = SERVICES.iter().find(|(_, full, _)| *full == served);
    let this = own.map_or_else(|| served.to_owned(), |(name, ..)| format!("{name} ({served})"));
    let message = match SERVICES.iter().find(|(_, full, _)| *full == service) {
        _ if service == served => {
            format!("{this} has no method `{method}`; server reflection lists its methods")
        }
        Some((name, _, port)) => format!(
            "this port serves {this}, not `{method}`; call {name}, which listens on port {port} by \
             default"
        ),
        None => {
            let others = SERVICES.iter().filter(|(_, full, _)| *full != served);
            let others: Vec<_> = others.map(|(name, _, port)| format!("{name} {port}")).collect();
            format!(
                "no service of the cluster has `{method}`: this port serves {this}; the other \
                 services and their default ports: {}",
                others.join(", ")
            )
        }
    };
    let metadata = [("method", &*method), ("served", served)];
    status(Code::Unimplemented, &message, info(domain, "UNKNOWN_METHOD", metadata))
}

pub(crate) fn overloaded(domain: &str, of: &str, limit: usize) -> Status {
    let mut details = info(domain, "OVERLOADED", [("limit", &limit.to_string())]);
    let description = match of {
        "caller per second" => format!("a caller may begin {limit} calls in a second"),
        of => format!("{limit} calls are in flight, the maximum of a {of}"),
    };
    details.add_quota_failure_violation(of, description);
    // Spread over time, so that rejected callers do not all retry at once.
    details.set_retry_info(Some(jitter(RETRY_DELAY, 50)));
    let message = "the server is over capacity; nothing was done, retry after the delay";
    status(Code::ResourceExhausted, message, details)
}

pub(crate) fn unavailable(domain: &str, dependency: &str, cause: &str) -> Status {
    tracing::warn!(dependency, cause, "a dependency is unavailable");
    let mut details = info(domain, "DEPENDENCY_UNAVAILABLE", [("dependency", dependency)]);
    details.set_retry_info(Some(RETRY_DELAY));
    let message = format!("{dependency} is unavailable; retry with the same request id");
    status(Code::Unavailable, &message, details)
}

pub(crate) fn releasing(
    domain: &str,
    customer: &str,
    partner: &str,
    retry_after: Duration,
) -> Status {
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
