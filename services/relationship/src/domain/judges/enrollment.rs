//! ON-1 for activities other than sales.

use super::{list, steps::to_sell};
use crate::domain::{Fault, Finding, RoleStanding, RoleState, Standing};
use rules::{Reason, Responsible, Role};

/// Activities of a partner for customers, other than sales.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::domain) enum Activity {
    /// Create customers, and request resale relationships.
    Acquire,
    /// Attest acceptances of the MCA, and request management relationships.
    Serve,
    /// Manage the customer's subscriptions.
    Manage,
}

/// Whether a partner has an enrollment in one of these roles that permits the activity.
pub(in crate::domain) fn enrolled_for(
    activity: Activity,
    partner: &Standing,
    roles: &[Role],
) -> Finding {
    let enrollments: Vec<_> = partner.roles.iter().filter(|it| roles.contains(&it.role)).collect();
    let shown = list(enrollments.iter().map(|it| format!("{} {}", it.role, it.state)));
    let finding = Finding::of(partner.partner, vec![("roles", shown.clone())]);
    finding.unless(enrollments.iter().any(|it| permits(it.state, activity)), || {
        let restricted = enrollments.iter().any(|it| it.state == RoleState::Restricted);
        Fault {
            reason: if restricted { Reason::SellerRestricted } else { Reason::PartnerNotEnrolled },
            explanation: format!(
                "{} may not {}: it has no enrollment that permits this (roles: {}; enrollments: \
                 {shown})",
                partner.partner,
                description(activity),
                list(roles)
            ),
            responsible: Responsible::Partner,
            next_step: to_sell(partner, closest_role(&enrollments, roles)).into(),
        }
    })
}

/// The role with the fewest remaining steps.
fn closest_role(enrollments: &[&RoleStanding], roles: &[Role]) -> Role {
    let with_steps = enrollments.iter().filter(|it| !it.next_steps.is_empty());
    let closest = with_steps.min_by_key(|it| it.next_steps.len()).or(enrollments.first());
    closest
        .map(|it| it.role)
        .or(roles.first().copied().filter(|_| roles.len() == 1))
        .unwrap_or(Role::IndirectReseller)
}

/// Roles in which a partner may acquire customers.
pub(in crate::domain) fn acquiring_roles(partner: &Standing) -> Vec<Role> {
    let acquiring = partner.roles.iter().filter(|it| permits(it.state, Activity::Acquire));
    acquiring.map(|it| it.role).collect()
}

/// Whether an enrollment in a state permits an activity. A suspended partner, or one that is vetted
/// again, may still manage.
const fn permits(state: RoleState, activity: Activity) -> bool {
    match state {
        RoleState::Qualified | RoleState::Active => true,
        RoleState::Restricted => matches!(activity, Activity::Serve | Activity::Manage),
        RoleState::Suspended | RoleState::Vetting | RoleState::Rejected => {
            matches!(activity, Activity::Manage)
        }
        RoleState::Draft | RoleState::Revoked | RoleState::Unknown => false,
    }
}

const fn description(activity: Activity) -> &'static str {
    match activity {
        Activity::Acquire => "create customers or request a resale relationship",
        Activity::Serve => "attest acceptances of the MCA or request a management relationship",
        Activity::Manage => "manage a customer's subscriptions",
    }
}
