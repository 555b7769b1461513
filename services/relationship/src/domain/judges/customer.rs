use std::slice;

use rules::{Purpose, Reason, Responsible, Role, Transaction};
use types::PartnerName;

use super::{
    acting_role::{acting_role, other_seller},
    enrollment::{Activity, enrolled_for},
    list, or_none,
    own_use::not_csp_tenant,
    steps::{other_tenants, outside_region, role_in},
};
use crate::domain::{
    Customer, CustomerRelationship, Facts, Fault, Finding, NextStep, RelationshipState, Standing,
    Step,
};

/// REL-4 for the seller, in the role in which it buys from Microsoft.
pub(in crate::domain) fn related_to_seller(
    transaction: &Transaction,
    facts: &Facts,
) -> Option<Finding> {
    let role = acting_role(transaction, facts);
    let roles = match (transaction.purpose, &role) {
        (Purpose::Manage, _) => None,
        (_, Some(role)) => Some(slice::from_ref(role)),
        // A seller without such a role cannot have sold the subscription.
        (Purpose::AutomaticRenewal, None) => Some(&[][..]),
        // PT-1 reports the missing role.
        (_, None) => Some(Role::ALL),
    };
    Some(related(transaction, facts, &facts.seller, roles, Responsible::Seller))
}

/// REL-4 for the reseller, which takes no part in a cancellation or an automatic renewal.
pub(in crate::domain) fn related_to_reseller(
    transaction: &Transaction,
    facts: &Facts,
) -> Option<Finding> {
    if matches!(transaction.purpose, Purpose::Cancel | Purpose::AutomaticRenewal) {
        return None;
    }
    let sells = transaction.purpose != Purpose::Manage;
    let roles = sells.then_some(&[Role::IndirectReseller][..]);
    Some(related(transaction, facts, facts.reseller.as_ref()?, roles, Responsible::Reseller))
}

/// Whether a partner has an active resale relationship in one of these roles; with `None`, whether it
/// has an active relationship of any kind.
fn related(
    transaction: &Transaction,
    facts: &Facts,
    partner: &Standing,
    roles: Option<&[Role]>,
    responsible: Responsible,
) -> Finding {
    let existing: Vec<_> =
        facts.relationships.iter().filter(|it| it.partner == partner.partner).collect();
    let matches = |it: &CustomerRelationship| match roles {
        None => true,
        Some(roles) => it.role.is_some_and(|role| roles.contains(&role)),
    };
    let in_state = |state| existing.iter().filter(move |it| it.state_at(facts.time) == state);
    let matching = in_state(RelationshipState::Active).find(|it| matches(it));
    let shown = matching.or_else(|| existing.first());
    let inputs = vec![
        ("partner", partner.partner.to_string()),
        ("relationship", or_none(shown.map(|it| it.name))),
        ("relationshipKind", or_none(shown.map(|it| it.kind))),
        ("relationshipRole", or_none(shown.and_then(|it| it.role))),
        ("relationshipState", or_none(shown.map(|it| it.state_at(facts.time)))),
    ];
    let finding = Finding::of(facts.customer.name, inputs);
    finding.unless(matching.is_some(), || {
        let active: Vec<_> = in_state(RelationshipState::Active).copied().collect();
        let role = roles.and_then(|roles| roles.first().copied());
        let requested = |role| {
            in_state(RelationshipState::Requested).any(|it: &&CustomerRelationship| it.role == role)
        };
        let relate = |role| to_relate(partner, role, requested(role), facts);
        let acquired_as_reseller =
            || active.iter().any(|it| it.role == Some(Role::IndirectReseller));
        let next_step = if roles.is_none() {
            relate(None)
        } else if let Some(other) = other_tenants(facts).filter(|_| outside_region(partner, facts))
        {
            other.into()
        } else if let Some(other) = other_seller(transaction, facts) {
            let role = role_in(&other, transaction, partner.partner);
            let missing = role.filter(|role| active.iter().all(|it| it.role != Some(*role)));
            match missing {
                Some(_) => NextStep::from(other).after(relate(missing).0),
                None => other.into(),
            }
        } else if acquired_as_reseller() {
            Step::OrderThroughProvider(partner.partner).into()
        } else {
            relate(role)
        };
        let (reason, explanation) = missing_relationship(partner.partner, &active, roles);
        Fault {
            reason,
            explanation,
            responsible: if requested(role) { Responsible::Customer } else { responsible },
            next_step,
        }
    })
}

/// Steps to an active relationship with the customer, with or without an open request: resale in a
/// role, or management.
fn to_relate(partner: &Standing, role: Option<Role>, requested: bool, facts: &Facts) -> NextStep {
    if let Some(fault) = not_csp_tenant(facts.customer.name, facts.buyer.csp_tenant).fault {
        return fault.next_step;
    }
    let enrolled = match &role {
        Some(role) => enrolled_for(Activity::Acquire, partner, slice::from_ref(role)),
        None => enrolled_for(Activity::Serve, partner, Role::ALL),
    };
    let enroll = enrolled.fault.into_iter().flat_map(|fault| fault.next_step.0);
    let partner = partner.partner;
    let request = (!requested).then_some(Step::RequestRelationship { partner, role });
    NextStep::from(Step::AcceptRelationship { partner }).after(enroll.chain(request))
}

/// Reason and explanation if no active relationship matches.
fn missing_relationship(
    partner: PartnerName,
    active: &[&CustomerRelationship],
    roles: Option<&[Role]>,
) -> (Reason, String) {
    match (active.iter().find_map(|it| it.role), active) {
        (Some(role), _) => (
            Reason::CustomerRelationshipOfOtherRole,
            match roles.unwrap_or_default() {
                [] => format!(
                    "{partner} acquired the customer as {role}, but has no role in which it buys \
                     from Microsoft"
                ),
                roles => format!(
                    "{partner} acquired the customer as {role}, but sells to it as {}",
                    list(roles)
                ),
            },
        ),
        (None, []) => (
            Reason::CustomerRelationshipMissing,
            format!("{partner} has no active relationship with the customer"),
        ),
        (None, [..]) => (
            Reason::CustomerRelationshipForManagement,
            format!(
                "{partner} has a relationship of kind management, but selling requires kind resale"
            ),
        ),
    }
}

/// REL-3 for the seller.
pub(in crate::domain) fn in_region_of_seller(_: &Transaction, facts: &Facts) -> Option<Finding> {
    let finding = in_region(&facts.seller, &facts.customer, Responsible::Seller);
    Some(finding.with_next_step(other_tenants(facts)))
}

/// REL-3 for the reseller.
pub(in crate::domain) fn in_region_of_reseller(_: &Transaction, facts: &Facts) -> Option<Finding> {
    let finding = in_region(facts.reseller.as_ref()?, &facts.customer, Responsible::Reseller);
    Some(finding.with_next_step(other_tenants(facts)))
}

/// Whether a partner and a customer are in one CSP region.
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
            "the customer's tenant is in {} (region {there}), the partner's CSP tenant in {} \
             (region {here})",
            customer.country.name(),
            partner.country.name()
        ),
        responsible,
        next_step: format!("use a CSP tenant of the partner's company in region {there}").into(),
    })
}
