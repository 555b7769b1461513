//! The rules of the programme once more, as one plain question: may this happen? It shares
//! nothing with the rules under test, neither their order nor their parts.

use types::{LocationAccountId, PartnerName, Timestamp};

use super::world::at;
use crate::domain::{
    AccountState, AdditionalPartner, Customer, CustomerKind, Facts, Line, PartnershipState,
    ProductFamily, Purpose, RelationshipKind, RelationshipState, Role, RoleStanding, RoleState,
    Standing, Transaction,
};

/// Whether the programme lets this transaction happen.
pub(super) fn allowed(facts: &Facts, asked: &Transaction) -> bool {
    let active = |partner: PartnerName, kind: RelationshipKind| {
        facts.relationships.iter().any(|it| {
            it.partner == partner && it.kind == kind && it.state == RelationshipState::Active
        })
    };
    if asked.purpose == Purpose::Manage {
        return [Some(&facts.seller), facts.reseller.as_ref()].into_iter().flatten().all(|it| {
            it.roles.iter().any(in_programme)
                && (active(it.partner, RelationshipKind::Resale)
                    || active(it.partner, RelationshipKind::Management))
        });
    }
    if asked.purpose == Purpose::Cancel {
        return ways_to_buy(facts).into_iter().flatten().any(|held| {
            acquired(facts, asked.seller, held.role) && mpa(facts, &facts.seller, held.role)
        });
    }
    let chain: Vec<&Standing> = [&facts.seller].into_iter().chain(&facts.reseller).collect();
    let customer = &facts.customer;
    if asked.purpose == Purpose::AutomaticRenewal {
        let resells = |it: &&RoleStanding| it.role == Role::IndirectReseller;
        return seller_may_buy(facts, asked)
            && facts.reseller.as_ref().is_none_or(|reseller| {
                reseller.roles.iter().find(resells).is_some_and(in_programme)
            })
            && !asked.lines.is_empty()
            && may_be_sold_for_this_use(facts, asked, &chain);
    }
    seller_may_buy(facts, asked)
        && facts.reseller.as_ref().is_none_or(|reseller| may_partner(facts, reseller))
        && asked.reseller.is_none_or(|it| acquired(facts, it, Role::IndirectReseller))
        && chain.iter().all(|partner| partner.country.region() == customer.country.region())
        && (customer.country.code() == "CN" || accepted_for_seller(facts))
        && account_lets_it_happen(customer, asked.purpose)
        && may_be_sold_for_this_use(facts, asked, &chain)
        && partner_ids_are_the_resellers(facts, asked)
        && !asked.lines.is_empty()
        && asked.attested
        && others_may_stand_on_record(facts, asked)
}

/// The customer accepted the MCA after March 2023: at Microsoft, or as the seller attests.
fn accepted_for_seller(facts: &Facts) -> bool {
    use RelationshipState::{Active, Requested};
    let ties = facts.relationships.iter().filter(|it| it.partner == facts.seller.partner);
    let open = ties.filter(|it| it.state == Active || it.state == Requested);
    let mut all = open.map(|it| &it.agreement).chain([&facts.customer.agreement]).flatten();
    all.any(|it| it.accept_time >= at(1_680_307_200))
}

/// Whether the customer agreed that a partner sells to it in a role.
fn acquired(facts: &Facts, partner: PartnerName, role: Role) -> bool {
    facts.relationships.iter().any(|it| {
        (it.partner, it.kind, it.role) == (partner, RelationshipKind::Resale, Some(role))
            && it.state == RelationshipState::Active
    })
}

/// Sales go on in the country, and the buyer is neither a partner of the sale nor one of its
/// affiliates, but for its own use as the programme allows that.
fn may_be_sold_for_this_use(facts: &Facts, asked: &Transaction, chain: &[&Standing]) -> bool {
    let customer = &facts.customer;
    (asked.purpose == Purpose::Change || customer.country.code() != "RU")
        && !facts.buyer.csp_tenant
        && chain.iter().all(|partner| may_sell_to_company(partner, facts))
        && goes_into_the_right_tenant(facts, asked, chain)
}

fn adds(purpose: Purpose) -> bool {
    [Purpose::NewSubscription, Purpose::AddQuantity, Purpose::TransferIn].contains(&purpose)
}

fn account_lets_it_happen(customer: &Customer, purpose: Purpose) -> bool {
    match customer.account.as_ref().map(|review| review.state) {
        Some(AccountState::Rejected | AccountState::Locked) => false,
        Some(AccountState::UnderReview) => !adds(purpose),
        Some(AccountState::Verified) | None => true,
    }
}

/// The roles in which the seller could buy at Microsoft: as direct-bill partner rather than as
/// provider, but not through a reseller.
fn ways_to_buy(facts: &Facts) -> Vec<Option<&RoleStanding>> {
    let held = |role| facts.seller.roles.iter().find(|it| it.role == role);
    let (provider, direct) = (enrollment(Role::IndirectProvider), enrollment(Role::DirectBill));
    if facts.reseller.is_some() { vec![provider] } else { vec![direct, provider] }
}

fn in_programme(held: &RoleStanding) -> bool {
    ![RoleState::Draft, RoleState::Revoked, RoleState::Unknown].contains(&held.state)
}

/// In which role the seller makes a deal at Microsoft, if it may in any.
fn buys_as(facts: &Facts, asked: &Transaction) -> Option<Role> {
    let may = |held: &RoleStanding| {
        let goes_on = match asked.purpose {
            Purpose::Change => true,
            Purpose::AddQuantity => {
                asked.lines.iter().all(|it| it.family != ProductFamily::AzureSharedServices)
            }
            _ => false,
        };
        let state = match (held.role, held.state) {
            (_, RoleState::Active) => true,
            (Role::DirectBill, RoleState::Restricted) => goes_on,
            _ => false,
        };
        state && held.block_time.is_none_or(|block| facts.time < block)
    };
    let renews = asked.purpose == Purpose::AutomaticRenewal;
    let sells = |it: &&RoleStanding| {
        let holds =
            if renews { in_programme(it) } else { may(it) && mpa(facts, &facts.seller, it.role) };
        holds && acquired(facts, asked.seller, it.role)
    };
    ways_to_buy(facts).into_iter().flatten().find(sells).map(|it| it.role)
}

fn seller_may_buy(facts: &Facts, asked: &Transaction) -> bool {
    buys_as(facts, asked).is_some()
}

/// Whether an acceptance covers the role and counts.
fn mpa(facts: &Facts, partner: &Standing, role: Role) -> bool {
    let counts = |lapse: Option<Timestamp>| lapse.is_none() || lapse > Some(facts.time);
    partner.agreements.iter().any(|it| it.covers.contains(&role) && counts(it.lapse_time))
}

/// Joined, enrolled, with the MPA accepted and a location at home; and partnered with the
/// seller inside one region.
fn may_partner(facts: &Facts, reseller: &Standing) -> bool {
    let enrolled = |it: &&RoleStanding| it.role == Role::IndirectReseller;
    let sells = |it: &RoleStanding| {
        it.state == RoleState::Active
            && (it.block_time.is_none() || it.block_time > Some(facts.time))
    };
    reseller.roles.iter().find(enrolled).is_some_and(sells)
        && mpa(facts, reseller, Role::IndirectReseller)
        && reseller.location.as_ref().is_some_and(|it| it.country == reseller.country)
        && facts.partnership.as_ref().is_some_and(|it| {
            // What is revoked and what was enrolled again since are refused alike.
            it.state == PartnershipState::Active
                && it.applications.is_some_and(|it| (it.provider, it.reseller) == (1, 1))
        })
        && reseller.country.region() == facts.seller.country.region()
}

/// Further PartnerIDs: beside a reseller, inside the EU and EFTA, and each of a reseller that
/// could stand in between itself and sell to the customer's company.
fn others_may_stand_on_record(facts: &Facts, asked: &Transaction) -> bool {
    let of_seller = |id: &LocationAccountId| {
        let holds = |it: &&AdditionalPartner| {
            it.standing.location.as_ref().is_some_and(|location| location.account == *id)
        };
        facts.additional.iter().find(holds).is_some_and(|it| {
            let partnership = it.partnership.clone();
            may_partner(&Facts { partnership, ..facts.clone() }, &it.standing)
                && may_sell_to_company(&it.standing, facts)
        })
    };
    let mut ids = asked.lines.iter().flat_map(|line| &line.additional_ids).peekable();
    let europe = ["FR", "DE", "CH", "NO"].contains(&facts.customer.country.code());
    ids.peek().is_none() || (facts.reseller.is_some() && europe && ids.all(of_seller))
}

/// Nobody sells to itself or to an affiliate, but for a partner's own shared services: into its
/// own tenant, and a provider into that of the reseller that it sells through.
fn may_sell_to_company(partner: &Standing, facts: &Facts) -> bool {
    let buyer = facts.customer.organization;
    let of_reseller = facts.reseller.as_ref().is_some_and(|it| it.organization == buyer);
    let own_use = facts.customer.kind == CustomerKind::SharedServices
        && (partner.organization == buyer || of_reseller);
    own_use || (partner.organization != buyer && partner.affiliation.is_empty())
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
                facts.reseller.is_none() && buys_as(facts, asked) == Some(Role::IndirectProvider);
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
