use kernel::Responsible;

use super::{or_none, seller::next_step};
use crate::domain::{
    Facts, Fault, Finding, PartnershipState, Reason, Role, RoleState, Standing, Transaction,
};

const ACCEPT_MPA: &str = "a Global admin of the reseller accepts the MPA in Partner Center; \
                          record it with AcceptAgreement";

/// REL-1: the partnership of provider and reseller is active.
pub(in crate::domain) fn partnership_active(_: &Transaction, facts: &Facts) -> Option<Finding> {
    let reseller = facts.reseller.as_ref()?;
    let partnership = facts.partnership.as_ref();
    let state = partnership.map(|partnership| partnership.state);
    let inputs = vec![
        ("partnership", or_none(partnership.map(|partnership| partnership.name))),
        ("partnershipState", or_none(state)),
    ];
    let finding = Finding::of(reseller.partner, inputs);
    Some(finding.unless(state == Some(PartnershipState::Active), || {
        let invited = state == Some(PartnershipState::Invited);
        let (responsible, next_step) = if invited {
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
    }))
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

/// ON-1 for the reseller: all three steps are done and it is not suspended.
pub(in crate::domain) fn reseller_active(_: &Transaction, facts: &Facts) -> Option<Finding> {
    let reseller = facts.reseller.as_ref()?;
    let state = reseller.state(Role::IndirectReseller);
    let finding = Finding::of(reseller.partner, vec![("resellerState", or_none(state))]);
    Some(finding.unless(state == Some(RoleState::Active), || Fault {
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

/// MPA-1: no PartnerID on a line before the reseller's MPA.
pub(in crate::domain) fn mpa_before_partner_id(
    transaction: &Transaction,
    facts: &Facts,
) -> Option<Finding> {
    let reseller = facts.reseller.as_ref()?;
    let ids: Vec<_> =
        transaction.lines.iter().filter_map(|line| line.partner_id.as_ref()).collect();
    let on_lines = ids.first()?;
    let mut finding = mpa_of(reseller);
    finding.inputs.push(("partnerIdOnRecord", on_lines.to_string()));
    Some(finding.unless(reseller.agreement(Role::IndirectReseller).is_some(), || Fault {
        reason: Reason::PartnerIdBeforeMpa,
        explanation: format!(
            "PartnerID {on_lines} may not go onto an order before the reseller has accepted the \
             MPA"
        ),
        responsible: Responsible::Reseller,
        next_step: ACCEPT_MPA.to_owned(),
        code: "403/900123",
    }))
}

/// MPA-2: no new business before the reseller's MPA.
pub(in crate::domain) fn mpa_before_business(_: &Transaction, facts: &Facts) -> Option<Finding> {
    let reseller = facts.reseller.as_ref()?;
    let accepted = reseller.agreement(Role::IndirectReseller).is_some();
    Some(mpa_of(reseller).unless(accepted, || Fault {
        reason: Reason::ResellerMpaNotAccepted,
        explanation: "the reseller has not accepted the Microsoft Partner Agreement".to_owned(),
        responsible: Responsible::Reseller,
        next_step: ACCEPT_MPA.to_owned(),
        code: "403/900123",
    }))
}

fn mpa_of(reseller: &Standing) -> Finding {
    let agreement = reseller.agreement(Role::IndirectReseller);
    let inputs = vec![
        ("resellerMpa", or_none(agreement.map(|it| &it.name))),
        ("resellerMpaVersion", or_none(agreement.map(|it| &it.version))),
    ];
    Finding::of(reseller.partner, inputs)
}
