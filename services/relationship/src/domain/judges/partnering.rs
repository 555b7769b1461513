//! Whether two partners may partner: checked at the invitation and again at its acceptance.

use rules::{Denial, Reason, Responsible, Role, refuse};
use types::Timestamp;

use super::{
    chain::same_region,
    or_none,
    seller::reauthorized,
    steps::{may_partner_as, to_sell},
};
use crate::domain::{Fault, Finding, Standing};

/// Refuses a partnership unless every rule on partnerships passes.
pub(in crate::domain) fn may_partner(
    provider: &Standing,
    reseller: &Standing,
    now: Timestamp,
) -> Result<(), Denial> {
    let (provider_role, reseller_role) = (Role::IndirectProvider, Role::IndirectReseller);
    refuse([
        enrolled(provider, provider_role, Reason::ProviderNotEnrolled),
        enrolled(reseller, reseller_role, Reason::ResellerNotEnrolled),
        reauthorized(provider, provider_role, now),
        reauthorized(reseller, reseller_role, now),
        same_region(provider, reseller),
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
    })
}
