use std::{collections::HashMap, time::Duration};

use kernel::{Violation, jitter};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, PreconditionViolation, StatusExt};
use uuid::Uuid;

use crate::{Failure, Refusal, Resource};

/// A status travels in headers, of which clients read 8 to 16 KiB: how many violations are told
/// in its message and in its details, and how long each text may be.
const TOLD_IN_MESSAGE: usize = 10;
const TOLD_IN_DETAILS: usize = 40;
const LONGEST_FIELD: usize = 120;
const LONGEST_TEXT: usize = 1000;

/// How long a caller should wait before it calls again.
const RETRY_DELAY: Duration = Duration::from_secs(1);

impl Failure {
    /// The failure on the wire: a code, a message for people, and details for programs, of
    /// which `ErrorInfo` is always one. `domain` names the service, as in `ordering.csp`.
    #[must_use]
    pub fn into_status(self, domain: &str) -> Status {
        match self {
            Self::Invalid(violations) => invalid(domain, violations),
            Self::Missing(resource) => {
                let message = format!("{} does not exist", resource.name);
                about(Code::NotFound, domain, "RESOURCE_NOT_FOUND", resource, message)
            }
            Self::Exists(resource) => {
                let message = format!("{} exists already", resource.name);
                about(Code::AlreadyExists, domain, "RESOURCE_EXISTS", resource, message)
            }
            Self::RequestIdReused(resource) => {
                let message = format!(
                    "this request id was used for other content, which changed {}; \
                     look at that first, and take a new id for another request",
                    resource.name
                );
                about(Code::AlreadyExists, domain, "REQUEST_ID_REUSED", resource, message)
            }
            Self::Refused(refusal) => refused(refusal),
            Self::LostRace => plain(
                Code::Aborted,
                domain,
                "LOST_RACE",
                "somebody else changed the resource first; read it, decide and write again",
            ),
            Self::FactsChanged { attempts } => {
                let metadata = [("attempts".to_owned(), attempts.to_string())];
                let message = format!(
                    "the facts about the transaction changed {attempts} times while they were read; \
                     call again"
                );
                let details = info(domain, "FACTS_CHANGED", metadata);
                Status::with_error_details(Code::Aborted, message, details)
            }
            Self::DecisionExpired => plain(
                Code::Aborted,
                domain,
                "DECISION_EXPIRED",
                "the decision on the order grew too old twice; place the order again",
            ),
            Self::UnknownMethod { method, served, elsewhere } => {
                unknown_method(domain, &method, served, elsewhere)
            }
            Self::Overloaded { of, limit } => overloaded(domain, of, limit),
            Self::OutOfTime => plain(
                Code::DeadlineExceeded,
                domain,
                "DEADLINE_EXCEEDED",
                "the time for this call is up; call again with the same request id",
            ),
            Self::Unavailable { dependency, cause } => unavailable(domain, dependency, &cause),
            Self::ReleaseInProgress { customer, partner, retry_after } => {
                releasing(domain, customer, partner, retry_after)
            }
            Self::Bug(cause) => bug(domain, &cause),
        }
    }
}

fn info(domain: &str, reason: &str, metadata: impl Into<HashMap<String, String>>) -> ErrorDetails {
    ErrorDetails::with_error_info(reason, domain, metadata)
}

fn plain(code: Code, domain: &str, reason: &str, message: &str) -> Status {
    Status::with_error_details(code, message, info(domain, reason, []))
}

fn invalid(domain: &str, violations: Vec<crate::FieldViolation>) -> Status {
    let told = violations.iter().take(TOLD_IN_MESSAGE);
    let told: Vec<_> = told
        .map(|each| short(&format!("{} {}", each.field, each.description), LONGEST_FIELD))
        .collect();
    let more = match violations.len().saturating_sub(TOLD_IN_MESSAGE) {
        0 => String::new(),
        more => format!("; and {more} more"),
    };
    let message = format!("the request cannot be used: {}{more}", told.join("; "));
    let violations: Vec<_> = violations
        .into_iter()
        .take(TOLD_IN_DETAILS)
        .map(|each| FieldViolation::new(each.field, short(&each.description, LONGEST_FIELD)))
        .collect();
    let mut details = info(domain, "INVALID_FIELDS", []);
    details.set_bad_request(violations);
    Status::with_error_details(Code::InvalidArgument, message, details)
}

fn about(code: Code, domain: &str, reason: &str, resource: Resource, message: String) -> Status {
    let metadata = [
        ("resourceType".to_owned(), resource.kind.clone()),
        ("resourceName".to_owned(), resource.name.clone()),
    ];
    let mut details = info(domain, reason, metadata);
    details.set_resource_info(resource.kind, resource.name, "", message.clone());
    Status::with_error_details(code, message, details)
}

fn refused(refusal: Refusal) -> Status {
    let rules: Vec<_> = refusal.violations.iter().map(|each| each.rule.as_str()).collect();
    let rules = rules.join(",");
    let Some(first) = refusal.violations.first() else {
        return bug(refusal.domain, "a refusal without a violation");
    };
    let message = match refusal.violations.len() {
        1 => format!("refused by {}: {}", first.rule, short(&first.explanation, LONGEST_TEXT)),
        more => format!(
            "refused by {more} rules ({rules}), first {}: {}",
            first.rule,
            short(&first.explanation, LONGEST_TEXT)
        ),
    };
    let mut details = info(refusal.domain, &first.reason, metadata(first, rules));
    details
        .set_precondition_failure(refusal.violations.iter().map(precondition).collect::<Vec<_>>());
    Status::with_error_details(Code::FailedPrecondition, message, details)
}

/// The text, or its beginning where it is too long for a header.
fn short(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn metadata(first: &Violation, rules: String) -> HashMap<String, String> {
    let fixed = [
        ("ruleId", first.rule.clone()),
        ("subject", first.subject.clone()),
        ("responsible", first.responsible.to_string()),
        ("nextStep", first.next_step.clone()),
        ("source", first.source.clone()),
        ("partnerCenterCode", first.partner_center_code.clone()),
        ("failedRules", rules),
    ];
    let fixed = fixed.into_iter().map(|(key, value)| (key.to_owned(), value));
    let inputs = first.inputs.iter().map(|(key, value)| (key.clone(), short(value, LONGEST_TEXT)));
    inputs.chain(fixed).collect()
}

fn precondition(violation: &Violation) -> PreconditionViolation {
    let description = format!(
        "{}: {}. Who must act: {}. Next: {}.",
        violation.reason,
        short(&violation.explanation, LONGEST_TEXT),
        violation.responsible,
        violation.next_step
    );
    PreconditionViolation::new(&violation.rule, &violation.subject, description)
}

fn unknown_method(
    domain: &str,
    method: &str,
    served: &str,
    elsewhere: Option<(&str, u16)>,
) -> Status {
    let method = short(method, LONGEST_FIELD);
    let next = match elsewhere {
        Some((service, port)) => {
            format!("call {service}, which listens on port {port} by default")
        }
        None => "its methods are listed by server reflection".to_owned(),
    };
    let message = format!("this is {served}, which has no method `{method}`; {next}");
    let metadata = [("method".to_owned(), method), ("served".to_owned(), served.to_owned())];
    let details = info(domain, "UNKNOWN_METHOD", metadata);
    Status::with_error_details(Code::Unimplemented, message, details)
}

fn overloaded(domain: &str, of: &str, limit: usize) -> Status {
    let mut details = info(domain, "OVERLOADED", [("limit".to_owned(), limit.to_string())]);
    let description = format!("{limit} calls are in work, as many as one {of} may have");
    details.add_quota_failure_violation(of, description);
    // Those who were sent away do not come back at once.
    details.set_retry_info(Some(jitter(RETRY_DELAY, 50)));
    let message = "the server is busy; nothing was done, call again after the delay";
    Status::with_error_details(Code::ResourceExhausted, message, details)
}

fn unavailable(domain: &str, dependency: &str, cause: &str) -> Status {
    tracing::warn!(dependency, cause, "a dependency cannot be asked");
    let metadata = [("dependency".to_owned(), dependency.to_owned())];
    let mut details = info(domain, "DEPENDENCY_UNAVAILABLE", metadata);
    details.set_retry_info(Some(RETRY_DELAY));
    let message = format!("{dependency} cannot be asked; call again with the same request id");
    Status::with_error_details(Code::Unavailable, message, details)
}

fn releasing(domain: &str, customer: String, partner: String, retry_after: Duration) -> Status {
    let message = format!(
        "a release of the relationship of {customer} with {partner} is in progress; nothing was \
         done, call again with the same request id after the delay"
    );
    let metadata = [("customer".to_owned(), customer), ("partner".to_owned(), partner)];
    let mut details = info(domain, "RELEASE_IN_PROGRESS", metadata);
    details.set_retry_info(Some(retry_after));
    Status::with_error_details(Code::Unavailable, message, details)
}

fn bug(domain: &str, cause: &str) -> Status {
    let incident = Uuid::new_v4().to_string();
    tracing::error!(incident, cause, "a defect");
    let message = format!("internal error, incident {incident}");
    let metadata = [("incidentId".to_owned(), incident)];
    Status::with_error_details(Code::Internal, message, info(domain, "INTERNAL", metadata))
}
