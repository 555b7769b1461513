use kernel::Responsible;

use super::or_none;
use crate::domain::{Facts, Fault, Finding, Reason, Role, RoleState, Standing, Transaction};

/// PT-1: only an indirect provider or a direct-bill partner buys from Microsoft, and only a
/// provider sells through a reseller.
pub(in crate::domain) fn buys_from_microsoft(
    transaction: &Transaction,
    facts: &Facts,
) -> Option<Finding> {
    let seller = &facts.seller;
    let roles: Vec<_> = seller.roles.iter().map(|(role, _)| role.as_str()).collect();
    let roles = if roles.is_empty() { "none".to_owned() } else { roles.join(", ") };
    let finding = Finding::of(seller.partner, vec![("sellerRoles", roles.clone())]);
    Some(finding.unless(acting_role(transaction, seller).is_some(), || {
        let direct = seller.state(Role::DirectBill).is_some();
        let (reason, explanation, next_step) = if direct {
            (
                Reason::SellerIsNoProvider,
                "a direct-bill partner sells to customers without a reseller in between",
                "leave the reseller out, or let the reseller's provider order",
            )
        } else {
            (
                Reason::SellerCannotBuyFromMicrosoft,
                "the seller is neither indirect provider nor direct-bill partner",
                "let the reseller's indirect provider place the order and name the reseller in it",
            )
        };
        Fault {
            reason,
            explanation: format!("{explanation} (roles: {roles})"),
            responsible: Responsible::Caller,
            next_step: next_step.to_owned(),
            code: "",
        }
    }))
}

/// ON-1 for the seller: its enrollment in the role that it acts in is active.
pub(in crate::domain) fn is_active(transaction: &Transaction, facts: &Facts) -> Option<Finding> {
    let seller = &facts.seller;
    let role = acting_role(transaction, seller)?;
    let state = seller.state(role);
    let inputs = vec![("sellerRole", role.to_string()), ("sellerState", or_none(state))];
    let finding = Finding::of(seller.partner, inputs);
    Some(finding.unless(state == Some(RoleState::Active), || Fault {
        reason: Reason::SellerNotActive,
        explanation: format!("the seller's enrollment as {role} is {}", or_none(state)),
        responsible: Responsible::Seller,
        next_step: next_step(state).to_owned(),
        code: "403/800039",
    }))
}

/// MPA-3: the seller has accepted the MPA of the role that it acts in.
pub(in crate::domain) fn accepted_mpa(transaction: &Transaction, facts: &Facts) -> Option<Finding> {
    let seller = &facts.seller;
    let role = acting_role(transaction, seller)?;
    let agreement = seller.agreement(role);
    let inputs = vec![
        ("sellerRole", role.to_string()),
        ("sellerMpa", or_none(agreement.map(|it| &it.name))),
        ("sellerMpaVersion", or_none(agreement.map(|it| &it.version))),
    ];
    Some(Finding::of(seller.partner, inputs).unless(agreement.is_some(), || {
        Fault {
            reason: Reason::SellerMpaNotAccepted,
            explanation: format!("the seller has not accepted the MPA as {role}"),
            responsible: Responsible::Seller,
            next_step: "a Global admin of the seller accepts the MPA in Partner Center; record it \
                    with AcceptAgreement"
                .to_owned(),
            code: "403/900124",
        }
    }))
}

/// The role in which the seller buys from Microsoft: provider where a reseller is named; else
/// direct-bill partner or provider, whichever is active.
pub(super) fn acting_role(transaction: &Transaction, seller: &Standing) -> Option<Role> {
    let roles: &[Role] = match transaction.reseller {
        Some(_) => &[Role::IndirectProvider],
        None => &[Role::DirectBill, Role::IndirectProvider],
    };
    let enrolled = || roles.iter().copied().filter(|role| seller.state(*role).is_some());
    let active = enrolled().find(|role| seller.state(*role) == Some(RoleState::Active));
    active.or_else(|| enrolled().next())
}

/// What leads from a state to active.
pub(super) fn next_step(state: Option<RoleState>) -> &'static str {
    match state {
        None => "enroll the partner with EnrollPartner",
        Some(RoleState::Vetting) => "wait for vetting and record its result",
        Some(RoleState::Rejected) => "enroll again with a corrected profile",
        Some(RoleState::Qualified) => {
            "a Global admin of the partner accepts the MPA in Partner Center; record it with \
             AcceptAgreement"
        }
        Some(RoleState::Suspended) => "mend the cause of the suspension, then ReinstateEnrollment",
        Some(RoleState::Draft) => "hand the enrollment in",
        Some(RoleState::Restricted) => "meet the requirements of direct bill again",
        Some(RoleState::Revoked) => "wait until it may apply again, then enroll",
        Some(RoleState::Active) => "nothing",
        Some(RoleState::Unknown) => "bring relationship to the version of onboarding",
    }
}
