//! Failures as gRPC statuses and back. A [`Status`] is built here and nowhere else, and the status of
//! another service is read here: it is never forwarded.

mod access;
mod budget;
mod from_failure;
mod read;
mod refusal;
mod render;
mod request;
mod serve;

use errors::{Failure, FieldViolation};
pub use from_failure::from_failure;
use http::HeaderMap;
pub use read::{read, read_aborted, read_differing, read_refusal, reason, refusal, violation};
pub use request::Request;
use tonic::Status;

/// Type of our own detail of a status.
const REFUSAL: &str = "type.googleapis.com/csp.rules.v1.Refusal";
/// Reason of an etag that is not the current one.
const STALE_ETAG: &str = "STALE_ETAG";

/// The failure behind an answer whose request tonic could not decode: tonic answers INTERNAL without
/// details, as if the server were broken.
#[must_use]
pub fn undecodable(headers: &HeaderMap) -> Option<Failure> {
    if headers.get("grpc-status")? != "13" || headers.contains_key("grpc-status-details-bin") {
        return None;
    }
    let status = Status::from_header_map(headers)?;
    let description = format!("cannot be read: {}", status.message());
    Some(Failure::Invalid(vec![FieldViolation { field: "message".to_owned(), description }]))
}

#[cfg(test)]
mod tests;
