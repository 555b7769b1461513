use rules::{Purpose, Reason, Responsible, Role, Transaction};
use types::Timestamp;

use super::{
    acting_role::{acting_role, is_restricted, other_seller, permits},
    enrollment::{Activity, enrolled_for},
    list, or_none,
    steps::{swapped, to_sell},
};
use crate::domain::{Facts, Fault, Finding, Standing};

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
