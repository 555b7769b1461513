use types::{Responsible, Timestamp};

use super::{
    enrollment::{Act, enrolled_to},
    or_none,
    seller::{reauthorized, renews},
    steps::{other_order, other_tenants, swapped, to_locate, to_partner, to_sell},
};
use crate::domain::{
    Facts, Fault, Finding, NextStep, Partnership, PartnershipState, Purpose, Reason, Role,
    RoleState, Standing, Step, Transaction,
};

/// REL-1: the partnership of provider and reseller is active.
pub(in crate::domain) fn partnership_active(
    transaction: &Transaction,
    facts: &Facts,
) -> Option<Finding> {
    let (provider, reseller) = (&facts.seller, facts.reseller.as_ref()?);
    let finding = active_partnership(provider, reseller, facts.partnership.as_ref(), facts.time);
    let other = other_order(transaction, facts).map(|other| {
        // An order that keeps a reseller which was revoked needs its enrollment all the same.
        let role = Role::IndirectReseller;
        let keeps = matches!(other, Step::NameBuyer | Step::UseTenants { reseller: false, .. });
        let revoked = keeps && reseller.state(role) == Some(RoleState::Revoked);
        NextStep::from(other).after(revoked.then(|| to_sell(reseller, role)))
    });
    Some(finding.advising(other))
}

/// Whether a provider and a reseller have an active partnership, accepted under the enrollments that
/// they have now.
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
    if active.is_some_and(|it| !it.outlasts(provider, reseller)) {
        return finding.unless(false, || of_revoked_enrollment(provider, reseller, at));
    }
    finding.unless(active.is_some(), || {
        let invited = state == Some(PartnershipState::Invited);
        Fault {
            reason: Reason::PartnershipNotActive,
            explanation: format!(
                "provider and reseller have no active partnership (state: {})",
                or_none(state)
            ),
            responsible: if invited { Responsible::Reseller } else { Responsible::Seller },
            next_step: to_partner(provider, reseller, invited, at),
            code: "400/900400",
        }
    })
}

fn of_revoked_enrollment(provider: &Standing, reseller: &Standing, at: Timestamp) -> Fault {
    Fault {
        reason: Reason::PartnershipOfRevokedEnrollment,
        explanation: "an enrollment of provider or reseller under which the partnership was \
                      accepted was revoked"
            .to_owned(),
        responsible: Responsible::Seller,
        next_step: to_partner(provider, reseller, false, at),
        code: "400/900400",
    }
}

/// REL-2: provider and reseller are in one CSP region.
pub(in crate::domain) fn one_region(_: &Transaction, facts: &Facts) -> Option<Finding> {
    let finding = same_region(&facts.seller, facts.reseller.as_ref()?);
    Some(finding.advising(other_tenants(facts)))
}

/// Whether two partners may partner.
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
            "the provider's tenant is in {} ({here}), the reseller's in {} ({there})",
            provider.country.name(),
            reseller.country.name()
        ),
        responsible: Responsible::Reseller,
        next_step: Step::UseTenants { region: here, seller: false, reseller: true }.into(),
        code: "400/2201",
    })
}

/// ON-1 for the reseller: all three steps are done and it is not suspended. To manage, it has any
/// enrollment that lets it; what was sold through it renews itself until it is revoked.
pub(in crate::domain) fn reseller_active(
    transaction: &Transaction,
    facts: &Facts,
) -> Option<Finding> {
    let reseller = facts.reseller.as_ref()?;
    if transaction.purpose == Purpose::Manage {
        let finding = enrolled_to(Act::Manage, reseller, Role::ALL);
        return Some(finding.mended_by(Responsible::Reseller, "403/900149"));
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
            "the reseller's enrollment as indirect reseller is {}; it transacts only when active",
            or_none(state)
        ),
        responsible: Responsible::Reseller,
        next_step: to_sell(reseller, Role::IndirectReseller).into(),
        code: "403/900149",
    });
    Some(finding.advising(swapped(facts)))
}

/// ON-4 for the reseller: it passed its yearly re-authorization.
pub(in crate::domain) fn reseller_reauthorized(_: &Transaction, facts: &Facts) -> Option<Finding> {
    let reseller = facts.reseller.as_ref()?;
    let finding = reauthorized(reseller, Role::IndirectReseller, facts.time);
    Some(finding.mended_by(Responsible::Reseller, "403/900149"))
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
            None => "the reseller's tenant has no associated location account".to_owned(),
            Some(location) => format!(
                "the reseller's location is in {}, its tenant in {}",
                location.country.name(),
                reseller.country.name()
            ),
        },
        responsible: Responsible::Reseller,
        next_step: match location {
            None => to_locate(reseller, Role::IndirectReseller).into(),
            Some(_) => Step::UseLocatedTenant.into(),
        },
        code: "400/900154",
    }))
}
