//! REL-6: how a relationship between a partner and a customer is removed.

use types::Responsible;

use super::list;
use crate::domain::{CustomerRelationship, Fault, Finding, Reason, Removal, Role, RoleState};

/// It is removed by the partner that holds it, or by a provider that has or had a partnership
/// with that partner.
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
    let kept = by == partner || !pair.is_empty();
    let inputs = vec![
        ("removedBy", by.to_string()),
        ("partner", partner.to_string()),
        ("partnerships", list(pair)),
    ];
    fault(relationship, inputs, kept, Reason::RemovalByStranger, |it| {
        format!("{by} is neither the partner of the relationship nor a provider of {}", it.partner)
    })
}

/// What was sold on is given up by one that buys from Microsoft; a reseller asks its provider.
pub(in crate::domain) fn by_one_that_buys_from_microsoft(
    relationship: &CustomerRelationship,
    removal: &Removal,
) -> Finding {
    let by = &removal.by;
    // An enrollment that was never vetted makes nobody a seller.
    let vetted = |it: &Role| {
        use RoleState::{Active, Qualified, Restricted, Revoked, Suspended};
        matches!(by.state(*it), Some(Qualified | Active | Restricted | Suspended | Revoked))
    };
    let buys = [Role::DirectBill, Role::IndirectProvider].iter().any(vetted);
    let roles = list(by.roles.iter().map(|held| held.role));
    let inputs = vec![("removedBy", by.partner.to_string()), ("roles", roles)];
    fault(relationship, inputs, buys, Reason::RemovalByReseller, |_| {
        format!("{} is no direct-bill partner and no provider", by.partner)
    })
}

/// What was sold on is given up only once nothing is active.
pub(in crate::domain) fn without_subscriptions(
    relationship: &CustomerRelationship,
    removal: &Removal,
) -> Finding {
    let stated = removal.no_active_subscriptions;
    let inputs = vec![("noActiveSubscriptions", stated.to_string())];
    fault(relationship, inputs, stated, Reason::SubscriptionsNotRuledOut, |_| {
        "relationship does not see subscriptions, and the request does not state that none is \
         active"
            .to_owned()
    })
}

#[allow(clippy::wildcard_enum_match_arm, reason = "the other reasons belong to other rules")]
fn fault(
    relationship: &CustomerRelationship,
    inputs: Vec<(&'static str, String)>,
    kept: bool,
    reason: Reason,
    explain: impl FnOnce(&CustomerRelationship) -> String,
) -> Finding {
    Finding::of(relationship.name, inputs).unless(kept, || Fault {
        reason,
        explanation: explain(relationship),
        responsible: Responsible::Partner,
        next_step: match reason {
            Reason::SubscriptionsNotRuledOut => {
                "call ReleaseCustomerRelationship of ordering, which removes it once nothing runs"
                    .into()
            }
            _ => "let an indirect provider of the partner call ReleaseCustomerRelationship of ordering".into(),
        },
        code: "",
    })
}
