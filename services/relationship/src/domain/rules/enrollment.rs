//! ON-1 outside of sales: what a partner does for customers takes an enrollment too.

use types::Responsible;

use super::{list, steps::to_sell};
use crate::domain::{Fault, Finding, Reason, Role, RoleStanding, RoleState, Standing};

/// What a partner does for customers, short of a sale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::domain) enum Act {
    /// Create customers, and ask them for a relationship to sell.
    Win,
    /// Attest acceptances of the MCA, and ask for a relationship to manage.
    Serve,
    /// Manage what the customer has.
    Manage,
}

/// Whether a partner has an enrollment in one of these roles that lets it act so.
pub(in crate::domain) fn enrolled_to(act: Act, partner: &Standing, roles: &[Role]) -> Finding {
    let held: Vec<_> = partner.roles.iter().filter(|it| roles.contains(&it.role)).collect();
    let shown = list(held.iter().map(|it| format!("{} {}", it.role, it.state)));
    let finding = Finding::of(partner.partner, vec![("roles", shown.clone())]);
    finding.unless(held.iter().any(|it| suffices(it.state, act)), || {
        let restricted = held.iter().any(|it| it.state == RoleState::Restricted);
        Fault {
            reason: if restricted { Reason::SellerRestricted } else { Reason::PartnerNotEnrolled },
            explanation: format!(
                "{} may not {}: its enrollments as {} are {shown}",
                partner.partner,
                what(act),
                list(roles)
            ),
            responsible: Responsible::Partner,
            next_step: to_sell(partner, nearest(&held, roles)).into(),
            code: "403/800039",
        }
    })
}

/// The role of these in which a partner has least left to do.
fn nearest(held: &[&RoleStanding], roles: &[Role]) -> Role {
    let known = held.iter().filter(|it| !it.next_steps.is_empty());
    let nearest = known.min_by_key(|it| it.next_steps.len()).or(held.first()).map(|it| it.role);
    nearest
        .or(roles.first().copied().filter(|_| roles.len() == 1))
        .unwrap_or(Role::IndirectReseller)
}

/// The roles in which a partner may win customers.
pub(in crate::domain) fn winning_roles(partner: &Standing) -> Vec<Role> {
    let winning = partner.roles.iter().filter(|it| suffices(it.state, Act::Win));
    winning.map(|it| it.role).collect()
}

/// Whether an enrollment in a state lets its partner act so. One that is suspended, or vetted
/// anew, goes on with what exists.
const fn suffices(state: RoleState, act: Act) -> bool {
    match state {
        RoleState::Qualified | RoleState::Active => true,
        RoleState::Restricted => matches!(act, Act::Serve | Act::Manage),
        RoleState::Suspended | RoleState::Vetting | RoleState::Rejected => {
            matches!(act, Act::Manage)
        }
        RoleState::Draft | RoleState::Revoked | RoleState::Unknown => false,
    }
}

const fn what(act: Act) -> &'static str {
    match act {
        Act::Win => "create customers or ask for a relationship to sell",
        Act::Serve => "attest for customers or ask for a relationship to manage",
        Act::Manage => "manage what a customer has",
    }
}
