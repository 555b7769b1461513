use kernel::Responsible;

use super::or_none;
use crate::domain::{
    Customer, Facts, Fault, Finding, Purpose, Reason, RelationshipKind, RelationshipState,
    Standing, Transaction,
};

/// REL-4 for the seller.
pub(in crate::domain) fn tied_to_seller(
    transaction: &Transaction,
    facts: &Facts,
) -> Option<Finding> {
    Some(tied(transaction.purpose, facts, &facts.seller, Responsible::Seller))
}

/// REL-4 for the reseller.
pub(in crate::domain) fn tied_to_reseller(
    transaction: &Transaction,
    facts: &Facts,
) -> Option<Finding> {
    Some(tied(transaction.purpose, facts, facts.reseller.as_ref()?, Responsible::Reseller))
}

fn tied(purpose: Purpose, facts: &Facts, with: &Standing, responsible: Responsible) -> Finding {
    let held = facts.relationships.iter().filter(|it| it.partner == with.partner);
    let held: Vec<_> = held.map(|it| (it, it.kind, it.state_at(facts.time))).collect();
    let active = |kind| held.iter().find(|it| it.1 == kind && it.2 == RelationshipState::Active);
    let resale = active(RelationshipKind::Resale);
    let enough = match purpose {
        Purpose::Manage => resale.or_else(|| active(RelationshipKind::Management)),
        Purpose::NewSubscription
        | Purpose::AddQuantity
        | Purpose::Renew
        | Purpose::Change
        | Purpose::TransferIn
        | Purpose::Cancel
        | Purpose::AutomaticRenewal => resale,
    };
    let shown = enough.or_else(|| held.first());
    let inputs = vec![
        ("partner", with.partner.to_string()),
        ("relationship", or_none(shown.map(|it| it.0.name))),
        ("relationshipKind", or_none(shown.map(|it| it.1))),
        ("relationshipState", or_none(shown.map(|it| it.2))),
    ];
    let finding = Finding::of(facts.customer.name, inputs);
    let held = held.iter().map(|(_, kind, state)| (*kind, *state)).collect::<Vec<_>>();
    finding.unless(enough.is_some(), || untied(purpose, with, &held, responsible))
}

fn untied(
    purpose: Purpose,
    with: &Standing,
    held: &[(RelationshipKind, RelationshipState)],
    responsible: Responsible,
) -> Fault {
    use RelationshipKind::{Management, Resale};
    let partner = with.partner;
    let sells = purpose != Purpose::Manage;
    let requested = |kind| held.contains(&(kind, RelationshipState::Requested));
    let (responsible, next_step) = if requested(Resale) || (!sells && requested(Management)) {
        let accept = "the customer's Global admin accepts the request with \
                      AcceptCustomerRelationship";
        (Responsible::Customer, accept)
    } else if sells {
        (responsible, "ask the customer for one with RequestCustomerRelationship, kind RESALE")
    } else {
        (responsible, "ask the customer for one of either kind with RequestCustomerRelationship")
    };
    let manages = held.contains(&(Management, RelationshipState::Active));
    let (reason, explanation) = if sells && manages {
        let text = format!("{partner} may manage for the customer but not sell to it");
        (Reason::CustomerRelationshipForManagement, text)
    } else {
        let text = format!("{partner} has no active relationship with the customer");
        (Reason::CustomerRelationshipMissing, text)
    };
    Fault { reason, explanation, responsible, next_step: next_step.to_owned(), code: "403/20002" }
}

/// REL-3 for the seller.
pub(in crate::domain) fn in_region_of_seller(_: &Transaction, facts: &Facts) -> Option<Finding> {
    Some(in_region(&facts.seller, &facts.customer, Responsible::Seller))
}

/// REL-3 for the reseller.
pub(in crate::domain) fn in_region_of_reseller(_: &Transaction, facts: &Facts) -> Option<Finding> {
    Some(in_region(facts.reseller.as_ref()?, &facts.customer, Responsible::Reseller))
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
        next_step: format!("sell from a CSP tenant in region {there}"),
        code: "403/2030",
    })
}
