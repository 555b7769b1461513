use tonic::{Code, Status};
use tonic_types::StatusExt;

use crate::{Failure, Resource};

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
