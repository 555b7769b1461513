use rules::{Purpose, Reason, Responsible, Role, Transaction};
use types::Timestamp;

use super::{
    acting_role::{other_order, renews},
    enrollment::{Activity, enrolled_for},
    or_none,
    seller::reauthorized,
    steps::{other_tenants, swapped, to_locate, to_partner, to_sell},
};
use crate::domain::{
    Facts, Fault, Finding, NextStep, Partnership, PartnershipState, RoleState, Standing, Step,
};

/// REL-1: the partnership of provider and reseller is active.
pub(in crate::domain) fn partnership_active(
    transaction: &Transaction,
    facts: &Facts,
) -> Option<Finding> {
    let (provider, reseller) = (&facts.seller, facts.reseller.as_ref()?);
    let finding = active_partnership(provider, reseller, facts.partnership.as_ref(), facts.time);
    let other = other_order(transaction, facts).map(|other| {
        // The other order still needs the enrollment of a revoked reseller that it keeps.
        let role = Role::IndirectReseller;
        let keeps = matches!(other, Step::NameSeller | Step::UseTenants { reseller: false, .. });
        let revoked = keeps && reseller.state(role) == Some(RoleState::Revoked);
        NextStep::from(other).after(revoked.then(|| to_sell(reseller, role)))
    });
    Some(finding.with_next_step(other))
}

/// Whether a provider and a reseller have an active partnership, accepted under their current
/// enrollments.
pub(in crate::domain) fn active_partnership(
    provider: &Standing,
    reseller: &Standing,
    partnership: Option<&Partnership>,
    at: Timestamp,
) -> Finding {
    let state = partnership.map(|partnership| partnership.state_at(at));
    let inputs = vec![
        ("partnership", or_none(partnership.map(|partnership| partnership.name))),
        ("partnershipState", or_none(state)),
    ];
    let finding = Finding::of(reseller.partner, inputs);
    let active = partnership.filter(|_| state == Some(PartnershipState::Active));
    if active.is_some_and(|it| !it.has_current_enrollments(provider, reseller)) {
        return finding.unless(false, || of_revoked_enrollment(provider, reseller, at));
    }
    finding.unless(active.is_some(), || {
        let invited = state == Some(PartnershipState::Invited);
        Fault {
            reason: Reason::PartnershipNotActive,
            explanation: format!(
                "the provider and the reseller have no active partnership (state: {})",
                or_none(state)
            ),
            responsible: if invited { Responsible::Reseller } else { Responsible::Seller },
            next_step: to_partner(provider, reseller, invited, at),
        }
    })
}

fn of_revoked_enrollment(provider: &Standing, reseller: &Standing, at: Timestamp) -> Fault {
    Fault {
        reason: Reason::PartnershipOfRevokedEnrollment,
        explanation: "an enrollment of the provider or the reseller under which the partnership \
                      was accepted was revoked"
            .to_owned(),
        responsible: Responsible::Seller,
        next_step: to_partner(provider, reseller, false, at),
    }
}

/// REL-2: provider and reseller are in one CSP region.
pub(in crate::domain) fn partners_in_one_region(_: &Transaction, facts: &Facts) -> Option<Finding> {
    let finding = same_region(&facts.seller, facts.reseller.as_ref()?);
    Some(finding.with_next_step(other_tenants(facts)))
}

/// Whether two partners are in one CSP region.
pub(in crate::domain) fn same_region(provider: &Standing, reseller: &Standing) -> Finding {
    let (here, there) = (provider.country.region(), reseller.country.region());
    let inputs = vec![
        ("providerCountry", provider.country.to_string()),
        ("providerRegion", here.to_string()),
        ("resellerCountry", reseller.country.to_string()),
        ("resellerRegion", there.to_string()),
    ];
    Finding::of(reseller.partner, inputs).unless(here == there, || Fault {
        reason: Reason::PartnersInDifferentRegions,
        explanation: format!(
            "the provider's CSP tenant is in {} (region {here}), the reseller's in {} (region \
             {there})",
            provider.country.name(),
            reseller.country.name()
        ),
        responsible: Responsible::Reseller,
        next_step: Step::UseTenants { region: here, seller: false, reseller: true }.into(),
    })
}

/// ON-1 for the reseller: its enrollment is active. Managing requires any enrollment that permits it;
/// automatic renewals continue until the reseller is revoked.
pub(in crate::domain) fn reseller_active(
    transaction: &Transaction,
    facts: &Facts,
) -> Option<Finding> {
    let reseller = facts.reseller.as_ref()?;
    if transaction.purpose == Purpose::Manage {
        let finding = enrolled_for(Activity::Manage, reseller, Role::ALL);
        let finding = finding.attributed_to(Responsible::Reseller);
        return Some(finding.because(Reason::ResellerNotEnrolled));
    }
    let state = reseller.state(Role::IndirectReseller);
    let finding = Finding::of(reseller.partner, vec![("resellerState", or_none(state))]);
    let renewal = transaction.purpose == Purpose::AutomaticRenewal;
    let enough = if renewal { renews(state) } else { state == Some(RoleState::Active) };
    let finding = finding.unless(enough, || Fault {
        reason: match state {
            None => Reason::ResellerNotEnrolled,
            Some(_) => Reason::ResellerNotActive,
        },
        explanation: format!(
            "the reseller's enrollment as indirect reseller is not active (state: {})",
            or_none(state)
        ),
        responsible: Responsible::Reseller,
        next_step: to_sell(reseller, Role::IndirectReseller).into(),
    });
    Some(finding.with_next_step(swapped(facts)))
}

/// ON-4 for the reseller: it passed its yearly re-authorization.
pub(in crate::domain) fn reseller_reauthorized(_: &Transaction, facts: &Facts) -> Option<Finding> {
    let reseller = facts.reseller.as_ref()?;
    let finding = reauthorized(reseller, Role::IndirectReseller, facts.time);
    Some(finding.attributed_to(Responsible::Reseller))
}

/// ON-3: the reseller has a location account in the country of its tenant.
pub(in crate::domain) fn reseller_located(_: &Transaction, facts: &Facts) -> Option<Finding> {
    let reseller = facts.reseller.as_ref()?;
    let location = reseller.location.as_ref();
    let inputs = vec![
        ("resellerCountry", reseller.country.to_string()),
        ("resellerLocation", or_none(location.map(|location| &location.account))),
        ("resellerLocationCountry", or_none(location.map(|location| location.country))),
    ];
    let same = location.is_some_and(|location| location.country == reseller.country);
    Some(Finding::of(reseller.partner, inputs).unless(same, || Fault {
        reason: match location {
            None => Reason::ResellerLocationNotAssociated,
            Some(_) => Reason::ResellerLocationCountryMismatch,
        },
        explanation: match location {
            None => "no location account is associated with the reseller's CSP tenant".to_owned(),
            Some(location) => format!(
                "the reseller's location account is in {}, its CSP tenant in {}",
                location.country.name(),
                reseller.country.name()
            ),
        },
        responsible: Responsible::Reseller,
        next_step: match location {
            None => to_locate(reseller, Role::IndirectReseller).into(),
            Some(_) => Step::UseLocatedTenant.into(),
        },
    }))
}
