//! The statuses of callers that may not call.

use authority::{Forbidden, NotForCaller, Role};
use tonic::{Code, Status};

use crate::{
    budget,
    render::{LONGEST_OF_RESOURCE, info, status},
};

pub(crate) fn unauthenticated(domain: &str, cause: &str, problem: &str) -> Status {
    let message = format!("the caller is not proven: {problem}");
    status(Code::Unauthenticated, &message, info(domain, "CALLER_NOT_PROVEN", [("cause", cause)]))
}

pub(crate) fn forbidden(domain: &str, method: &str, forbidden: &Forbidden) -> Status {
    let caller = budget::cut(&forbidden.caller, LONGEST_OF_RESOURCE);
    let [has, needs] = [&forbidden.has, &forbidden.needs].map(|roles| {
        let roles: Vec<_> = roles.iter().copied().map(Role::as_str).collect();
        roles.join(", ")
    });
    let holds = match (forbidden.bound, &*has) {
        (true, _) => {
            format!("its roles ({has}) are bound to tenants, and this method needs one that is not")
        }
        (false, "") => "it has no role".to_owned(),
        (false, has) => format!("it has {has}"),
    };
    let message = format!(
        "`{caller}` may not call {method}: that needs {}, and {holds}; ask an operator of this service to bind the caller",
        needs.replace(", ", " or ")
    );
    let metadata =
        [("caller", &*caller), ("method", method), ("roles", &has), ("requiredRoles", &needs)];
    status(Code::PermissionDenied, &message, info(domain, "ROLE_REQUIRED", metadata))
}

pub(crate) fn not_for_caller(domain: &str, refused: &NotForCaller) -> Status {
    let caller = budget::cut(&refused.caller, LONGEST_OF_RESOURCE);
    let partners: Vec<_> = refused.partners.iter().map(ToString::to_string).collect();
    let message = format!(
        "`{caller}` may not act for {}: its role is bound to other tenants",
        partners.join(" or ")
    );
    let metadata = [("caller", &*caller), ("partners", &*partners.join(","))];
    status(Code::PermissionDenied, &message, info(domain, "TENANT_REQUIRED", metadata))
}
