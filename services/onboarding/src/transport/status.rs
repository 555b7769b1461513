use failure::{Failure, Refusal};

use crate::domain::Denial;

pub(super) const ORGANIZATION: &str = "csp.onboarding.v1.Organization";
pub(super) const PARTNER: &str = "csp.onboarding.v1.Partner";
pub(super) const ENROLLMENT: &str = "csp.onboarding.v1.Enrollment";
pub(super) const AGREEMENT: &str = "csp.onboarding.v1.Agreement";

/// A denial of the domain as a failure. `kind` is the resource that the call is about.
pub(super) fn denied(kind: &'static str) -> impl Fn(Denial) -> Failure {
    move |denial| match denial {
        Denial::Missing(name) => Failure::missing(kind, name),
        Denial::Exists(name) => Failure::exists(kind, name),
        Denial::Refused(violations) => {
            Failure::Refused(Refusal { domain: "onboarding.csp", violations })
        }
    }
}
