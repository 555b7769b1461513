//! The role in which a seller buys from Microsoft, and what follows from it.

use rules::{Line, ProductFamily, Purpose, Role, Transaction};

use super::steps::{other_tenants, swapped};
use crate::domain::{Facts, RoleState, Step};

/// Role in which the seller buys from Microsoft: provider if a reseller is named; otherwise direct-bill
/// partner or provider, whichever meets more conditions.
pub(super) fn acting_role(transaction: &Transaction, facts: &Facts) -> Option<Role> {
    let Facts { seller, time, .. } = facts;
    let roles: &[Role] = match transaction.chain.reseller {
        Some(_) => &[Role::IndirectProvider],
        None => &[Role::DirectBill, Role::IndirectProvider],
    };
    let enrolled = roles.iter().copied().filter(|role| seller.state(*role).is_some());
    enrolled.min_by_key(|role| {
        let automatic = transaction.purpose == Purpose::AutomaticRenewal;
        let accepted_mpa = seller.agreement(*role, *time).is_some_and(|it| it.is_valid_at(*time));
        let blocked = seller.blocked(*role, *time).is_some();
        let conditions = [
            permits(*role, seller.state(*role), transaction),
            accepted_mpa || automatic,
            !blocked || automatic || transaction.purpose == Purpose::Cancel,
            facts.relationships.iter().any(|it| it.sells_in(seller.partner, *role, *time)),
        ];
        conditions.iter().filter(|met| !**met).count()
    })
}

/// Whether this is a direct-bill partner below the requirements.
pub(in crate::domain) fn is_restricted(role: Role, state: Option<RoleState>) -> bool {
    role == Role::DirectBill && state == Some(RoleState::Restricted)
}

/// Whether a role in a state permits a transaction. A restricted direct-bill partner may change existing
/// subscriptions and add units, but not buy Azure for its own use.
pub(super) fn permits(role: Role, state: Option<RoleState>, transaction: &Transaction) -> bool {
    let shared = |line: &Line| line.family == ProductFamily::AzureSharedServices;
    match transaction.purpose {
        Purpose::Manage | Purpose::Cancel => true,
        Purpose::AutomaticRenewal => renews(state),
        _ if state == Some(RoleState::Active) => true,
        _ if !is_restricted(role, state) => false,
        Purpose::Change => true,
        Purpose::AddQuantity => !transaction.lines.iter().any(shared),
        Purpose::NewSubscription | Purpose::Renew | Purpose::TransferIn => false,
    }
}

/// Whether subscriptions sold in a role renew automatically. They do while the partner is in the
/// programme, even if it is suspended, vetted again, or without a valid MPA acceptance.
pub(super) fn renews(state: Option<RoleState>) -> bool {
    use RoleState::{
        Active, Draft, Qualified, Rejected, Restricted, Revoked, Suspended, Unknown, Vetting,
    };
    match state {
        Some(Vetting | Rejected | Qualified | Active | Suspended | Restricted) => true,
        Some(Draft | Revoked | Unknown) | None => false,
    }
}

/// Another order, if no change of the partners can make this one possible: with a seller that buys from
/// Microsoft, or with tenants in the customer's region.
pub(super) fn other_order(transaction: &Transaction, facts: &Facts) -> Option<Step> {
    other_seller(transaction, facts).or_else(|| other_tenants(facts))
}

/// Another order, if the seller has no role in which it buys from Microsoft (PT-1).
pub(super) fn other_seller(transaction: &Transaction, facts: &Facts) -> Option<Step> {
    if acting_role(transaction, facts).is_some() {
        return None;
    }
    let enrolled = |role| facts.seller.state(role).is_some();
    Some(swapped(facts).unwrap_or_else(|| {
        if transaction.chain.reseller.is_some() && enrolled(Role::DirectBill) {
            Step::RemoveReseller
        } else if enrolled(Role::IndirectReseller) {
            Step::OrderThroughProvider(facts.seller.partner)
        } else {
            Step::NameSeller
        }
    }))
}
