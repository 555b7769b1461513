//! An independent implementation of the rules: whether a transaction is allowed. Shares no code with the
//! rules under test.

use rules::{Line, ProductFamily, Purpose, Role, Transaction};
use types::{LocationAccountId, PartnerName, Timestamp};

use super::world::at;
use crate::domain::{
    AccountState, AdditionalPartner, Customer, CustomerKind, Facts, PartnershipState,
    RelationshipKind, RelationshipState, RoleStanding, RoleState, Standing,
};

/// Whether the programme allows this transaction.
pub(super) fn allowed(facts: &Facts, transaction: &Transaction) -> bool {
    let active = |partner: PartnerName, kind: RelationshipKind| {
        facts.relationships.iter().any(|it| {
            it.partner == partner && it.kind == kind && it.state == RelationshipState::Active
        })
    };
    if transaction.purpose == Purpose::Manage {
        return [Some(&facts.seller), facts.reseller.as_ref()].into_iter().flatten().all(|it| {
            it.roles.iter().any(in_programme)
                && (active(it.partner, RelationshipKind::Resale)
                    || active(it.partner, RelationshipKind::Management))
        });
    }
    if transaction.purpose == Purpose::Cancel {
        return buying_roles(facts).into_iter().flatten().any(|it| {
            acquired(facts, transaction.chain.seller, it.role) && mpa(facts, &facts.seller, it.role)
        });
    }
    let chain: Vec<&Standing> = [&facts.seller].into_iter().chain(&facts.reseller).collect();
    let customer = &facts.customer;
    if transaction.purpose == Purpose::AutomaticRenewal {
        let resells = |it: &&RoleStanding| it.role == Role::IndirectReseller;
        return seller_may_buy(facts, transaction)
            && facts.reseller.as_ref().is_none_or(|reseller| {
                reseller.roles.iter().find(resells).is_some_and(in_programme)
            })
            && !transaction.lines.is_empty()
            && use_permitted(facts, transaction, &chain);
    }
    seller_may_buy(facts, transaction)
        && facts.reseller.as_ref().is_none_or(|reseller| may_partner(facts, reseller))
        && transaction.chain.reseller.is_none_or(|it| acquired(facts, it, Role::IndirectReseller))
        && chain.iter().all(|partner| partner.country.region() == customer.country.region())
        && (customer.country.code() == "CN" || accepted_for_seller(facts))
        && account_permits(customer, transaction.purpose)
        && use_permitted(facts, transaction, &chain)
        && partner_ids_are_the_resellers(facts, transaction)
        && !transaction.lines.is_empty()
        && transaction.attested
        && additional_ids_allowed(facts, transaction)
}

/// The customer accepted the MCA after March 2023, at Microsoft or attested by the seller.
fn accepted_for_seller(facts: &Facts) -> bool {
    use RelationshipState::{Active, Requested};
    let of_seller = facts.relationships.iter().filter(|it| it.partner == facts.seller.partner);
    let open = of_seller.filter(|it| it.state == Active || it.state == Requested);
    let mut all = open.map(|it| &it.agreement).chain([&facts.customer.agreement]).flatten();
    all.any(|it| it.accept_time >= at(1_680_307_200))
}

/// Whether the customer accepted a resale relationship with a partner in a role.
fn acquired(facts: &Facts, partner: PartnerName, role: Role) -> bool {
    facts.relationships.iter().any(|it| {
        (it.partner, it.kind, it.role) == (partner, RelationshipKind::Resale, Some(role))
            && it.state == RelationshipState::Active
    })
}

/// Sales are not stopped in the country, and the buyer is neither a partner of the sale nor an affiliate,
/// except for its own use.
fn use_permitted(facts: &Facts, transaction: &Transaction, chain: &[&Standing]) -> bool {
    let customer = &facts.customer;
    (transaction.purpose == Purpose::Change || customer.country.code() != "RU")
        && !facts.buyer.csp_tenant
        && chain.iter().all(|partner| may_sell_to_company(partner, facts))
        && fits_the_tenant(facts, transaction, chain)
}

fn adds(purpose: Purpose) -> bool {
    [Purpose::NewSubscription, Purpose::AddQuantity, Purpose::TransferIn].contains(&purpose)
}

fn account_permits(customer: &Customer, purpose: Purpose) -> bool {
    match customer.account.as_ref().map(|review| review.state) {
        Some(AccountState::Rejected | AccountState::Locked) => false,
        Some(AccountState::UnderReview) => !adds(purpose),
        Some(AccountState::Verified) | None => true,
    }
}

/// Roles in which the seller could buy from Microsoft: direct bill before provider, and only provider
/// with a reseller.
fn buying_roles(facts: &Facts) -> Vec<Option<&RoleStanding>> {
    let enrollment = |role| facts.seller.roles.iter().find(|it| it.role == role);
    let (provider, direct) = (enrollment(Role::IndirectProvider), enrollment(Role::DirectBill));
    if facts.reseller.is_some() { vec![provider] } else { vec![direct, provider] }
}

fn in_programme(it: &RoleStanding) -> bool {
    ![RoleState::Draft, RoleState::Revoked, RoleState::Unknown].contains(&it.state)
}

/// Role in which the seller may buy from Microsoft, if any.
fn buys_as(facts: &Facts, transaction: &Transaction) -> Option<Role> {
    let may = |it: &RoleStanding| {
        let continues = match transaction.purpose {
            Purpose::Change => true,
            Purpose::AddQuantity => transaction
                .lines
                .iter()
                .all(|line| line.family != ProductFamily::AzureSharedServices),
            _ => false,
        };
        let state = match (it.role, it.state) {
            (_, RoleState::Active) => true,
            (Role::DirectBill, RoleState::Restricted) => continues,
            _ => false,
        };
        state && it.block_time.is_none_or(|block| facts.time < block)
    };
    let renews = transaction.purpose == Purpose::AutomaticRenewal;
    let sells = |it: &&RoleStanding| {
        let permitted =
            if renews { in_programme(it) } else { may(it) && mpa(facts, &facts.seller, it.role) };
        permitted && acquired(facts, transaction.chain.seller, it.role)
    };
    buying_roles(facts).into_iter().flatten().find(sells).map(|it| it.role)
}

fn seller_may_buy(facts: &Facts, transaction: &Transaction) -> bool {
    buys_as(facts, transaction).is_some()
}

/// Whether a valid acceptance of the MPA covers the role.
fn mpa(facts: &Facts, partner: &Standing, role: Role) -> bool {
    let is_valid = |lapse: Option<Timestamp>| lapse.is_none() || lapse > Some(facts.time);
    partner.agreements.iter().any(|it| it.covers.contains(&role) && is_valid(it.lapse_time))
}

/// Active, with the MPA accepted, a location in the tenant's country, and an active partnership with the
/// seller in one region.
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
            // Both revoked enrollments and later applications fail.
            it.state == PartnershipState::Active
                && it.applications.is_some_and(|it| (it.provider, it.reseller) == (1, 1))
        })
        && reseller.country.region() == facts.seller.country.region()
}

/// Additional PartnerIDs: only with a reseller, in the EU or EFTA, and each of a reseller that could make
/// the sale itself.
fn additional_ids_allowed(facts: &Facts, transaction: &Transaction) -> bool {
    let of_seller = |id: &LocationAccountId| {
        let owns = |it: &&AdditionalPartner| {
            it.standing.location.as_ref().is_some_and(|location| location.account == *id)
        };
        facts.additional.iter().find(owns).is_some_and(|it| {
            let partnership = it.partnership.clone();
            may_partner(&Facts { partnership, ..facts.clone() }, &it.standing)
                && may_sell_to_company(&it.standing, facts)
        })
    };
    let mut ids =
        transaction.lines.iter().flat_map(|line| &line.on_record.additional_ids).peekable();
    let europe = ["FR", "DE", "CH", "NO"].contains(&facts.customer.country.code());
    ids.peek().is_none() || (facts.reseller.is_some() && europe && ids.all(of_seller))
}

/// A partner does not sell to itself or to an affiliate, except into its own shared services tenant or
/// that of its reseller.
fn may_sell_to_company(partner: &Standing, facts: &Facts) -> bool {
    let buyer = facts.customer.organization;
    let of_reseller = facts.reseller.as_ref().is_some_and(|it| it.organization == buyer);
    let own_use = facts.customer.kind == CustomerKind::SharedServices
        && (partner.organization == buyer || of_reseller);
    own_use || (partner.organization != buyer && partner.affiliation.is_empty())
}

/// Only Azure shared services are sold into a shared services tenant of a partner of the sale. Another
/// tenant of a partner does not buy from a provider without a reseller.
fn fits_the_tenant(facts: &Facts, transaction: &Transaction, chain: &[&Standing]) -> bool {
    let shared = |it: &Line| it.family == ProductFamily::AzureSharedServices;
    match facts.customer.kind {
        CustomerKind::SharedServices => {
            transaction.lines.iter().all(shared)
                && chain.iter().any(|it| it.organization == facts.customer.organization)
        }
        CustomerKind::Company => {
            let own_use = !facts.buyer.partners.is_empty();
            let provider_alone = facts.reseller.is_none()
                && buys_as(facts, transaction) == Some(Role::IndirectProvider);
            let seller_fits = !(own_use && provider_alone);
            seller_fits && !transaction.lines.iter().any(shared)
        }
    }
}

fn partner_ids_are_the_resellers(facts: &Facts, transaction: &Transaction) -> bool {
    transaction.lines.iter().all(|line| match &facts.reseller {
        None => line.on_record.partner_id.is_none(),
        Some(reseller) => {
            let location = reseller.location.as_ref().map(|it| &it.account);
            line.on_record.partner_id.is_some() && line.on_record.partner_id.as_ref() == location
        }
    })
}
