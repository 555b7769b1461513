use failure::{Failure, Refusal};

use crate::domain::Denial;

pub(super) const PARTNERSHIP: &str = "csp.relationship.v1.Partnership";
pub(super) const CUSTOMER: &str = "csp.relationship.v1.Customer";
pub(super) const CUSTOMER_RELATIONSHIP: &str = "csp.relationship.v1.CustomerRelationship";

/// A denial of the domain as a failure. `kind` is the resource that the call is about.
pub(super) fn denied(kind: &'static str) -> impl Fn(Denial) -> Failure {
    move |denial| match denial {
        Denial::Exists(name) => Failure::exists(kind, name),
        Denial::Refused(violations) => {
            Failure::Refused(Refusal { domain: "relationship.csp", violations })
        }
    }
}
