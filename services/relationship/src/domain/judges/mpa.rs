use rules::{Reason, Responsible, Role, Transaction};
use types::Timestamp;

use super::{
    acting_role::acting_role,
    list, or_none,
    steps::{swapped, to_accept},
};
use crate::domain::{Facts, Fault, Finding, NextStep, Standing};

/// MPA-3: the seller has accepted the MPA in the role in which it acts.
pub(in crate::domain) fn accepted_by_seller(
    transaction: &Transaction,
    facts: &Facts,
) -> Option<Finding> {
    let role = acting_role(transaction, facts)?;
    let (mut finding, is_valid) = mpa_of(&facts.seller, role, SELLER, facts.time);
    finding.inputs.insert(0, ("sellerRole", role.to_string()));
    Some(finding.unless(is_valid, || Fault {
        reason: Reason::SellerMpaNotAccepted,
        explanation: format!("the seller has no valid acceptance of the MPA as {role}"),
        responsible: Responsible::Seller,
        next_step: to_accept(&facts.seller, role).into(),
    }))
}

/// MPA-1: no PartnerID on a line until the reseller has accepted the MPA.
pub(in crate::domain) fn accepted_before_partner_id(
    transaction: &Transaction,
    facts: &Facts,
) -> Option<Finding> {
    let (mut finding, is_valid, next_step) = of_reseller(facts)?;
    if !is_valid && transaction.lines.is_empty() {
        return Some(finding.lacking(transaction.lacks_lines()));
    }
    let mut ids: Vec<_> =
        transaction.lines.iter().filter_map(|it| it.on_record.partner_id.as_ref()).collect();
    ids.sort();
    ids.dedup();
    if ids.is_empty() {
        return None;
    }
    let on_lines = list(ids);
    finding.inputs.push(("partnerIdOnRecord", on_lines.clone()));
    Some(finding.unless(is_valid, || Fault {
        reason: Reason::PartnerIdBeforeMpa,
        explanation: format!(
            "PartnerID {on_lines} must not be on an order until the reseller has a valid \
             acceptance of the MPA"
        ),
        responsible: Responsible::Reseller,
        next_step,
    }))
}

/// MPA-2: no new business until the reseller has accepted the MPA.
pub(in crate::domain) fn accepted_before_business(
    _: &Transaction,
    facts: &Facts,
) -> Option<Finding> {
    let (finding, is_valid, next_step) = of_reseller(facts)?;
    Some(finding.unless(is_valid, || Fault {
        reason: Reason::ResellerMpaNotAccepted,
        explanation:
            "the reseller has no valid acceptance of the Microsoft Partner Agreement".to_owned(),
        responsible: Responsible::Reseller,
        next_step,
    }))
}

/// Input names of the acceptance, its version and its lapse time.
type Names = [&'static str; 3];

const SELLER: Names = ["sellerMpa", "sellerMpaVersion", "sellerMpaLapseTime"];
const RESELLER: Names = ["resellerMpa", "resellerMpaVersion", "resellerMpaLapseTime"];

fn of_reseller(facts: &Facts) -> Option<(Finding, bool, NextStep)> {
    let (reseller, role) = (facts.reseller.as_ref()?, Role::IndirectReseller);
    let (finding, is_valid) = mpa_of(reseller, role, RESELLER, facts.time);
    let next_step = swapped(facts).unwrap_or_else(|| to_accept(reseller, role)).into();
    Some((finding, is_valid, next_step))
}

/// The acceptance for a role as inputs, and whether it is valid.
fn mpa_of(partner: &Standing, role: Role, names: Names, at: Timestamp) -> (Finding, bool) {
    let agreement = partner.agreement(role, at);
    let [name, version, lapse_time] = names;
    let inputs = vec![
        (name, or_none(agreement.map(|it| &it.name))),
        (version, or_none(agreement.map(|it| &it.version))),
        (lapse_time, or_none(agreement.and_then(|it| it.lapse_time))),
    ];
    (Finding::of(partner.partner, inputs), agreement.is_some_and(|it| it.is_valid_at(at)))
}
