use types::{Responsible, Timestamp};

use super::{
    customer::sells_in,
    enrollment::{Act, enrolled_to},
    list, or_none,
    steps::{other_seller, swapped, to_sell},
};
use crate::domain::{
    Facts, Fault, Finding, Line, ProductFamily, Purpose, Reason, Role, RoleState, Standing,
    Transaction,
};

/// PT-1: only an indirect provider or a direct-bill partner buys from Microsoft, and only a
/// provider sells through a reseller.
pub(in crate::domain) fn buys_from_microsoft(
    transaction: &Transaction,
    facts: &Facts,
) -> Option<Finding> {
    let seller = &facts.seller;
    let roles = list(seller.roles.iter().map(|held| held.role));
    let finding = Finding::of(seller.partner, vec![("sellerRoles", roles.clone())]);
    let Some(other) = other_seller(transaction, facts) else { return Some(finding) };
    Some(finding.unless(false, || {
        let direct = seller.state(Role::DirectBill).is_some();
        let (reason, explanation) = if direct {
            let text = "a direct-bill partner sells to customers without a reseller in between";
            (Reason::SellerIsNoProvider, text)
        } else {
            let text = "the seller is neither indirect provider nor direct-bill partner";
            (Reason::SellerCannotBuyFromMicrosoft, text)
        };
        let hint = swapped(facts).map_or("", |_| "; seller and reseller look swapped");
        Fault {
            reason,
            explanation: format!("{explanation} (roles: {roles}){hint}"),
            responsible: Responsible::Caller,
            next_step: other.into(),
            code: "",
        }
    }))
}

/// ON-1 for the seller: its enrollment in the role that it acts in is active, or restricted and
/// the transaction goes on with what was sold. To manage, it has any enrollment that lets it.
pub(in crate::domain) fn is_active(transaction: &Transaction, facts: &Facts) -> Option<Finding> {
    let seller = &facts.seller;
    if transaction.purpose == Purpose::Manage {
        let finding = enrolled_to(Act::Manage, seller, Role::ALL);
        return Some(finding.mended_by(Responsible::Seller, "403/800039"));
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
    Some(finding.unless(serves(role, state, transaction), || {
        let (reason, explanation) = if restricted {
            let text = "the direct-bill partner is below the requirements: it goes on with what \
                        it sold, sells nothing new and buys no Azure for its own use";
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
            code: "403/800039",
        }
    }))
}

/// Whether a direct-bill partner is below the requirements.
pub(in crate::domain) fn is_restricted(role: Role, state: Option<RoleState>) -> bool {
    role == Role::DirectBill && state == Some(RoleState::Restricted)
}

/// Whether a role in a state is enough for a transaction. A restricted direct-bill partner
/// changes what it sold and adds to it, but buys no Azure for its own use.
fn serves(role: Role, state: Option<RoleState>, transaction: &Transaction) -> bool {
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

/// Whether what was sold in a role still renews itself. It does while the partner is in the programme:
/// suspended, vetted anew after a change of its profile, or without an MPA that counts.
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
    Some(finding.mended_by(Responsible::Seller, "403/800039"))
}

/// Whether a partner passed its yearly re-authorization in a role.
pub(in crate::domain) fn reauthorized(partner: &Standing, role: Role, at: Timestamp) -> Finding {
    let blocked = partner.blocked(role, at);
    let known = partner.role(role).and_then(|held| held.block_time);
    let inputs = vec![("role", role.to_string()), ("blockTime", or_none(known))];
    let fault = blocked.map(|since| Fault {
        reason: Reason::PartnerNotReauthorized,
        explanation: format!(
            "{} did not pass the yearly re-authorization as {role} and sells nothing new since \
             {since}",
            partner.partner
        ),
        responsible: Responsible::Partner,
        next_step: to_sell(partner, role).into(),
        code: "",
    });
    Finding { fault, ..Finding::of(partner.partner, inputs) }
}

/// The role in which the seller buys from Microsoft: provider where a reseller is named; else
/// direct-bill partner or provider, whichever has less against it.
pub(super) fn acting_role(transaction: &Transaction, facts: &Facts) -> Option<Role> {
    let Facts { seller, time, .. } = facts;
    let roles: &[Role] = match transaction.reseller {
        Some(_) => &[Role::IndirectProvider],
        None => &[Role::DirectBill, Role::IndirectProvider],
    };
    let enrolled = roles.iter().copied().filter(|role| seller.state(*role).is_some());
    enrolled.min_by_key(|role| {
        let renews_itself = transaction.purpose == Purpose::AutomaticRenewal;
        let covered = seller.agreement(*role, *time).is_some_and(|it| it.counts(*time));
        let blocked = seller.blocked(*role, *time).is_some();
        let in_order = [
            serves(*role, seller.state(*role), transaction),
            covered || renews_itself,
            !blocked || renews_itself || transaction.purpose == Purpose::Cancel,
            facts.relationships.iter().any(|it| sells_in(it, seller.partner, *role, *time)),
        ];
        in_order.iter().filter(|kept| !**kept).count()
    })
}
