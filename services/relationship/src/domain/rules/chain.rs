use kernel::{Responsible, Timestamp};

use super::{
    enrollment::{Act, enrolled_to},
    or_none,
    seller::{next_step, reauthorized, renews},
};
use crate::domain::{
    Facts, Fault, Finding, Partnership, PartnershipState, Purpose, Reason, Role, RoleState,
    Standing, Transaction,
};

/// REL-1: the partnership of provider and reseller is active.
pub(in crate::domain) fn partnership_active(_: &Transaction, facts: &Facts) -> Option<Finding> {
    let reseller = facts.reseller.as_ref()?;
    let partnership = facts.partnership.as_ref();
    Some(active_partnership(&facts.seller, reseller, partnership, facts.time))
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
        return finding.unless(false, of_revoked_enrollment);
    }
    finding.unless(active.is_some(), || {
        let (responsible, next_step) = if state == Some(PartnershipState::Invited) {
            (Responsible::Reseller, "the reseller accepts the invitation with AcceptPartnership")
        } else {
            (Responsible::Seller, "the provider invites the reseller with InvitePartnership")
        };
        Fault {
            reason: Reason::PartnershipNotActive,
            explanation: format!(
                "provider and reseller have no active partnership (state: {})",
                or_none(state)
            ),
            responsible,
            next_step: next_step.to_owned(),
            code: "400/900400",
        }
    })
}

fn of_revoked_enrollment() -> Fault {
    Fault {
        reason: Reason::PartnershipOfRevokedEnrollment,
        explanation: "an enrollment of provider or reseller under which the partnership was \
                      accepted was revoked"
            .to_owned(),
        responsible: Responsible::Seller,
        next_step: "once both are enrolled again, the provider invites the reseller anew with \
                    InvitePartnership"
            .to_owned(),
        code: "400/900400",
    }
}

/// REL-2: provider and reseller are in one CSP region.
pub(in crate::domain) fn one_region(_: &Transaction, facts: &Facts) -> Option<Finding> {
    Some(same_region(&facts.seller, facts.reseller.as_ref()?))
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
        next_step: format!("use a CSP tenant of the reseller in region {here}"),
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
    Some(finding.unless(enough, || Fault {
        reason: match state {
            None => Reason::ResellerNotEnrolled,
            Some(_) => Reason::ResellerNotActive,
        },
        explanation: format!(
            "the reseller's enrollment as indirect reseller is {}; it transacts only when active",
            or_none(state)
        ),
        responsible: Responsible::Reseller,
        next_step: next_step(state).to_owned(),
        code: "403/900149",
    }))
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
            None => "no location account is tied to the reseller's tenant".to_owned(),
            Some(location) => format!(
                "the reseller's location is in {}, its tenant in {}",
                location.country.name(),
                reseller.country.name()
            ),
        },
        responsible: Responsible::Reseller,
        next_step: format!(
            "tie a location account in {} to the tenant with AssociateLocation",
            reseller.country.name()
        ),
        code: "400/900154",
    }))
}
