use std::time::Duration;

use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, PreconditionViolation, StatusExt};
use types::{Violation, jitter};
use uuid::Uuid;

use crate::{Failure, Refusal, Resource, StaleEtag, budget};

/// Most bytes of each text about a resource, and of a reason.
const LONGEST_OF_RESOURCE: usize = 256;

/// Reason of an etag that is no longer that of its resource.
pub(crate) const STALE_ETAG: &str = "STALE_ETAG";

/// How long a caller should wait before it calls again.
const RETRY_DELAY: Duration = Duration::from_secs(1);

impl Failure {
    /// The failure on the wire: a code, a message for people, and details for programs, of
    /// which `ErrorInfo` is always one. `domain` names the service, as in `ordering.csp`.
    #[must_use]
    pub fn into_status(self, domain: &str) -> Status {
        match self {
            Self::Invalid(violations) => invalid(domain, &violations),
            Self::Missing(resource) => {
                let message = match &resource.none {
                    Some(none) => none.clone(),
                    None => format!("{} does not exist", resource.name),
                };
                about(Code::NotFound, domain, "RESOURCE_NOT_FOUND", &resource, &message)
            }
            Self::Exists(resource) => {
                let message = format!("{} exists already", resource.name);
                about(Code::AlreadyExists, domain, "RESOURCE_EXISTS", &resource, &message)
            }
            Self::RequestIdReused { changed, differing } => reused(domain, &changed, &differing),
            Self::Refused(refusal) => refused(&refusal),
            Self::StaleEtag(stale) => stale_etag(domain, &stale),
            Self::LostRace => plain(
                Code::Aborted,
                domain,
                "LOST_RACE",
                "another call changed the resource first; read it, decide and write again",
            ),
            Self::FactsChanged { attempts } => {
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
                releasing(domain, &customer, &partner, retry_after)
            }
            Self::Bug(cause) => bug(domain, &cause),
        }
    }
}

/// A status within its budget.
fn status(code: Code, message: &str, details: ErrorDetails) -> Status {
    Status::with_error_details(code, budget::message(message), details)
}

fn info<const N: usize>(domain: &str, reason: &str, metadata: [(&str, &str); N]) -> ErrorDetails {
    let metadata = metadata.map(|(key, value)| (key.to_owned(), value.to_owned()));
    ErrorDetails::with_error_info(reason, domain, budget::metadata(&metadata))
}

fn plain(code: Code, domain: &str, reason: &str, message: &str) -> Status {
    status(code, message, info(domain, reason, []))
}

fn invalid(domain: &str, violations: &[crate::FieldViolation]) -> Status {
    let parts = violations.iter().map(|it| format!("{} {}", it.field, it.description));
    let message = budget::message_of_parts("the request cannot be used: ", parts);
    let count = violations.len().to_string();
    let mut details = info(domain, "INVALID_FIELDS", [("violationCount", &count)]);
    let rest = status(Code::InvalidArgument, &message, details.clone());
    let render = |it: &crate::FieldViolation, longest| {
        let (field, description) =
            (budget::cut(&it.field, longest), budget::cut(&it.description, longest));
        let size = field.len() + description.len();
        (FieldViolation::new(field, description), size)
    };
    let listed = budget::list(&rest, violations, render, |more| FieldViolation::new("", more));
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
        "the request id was used for another request{fields}, which changed {}; read that first, \
         and use a new id for another request",
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

fn refused(refusal: &Refusal) -> Status {
    let Refusal { domain, violations } = refusal;
    let rules: Vec<_> = violations.iter().map(|each| each.rule.as_str()).collect();
    let rules = rules.join(",");
    let Some(first) = violations.first() else {
        return bug(domain, "a refusal without a violation");
    };
    let message = match violations.len() {
        // A state is no rule of the programme.
        1 if first.is_of_state() => format!("{}; {}", first.explanation, first.next_step),
        _ => format!("refused by {}: {}", refused_by(first, violations), first.explanation),
    };
    let metadata = metadata(first, rules, violations.len());
    let reason = budget::cut(&first.reason, LONGEST_OF_RESOURCE);
    let mut details = ErrorDetails::with_error_info(reason, *domain, budget::metadata(&metadata));
    let rest = status(Code::FailedPrecondition, &message, details.clone());
    let more = |more| PreconditionViolation::new("", "", more);
    details.set_precondition_failure(budget::list(&rest, violations, precondition, more));
    status(Code::FailedPrecondition, &message, details)
}

/// The violated rules, each once with the number of its reasons, and which is explained first.
fn refused_by(first: &Violation, violations: &[Violation]) -> String {
    let mut rules: Vec<&str> = Vec::new();
    for Violation { rule, .. } in violations {
        if !rules.contains(&rule.as_str()) {
            rules.push(rule);
        }
    }
    let named =
        rules.iter().map(|rule| match violations.iter().filter(|it| it.rule == *rule).count() {
            1 => (*rule).to_owned(),
            2 => format!("{rule} for two reasons"),
            more => format!("{rule} for {more} reasons"),
        });
    let named = named.collect::<Vec<_>>().join(",");
    match (rules.len(), violations.len()) {
        (1, 1) => named,
        (1, _) => format!("{named}, first"),
        (more, _) => format!("{more} rules ({named}), first {}", first.rule),
    }
}

fn metadata(first: &Violation, rules: String, count: usize) -> Vec<(String, String)> {
    let fixed = [
        ("ruleId", first.rule.clone()),
        ("subject", first.subject.clone()),
        ("responsible", first.responsible.to_string()),
        ("nextStep", first.next_step.clone()),
        ("source", first.source.clone()),
        ("partnerCenterCode", first.partner_center_code.clone()),
        ("failedRules", rules),
        ("violationCount", count.to_string()),
    ];
    let fixed = fixed.into_iter().map(|(key, value)| (key.to_owned(), value));
    fixed.chain(first.inputs.iter().cloned()).collect()
}

fn precondition(violation: &Violation, longest: usize) -> (PreconditionViolation, usize) {
    let [rule, subject, reason, explanation, next_step] = [
        &violation.rule,
        &violation.subject,
        &violation.reason,
        &violation.explanation,
        &violation.next_step,
    ]
    .map(|it| budget::cut(it, longest));
    let responsible = violation.responsible;
    let description =
        format!("{reason}: {explanation}. Who must act: {responsible}. Next: {next_step}.");
    let size = rule.len() + subject.len() + description.len();
    (PreconditionViolation::new(rule, subject, description), size)
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
    let description = format!("{limit} calls are in work, as many as one {of} may have");
    details.add_quota_failure_violation(of, description);
    // Those who were sent away do not come back at once.
    details.set_retry_info(Some(jitter(RETRY_DELAY, 50)));
    let message = "the server is busy; nothing was done, call again after the delay";
    status(Code::ResourceExhausted, message, details)
}

fn unavailable(domain: &str, dependency: &str, cause: &str) -> Status {
    tracing::warn!(dependency, cause, "a dependency cannot be asked");
    let mut details = info(domain, "DEPENDENCY_UNAVAILABLE", [("dependency", dependency)]);
    details.set_retry_info(Some(RETRY_DELAY));
    let message = format!("{dependency} cannot be asked; call again with the same request id");
    status(Code::Unavailable, &message, details)
}

fn releasing(domain: &str, customer: &str, partner: &str, retry_after: Duration) -> Status {
    let message = format!(
        "a release of the relationship of {customer} with {partner} is in progress; nothing was \
         done, call again with the same request id after the delay"
    );
    let metadata = [("customer", customer), ("partner", partner)];
    let mut details = info(domain, "RELEASE_IN_PROGRESS", metadata);
    details.set_retry_info(Some(retry_after));
    status(Code::Unavailable, &message, details)
}

fn bug(domain: &str, cause: &str) -> Status {
    let incident = Uuid::new_v4().to_string();
    tracing::error!(incident, cause, "a defect");
    let message = format!("internal error, incident {incident}");
    status(Code::Internal, &message, info(domain, "INTERNAL", [("incidentId", &incident)]))
}
