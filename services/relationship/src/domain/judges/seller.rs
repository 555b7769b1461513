use rules::{Line, ProductFamily, Purpose, Reason, Responsible, Role, Transaction};
use types::Timestamp;

use super::{
    customer::sells_in,
    enrollment::{Activity, enrolled_for},
    list, or_none,
    steps::{other_seller, swapped, to_sell},
};
use crate::domain::{Facts, Fault, Finding, RoleState, Standing};

/// PT-1: only an indirect provider or a direct-bill partner buys from Microsoft, and only a
/// provider sells through a reseller.
pub(in crate::domain) fn buys_from_microsoft(
    transaction: &Transaction,
    facts: &Facts,
) -> Option<Finding> {
    let seller = &facts.seller;
    let roles = list(seller.roles.iter().map(|it| it.role));
    let finding = Finding::of(seller.partner, vec![("sellerRoles", roles.clone())]);
    let Some(other) = other_seller(transaction, facts) else { return Some(finding) };
    Some(finding.unless(false, || {
        let direct = seller.state(Role::DirectBill).is_some();
        let (reason, explanation) = if direct {
            let text = "the seller is a direct-bill partner, which cannot sell through a reseller";
            (Reason::SellerIsNoProvider, text)
        } else {
            let text = "the seller is neither an indirect provider nor a direct-bill partner";
            (Reason::SellerCannotBuyFromMicrosoft, text)
        };
        let hint = swapped(facts).map_or("", |_| "; seller and reseller look swapped");
        Fault {
            reason,
            explanation: format!("{explanation} (roles: {roles}){hint}"),
            responsible: Responsible::Caller,
            next_step: other.into(),
        }
    }))
}

/// ON-1 for the seller: its enrollment in the acting role is active, or restricted and the transaction
/// continues an existing sale. Managing requires any enrollment that permits it.
pub(in crate::domain) fn is_active(transaction: &Transaction, facts: &Facts) -> Option<Finding> {
    let seller = &facts.seller;
    if transaction.purpose == Purpose::Manage {
        let finding = enrolled_for(Activity::Manage, seller, Role::ALL);
        return Some(finding.attributed_to(Responsible::Seller));
    }
    let role = acting_role(transaction, facts)?;
    let state = seller.state(role);
    let inputs = vec![
        ("sellerRole", role.to_string()),
        ("sellerState", or_none(state)),
        ("purpose", transaction.purpose.to_string()),
    ];
    let restricted = is_restricted(role, state);
    let on_lines = restricted && transaction.purpose == Purpose::AddQuantity;
    let lacks = transaction.lacks_lines().filter(|_| on_lines);
    let finding = Finding::of(seller.partner, inputs).lacking(lacks);
    Some(finding.unless(permits(role, state, transaction), || {
        let (reason, explanation) = if restricted {
            let text = "the direct-bill partner is restricted: it may continue existing sales, \
                        but not sell anything new or buy Azure for its own use";
            (Reason::SellerRestricted, text.to_owned())
        } else {
            let text = format!("the seller's enrollment as {role} is {}", or_none(state));
            (Reason::SellerNotActive, text)
        };
        Fault {
            reason,
            explanation,
            responsible: Responsible::Seller,
            next_step: to_sell(seller, role).into(),
        }
    }))
}

/// Whether this is a direct-bill partner below the requirements.
pub(in crate::domain) fn is_restricted(role: Role, state: Option<RoleState>) -> bool {
    role == Role::DirectBill && state == Some(RoleState::Restricted)
}

/// Whether a role in a state permits a transaction. A restricted direct-bill partner may change existing
/// subscriptions and add units, but not buy Azure for its own use.
fn permits(role: Role, state: Option<RoleState>, transaction: &Transaction) -> bool {
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

/// ON-4 for the seller: it passed its yearly re-authorization.
pub(in crate::domain) fn is_reauthorized(
    transaction: &Transaction,
    facts: &Facts,
) -> Option<Finding> {
    let role = acting_role(transaction, facts)?;
    let finding = reauthorized(&facts.seller, role, facts.time);
    Some(finding.attributed_to(Responsible::Seller))
}

/// Whether a partner passed its yearly re-authorization in a role.
pub(in crate::domain) fn reauthorized(partner: &Standing, role: Role, at: Timestamp) -> Finding {
    let blocked = partner.blocked(role, at);
    let block_time = partner.role(role).and_then(|it| it.block_time);
    let inputs = vec![("role", role.to_string()), ("blockTime", or_none(block_time))];
    let fault = blocked.map(|since| Fault {
        reason: match role {
            Role::IndirectReseller => Reason::ResellerNotReauthorized,
            Role::IndirectProvider | Role::DirectBill => Reason::SellerNotReauthorized,
        },
        explanation: format!(
            "{} did not pass the yearly re-authorization as {role} and has been blocked from new \
             sales since {since}",
            partner.partner
        ),
        responsible: Responsible::Partner,
        next_step: to_sell(partner, role).into(),
    });
    Finding { fault, ..Finding::of(partner.partner, inputs) }
}

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
            facts.relationships.iter().any(|it| sells_in(it, seller.partner, *role, *time)),
        ];
        conditions.iter().filter(|met| !**met).count()
    })
}
