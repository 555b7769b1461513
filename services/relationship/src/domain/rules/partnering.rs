//! Who may partner: judged at the invitation and again when it is accepted.

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

/// Refuses a partnership of two that may not partner.
pub(in crate::domain) fn may_partner(
    provider: &Standing,
    reseller: &Standing,
    now: Timestamp,
) -> Result<(), Denial> {
    let (of_provider, of_reseller) = (Role::IndirectProvider, Role::IndirectReseller);
    refuse([
        (&PT_1, enrolled(provider, of_provider, Reason::ProviderNotEnrolled)),
        (&ON_1, enrolled(reseller, of_reseller, Reason::ResellerNotEnrolled)),
        (&ON_4, reauthorized(provider, of_provider, now)),
        (&ON_4, reauthorized(reseller, of_reseller, now)),
        (&REL_2, same_region(provider, reseller)),
    ])
}

/// Whether a partner stands in a role far enough to partner: being vetted at least, and neither
/// suspended nor out.
fn enrolled(partner: &Standing, role: Role, reason: Reason) -> Finding {
    let state = partner.state(role);
    let inputs = vec![("neededRole", role.to_string()), ("roleState", or_none(state))];
    Finding::of(partner.partner, inputs).unless(may_partner_as(state), || Fault {
        reason,
        explanation: match state {
            None => format!("{} is not enrolled as {role}", partner.partner),
            Some(state) => format!("{}'s enrollment as {role} is {state}", partner.partner),
        },
        responsible: Responsible::Partner,
        next_step: to_sell(partner, role).into(),
        code: "",
    })
}
