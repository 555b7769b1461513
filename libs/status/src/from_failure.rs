use errors::Failure;
use tonic::{Code, Status};

use crate::{
    access,
    refusal::refused,
    render::{
        about, bug, info, invalid, overloaded, plain, releasing, reused, stale_etag, status,
        unavailable, unknown_method,
    },
};

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
        Failure::UnknownMethod { method, served } => unknown_method(domain, &method, served),
        Failure::Unauthenticated { cause, problem } => {
            access::unauthenticated(domain, cause, &problem)
        }
        Failure::Forbidden { method, forbidden } => access::forbidden(domain, &method, &forbidden),
        Failure::NotForCaller(refused) => access::not_for_caller(domain, &refused),
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
