//! Whether two partners may partner: checked at the invitation and again at its acceptance.

use types::{Responsible, Timestamp};

use super::{
    chain::same_region,
    or_none,
    seller::reauthorized,
    steps::{may_partner_as, to_sell},
};
use crate::domain::{
    Denial, Fault, Finding, Reason, Role, Standing,
    catalogue::{ON_1, ON_4, PT_1, REL_2},
    denial::refuse,
};

/// Refuses a partnership unless every rule on partnerships passes.
pub(in crate::domain) fn may_partner(
    provider: &Standing,
    reseller: &Standing,
    now: Timestamp,
) -> Result<(), Denial> {
    let (provider_role, reseller_role) = (Role::IndirectProvider, Role::IndirectReseller);
    refuse([
        (&PT_1, enrolled(provider, provider_role, Reason::ProviderNotEnrolled)),
        (&ON_1, enrolled(reseller, reseller_role, Reason::ResellerNotEnrolled)),
        (&ON_4, reauthorized(provider, provider_role, now)),
        (&ON_4, reauthorized(reseller, reseller_role, now)),
        (&REL_2, same_region(provider, reseller)),
    ])
}

/// Whether a partner's enrollment in a role permits partnerships.
fn enrolled(partner: &Standing, role: Role, reason: Reason) -> Finding {
    let state = partner.state(role);
    let inputs = vec![("neededRole", role.to_string()), ("roleState", or_none(state))];
    Finding::of(partner.partner, inputs).unless(may_partner_as(state), || Fault {
        reason,
        explanation: match state {
            None => format!("{} is not enrolled as {role}", partner.partner),
            Some(state) => format!("the enrollment of {} as {role} is {state}", partner.partner),
        },
        responsible: Responsible::Partner,
        next_step: to_sell(partner, role).into(),
        code: "",
    })
}
