use std::slice;

use types::{PartnerName, Responsible, Timestamp};

use super::{
    list, or_none,
    seller::acting_role,
    steps::{other_seller, other_tenants, outside, role_in, to_relate},
};
use crate::domain::{
    Customer, CustomerRelationship, Facts, Fault, Finding, NextStep, Purpose, Reason,
    RelationshipState, Role, Standing, Step, Transaction,
};

/// REL-4 for the seller, in the role in which it buys from Microsoft.
pub(in crate::domain) fn tied_to_seller(
    transaction: &Transaction,
    facts: &Facts,
) -> Option<Finding> {
    let role = acting_role(transaction, facts);
    let roles = match (transaction.purpose, &role) {
        (Purpose::Manage, _) => None,
        (_, Some(role)) => Some(slice::from_ref(role)),
        // Nobody sold in no role.
        (Purpose::AutomaticRenewal, None) => Some(&[][..]),
        // PT-1 says what is wrong.
        (_, None) => Some(Role::ALL),
    };
    Some(tied(transaction, facts, &facts.seller, roles, Responsible::Seller))
}

/// REL-4 for the reseller.
pub(in crate::domain) fn tied_to_reseller(
    transaction: &Transaction,
    facts: &Facts,
) -> Option<Finding> {
    let sells = transaction.purpose != Purpose::Manage;
    let roles = sells.then_some(&[Role::IndirectReseller][..]);
    Some(tied(transaction, facts, facts.reseller.as_ref()?, roles, Responsible::Reseller))
}

/// Whether a partner acquired a customer in one of these roles, to sell to it; for no roles in
/// question, whether it may manage.
fn tied(
    transaction: &Transaction,
    facts: &Facts,
    with: &Standing,
    roles: Option<&[Role]>,
    responsible: Responsible,
) -> Finding {
    let held: Vec<_> = facts.relationships.iter().filter(|it| it.partner == with.partner).collect();
    let fits = |it: &CustomerRelationship| match roles {
        None => true,
        Some(roles) => it.role.is_some_and(|role| roles.contains(&role)),
    };
    let in_state = |state| held.iter().filter(move |it| it.state_at(facts.time) == state);
    let enough = in_state(RelationshipState::Active).find(|it| fits(it));
    let shown = enough.or_else(|| held.first());
    let inputs = vec![
        ("partner", with.partner.to_string()),
        ("relationship", or_none(shown.map(|it| it.name))),
        ("relationshipKind", or_none(shown.map(|it| it.kind))),
        ("relationshipRole", or_none(shown.and_then(|it| it.role))),
        ("relationshipState", or_none(shown.map(|it| it.state_at(facts.time)))),
    ];
    let finding = Finding::of(facts.customer.name, inputs);
    finding.unless(enough.is_some(), || {
        let active: Vec<_> = in_state(RelationshipState::Active).copied().collect();
        let role = roles.and_then(|roles| roles.first().copied());
        let requested = |role| {
            in_state(RelationshipState::Requested).any(|it: &&CustomerRelationship| it.role == role)
        };
        let relate = |role| to_relate(with, role, requested(role), facts);
        let acquired_as_reseller =
            || active.iter().any(|it| it.role == Some(Role::IndirectReseller));
        let next_step = if roles.is_none() {
            relate(None)
        } else if let Some(other) = other_tenants(facts).filter(|_| outside(with, facts)) {
            other.into()
        } else if let Some(other) = other_seller(transaction, facts) {
            let role = role_in(&other, transaction, with.partner);
            let lacking = role.filter(|role| active.iter().all(|it| it.role != Some(*role)));
            match lacking {
                Some(_) => NextStep::from(other).after(relate(lacking).0),
                None => other.into(),
            }
        } else if acquired_as_reseller() {
            Step::OrderThroughProvider(with.partner).into()
        } else {
            relate(role)
        };
        let (reason, explanation) = untied(with.partner, &active, roles);
        Fault {
            reason,
            explanation,
            responsible: if requested(role) { Responsible::Customer } else { responsible },
            next_step,
            code: "403/20002",
        }
    })
}

/// What is wrong where none of the active relationships fits.
fn untied(
    partner: PartnerName,
    active: &[&CustomerRelationship],
    roles: Option<&[Role]>,
) -> (Reason, String) {
    match (active.iter().find_map(|it| it.role), active) {
        (Some(role), _) => (
            Reason::CustomerRelationshipOfOtherRole,
            format!(
                "{partner} acquired the customer as {role} and would sell to it as {}",
                list(roles.unwrap_or_default())
            ),
        ),
        (None, []) => (
            Reason::CustomerRelationshipMissing,
            format!("{partner} has no active relationship with the customer"),
        ),
        (None, [..]) => (
            Reason::CustomerRelationshipForManagement,
            format!("{partner} may manage for the customer but not sell to it"),
        ),
    }
}

/// Whether it is a partner's, active, and good to sell in a role.
pub(super) fn sells_in(
    it: &CustomerRelationship,
    partner: PartnerName,
    role: Role,
    at: Timestamp,
) -> bool {
    it.partner == partner && it.role == Some(role) && it.state_at(at) == RelationshipState::Active
}

/// REL-3 for the seller.
pub(in crate::domain) fn in_region_of_seller(_: &Transaction, facts: &Facts) -> Option<Finding> {
    let finding = in_region(&facts.seller, &facts.customer, Responsible::Seller);
    Some(finding.advising(other_tenants(facts)))
}

/// REL-3 for the reseller.
pub(in crate::domain) fn in_region_of_reseller(_: &Transaction, facts: &Facts) -> Option<Finding> {
    let finding = in_region(facts.reseller.as_ref()?, &facts.customer, Responsible::Reseller);
    Some(finding.advising(other_tenants(facts)))
}

/// Whether a partner may sell to a customer, as far as regions go.
pub(in crate::domain) fn in_region(
    partner: &Standing,
    customer: &Customer,
    responsible: Responsible,
) -> Finding {
    let (here, there) = (partner.country.region(), customer.country.region());
    let inputs = vec![
        ("partner", partner.partner.to_string()),
        ("partnerCountry", partner.country.to_string()),
        ("partnerRegion", here.to_string()),
        ("customerCountry", customer.country.to_string()),
        ("customerRegion", there.to_string()),
    ];
    Finding::of(customer.name, inputs).unless(here == there, || Fault {
        reason: Reason::CustomerOutsideRegion,
        explanation: format!(
            "the customer's tenant is in {} ({there}), the partner's CSP tenant in {} ({here})",
            customer.country.name(),
            partner.country.name()
        ),
        responsible,
        next_step: format!("use a CSP tenant of the partner's company in region {there}").into(),
        code: "403/2030",
    })
}
