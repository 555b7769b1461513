//! REL-6: removal of a customer relationship.

use super::list;
use crate::domain::{CustomerRelationship, Fault, Finding, Removal, RoleState};
use rules::{Reason, Responsible, Role};

/// The partner of the relationship may remove it, and any provider that has or had a partnership with
/// that partner.
pub(in crate::domain) fn by_its_partner_or_provider(
    relationship: &CustomerRelationship,
    removal: &Removal,
) -> Finding {
    let (by, partner) = (removal.by.partner, relationship.partner);
    let pair = removal
        .partnerships
        .iter()
        .filter(|it| it.provider == by && it.reseller == partner && it.accept_time.is_some());
    let pair: Vec<_> = pair.map(|it| it.name).collect();
    let passes = by == partner || !pair.is_empty();
    let inputs = vec![
        ("removedBy", by.to_string()),
        ("partner", partner.to_string()),
        ("partnerships", list(pair)),
    ];
    fault(relationship, inputs, passes, Reason::RemovalByStranger, |it| {
        format!("{by} is neither the partner of the relationship nor a provider of {}", it.partner)
    })
}

/// Only a partner that buys from Microsoft may remove an active resale relationship; a reseller needs
/// its provider.
pub(in crate::domain) fn by_buyer_from_microsoft(
    relationship: &CustomerRelationship,
    removal: &Removal,
) -> Finding {
    let by = &removal.by;
    // An enrollment that was never vetted does not qualify.
    let vetted = |it: &Role| {
        use RoleState::{Active, Qualified, Restricted, Revoked, Suspended};
        matches!(by.state(*it), Some(Qualified | Active | Restricted | Suspended | Revoked))
    };
    let buys = [Role::DirectBill, Role::IndirectProvider].iter().any(vetted);
    let roles = list(by.roles.iter().map(|it| it.role));
    let inputs = vec![("removedBy", by.partner.to_string()), ("roles", roles)];
    fault(relationship, inputs, buys, Reason::RemovalByReseller, |_| {
        format!("{} is neither a direct-bill partner nor an indirect provider", by.partner)
    })
}

/// An active resale relationship may be removed only if no subscription is active.
pub(in crate::domain) fn without_subscriptions(
    relationship: &CustomerRelationship,
    removal: &Removal,
) -> Finding {
    let stated = removal.no_active_subscriptions;
    let inputs = vec![("noActiveSubscriptions", stated.to_string())];
    fault(relationship, inputs, stated, Reason::SubscriptionsNotRuledOut, |_| {
        "no_active_subscriptions is false; the caller must rule out active subscriptions, because \
         relationship does not store subscriptions"
            .to_owned()
    })
}

#[allow(clippy::wildcard_enum_match_arm, reason = "the other reasons belong to other rules")]
fn fault(
    relationship: &CustomerRelationship,
    inputs: Vec<(&'static str, String)>,
    passes: bool,
    reason: Reason,
    explain: impl FnOnce(&CustomerRelationship) -> String,
) -> Finding {
    Finding::of(relationship.name, inputs).unless(passes, || Fault {
        reason,
        explanation: explain(relationship),
        responsible: Responsible::Partner,
        next_step: match reason {
            Reason::SubscriptionsNotRuledOut => {
                "call ReleaseCustomerRelationship of ordering, which checks the subscriptions first"
                    .into()
            }
            _ => "let an indirect provider of the partner call ReleaseCustomerRelationship of \
                  ordering"
                .into(),
        },
    })
}
