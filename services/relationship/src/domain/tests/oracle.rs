//! The rules of the programme once more, as one plain question: may this happen? It shares
//! nothing with the rules under test, neither their order nor their parts.

use kernel::PartnerName;

use crate::domain::{
    AgreementKind, CustomerKind, Facts, Line, PartnershipState, ProductFamily, Purpose,
    RelationshipKind, RelationshipState, Role, RoleState, Standing, Transaction,
};

/// Whether the programme lets this transaction happen.
pub(super) fn allowed(facts: &Facts, asked: &Transaction) -> bool {
    let active = |partner: PartnerName, kind: RelationshipKind| {
        facts.relationships.iter().any(|it| {
            it.partner == partner && it.kind == kind && it.state == RelationshipState::Active
        })
    };
    if asked.purpose == Purpose::Manage {
        return [Some(asked.seller), asked.reseller].into_iter().flatten().all(|partner| {
            active(partner, RelationshipKind::Resale)
                || active(partner, RelationshipKind::Management)
        });
    }
    if matches!(asked.purpose, Purpose::Cancel | Purpose::AutomaticRenewal) {
        return active(asked.seller, RelationshipKind::Resale);
    }
    let chain: Vec<&Standing> = [&facts.seller].into_iter().chain(&facts.reseller).collect();
    let customer = &facts.customer;
    seller_may_buy(facts)
        && facts.reseller.as_ref().is_none_or(|reseller| may_partner(facts, reseller))
        && chain.iter().all(|partner| active(partner.partner, RelationshipKind::Resale))
        && chain.iter().all(|partner| partner.country.region() == customer.country.region())
        && customer.agreement.is_some()
        && !facts.buyer.csp_tenant
        && chain.iter().all(|partner| may_sell_to_company(partner, facts))
        && goes_into_the_right_tenant(facts, asked, &chain)
        && partner_ids_are_the_resellers(facts, asked)
        && (asked.lines.is_empty() || asked.attested)
}

/// In which active role the seller buys at Microsoft. One that is both acts as direct-bill
/// partner, unless it sells through a reseller.
fn buys_as(facts: &Facts) -> Option<Role> {
    let active = |role: &Role| facts.seller.roles.contains(&(*role, RoleState::Active));
    let through_reseller = facts.reseller.is_some();
    [Role::DirectBill, Role::IndirectProvider]
        .into_iter()
        .filter(|role| !(through_reseller && *role == Role::DirectBill))
        .find(active)
}

fn seller_may_buy(facts: &Facts) -> bool {
    let mpa = |kind| facts.seller.agreements.iter().any(|it| it.kind == kind);
    match buys_as(facts) {
        Some(Role::DirectBill) => mpa(AgreementKind::DirectBill),
        Some(Role::IndirectProvider) => mpa(AgreementKind::IndirectProvider),
        _ => false,
    }
}

/// Joined, enrolled, with the MPA accepted and a location at home; and partnered with the
/// seller inside one region.
fn may_partner(facts: &Facts, reseller: &Standing) -> bool {
    let mpa = [AgreementKind::IndirectReseller, AgreementKind::DirectBill];
    reseller.roles.contains(&(Role::IndirectReseller, RoleState::Active))
        && reseller.agreements.iter().any(|it| mpa.contains(&it.kind))
        && reseller.location.as_ref().is_some_and(|it| it.country == reseller.country)
        && facts.partnership.as_ref().is_some_and(|it| it.state == PartnershipState::Active)
        && reseller.country.region() == facts.seller.country.region()
}

/// Nobody sells to itself or to an affiliate, but into one's own shared services tenant.
fn may_sell_to_company(partner: &Standing, facts: &Facts) -> bool {
    if partner.organization == facts.customer.organization {
        facts.customer.kind == CustomerKind::SharedServices
    } else {
        partner.affiliation.is_empty()
    }
}

/// Azure shared services go into the shared services tenant of a partner of the sale, and
/// nothing else does. A partner's other tenant does not buy from a provider alone.
fn goes_into_the_right_tenant(facts: &Facts, asked: &Transaction, chain: &[&Standing]) -> bool {
    let shared = |it: &Line| it.family == ProductFamily::AzureSharedServices;
    match facts.customer.kind {
        CustomerKind::SharedServices => {
            asked.lines.iter().all(shared)
                && chain.iter().any(|it| it.organization == facts.customer.organization)
        }
        CustomerKind::Company => {
            let own_use = !facts.buyer.partners.is_empty();
            let provider_alone =
                facts.reseller.is_none() && buys_as(facts) == Some(Role::IndirectProvider);
            let sold_rightly = !(own_use && provider_alone);
            sold_rightly && !asked.lines.iter().any(shared)
        }
    }
}

fn partner_ids_are_the_resellers(facts: &Facts, asked: &Transaction) -> bool {
    asked.lines.iter().all(|line| match &facts.reseller {
        None => line.partner_id.is_none(),
        Some(reseller) => {
            let location = reseller.location.as_ref().map(|it| &it.account);
            line.partner_id.is_some() && line.partner_id.as_ref() == location
        }
    })
}
