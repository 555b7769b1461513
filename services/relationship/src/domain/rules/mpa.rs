use types::{Responsible, Timestamp};

use super::{
    list, or_none,
    seller::acting_role,
    steps::{swapped, to_accept},
};
use crate::domain::{Facts, Fault, Finding, NextStep, Reason, Role, Standing, Transaction};

/// MPA-3: the seller has accepted the MPA of the role that it acts in.
pub(in crate::domain) fn accepted_by_seller(
    transaction: &Transaction,
    facts: &Facts,
) -> Option<Finding> {
    let role = acting_role(transaction, facts)?;
    let (mut finding, counts) = mpa_of(&facts.seller, role, SELLER, facts.time);
    finding.inputs.insert(0, ("sellerRole", role.to_string()));
    Some(finding.unless(counts, || Fault {
        reason: Reason::SellerMpaNotAccepted,
        explanation: format!("the seller has no acceptance of the MPA as {role} that counts"),
        responsible: Responsible::Seller,
        next_step: to_accept(&facts.seller, role).into(),
        code: "403/900124",
    }))
}

/// MPA-1: no PartnerID on a line before the reseller's MPA.
pub(in crate::domain) fn before_partner_id(
    transaction: &Transaction,
    facts: &Facts,
) -> Option<Finding> {
    let (mut finding, counts, next_step) = of_reseller(facts)?;
    if !counts && transaction.lines.is_empty() {
        return Some(finding.lacking(transaction.lacks_lines()));
    }
    let mut ids: Vec<_> =
        transaction.lines.iter().filter_map(|it| it.partner_id.as_ref()).collect();
    ids.sort();
    ids.dedup();
    if ids.is_empty() {
        return None;
    }
    let on_lines = list(ids);
    finding.inputs.push(("partnerIdOnRecord", on_lines.clone()));
    Some(finding.unless(counts, || Fault {
        reason: Reason::PartnerIdBeforeMpa,
        explanation: format!(
            "PartnerID {on_lines} may not go onto an order while the reseller has no acceptance \
             of the MPA that counts"
        ),
        responsible: Responsible::Reseller,
        next_step,
        code: "403/900123",
    }))
}

/// MPA-2: no new business before the reseller's MPA.
pub(in crate::domain) fn before_business(_: &Transaction, facts: &Facts) -> Option<Finding> {
    let (finding, counts, next_step) = of_reseller(facts)?;
    Some(finding.unless(counts, || {
        Fault {
            reason: Reason::ResellerMpaNotAccepted,
            explanation: "the reseller has no acceptance of the Microsoft Partner Agreement that \
                      counts"
                .to_owned(),
            responsible: Responsible::Reseller,
            next_step,
            code: "403/900123",
        }
    }))
}

/// Names of what is looked at: the acceptance, its version, its end.
type Names = [&'static str; 3];

const SELLER: Names = ["sellerMpa", "sellerMpaVersion", "sellerMpaLapseTime"];
const RESELLER: Names = ["resellerMpa", "resellerMpaVersion", "resellerMpaLapseTime"];

fn of_reseller(facts: &Facts) -> Option<(Finding, bool, NextStep)> {
    let (reseller, role) = (facts.reseller.as_ref()?, Role::IndirectReseller);
    let (finding, counts) = mpa_of(reseller, role, RESELLER, facts.time);
    let next_step = swapped(facts).unwrap_or_else(|| to_accept(reseller, role)).into();
    Some((finding, counts, next_step))
}

/// What is known of the acceptance for a role, and whether it counts.
fn mpa_of(partner: &Standing, role: Role, names: Names, at: Timestamp) -> (Finding, bool) {
    let agreement = partner.agreement(role, at);
    let [name, version, lapse_time] = names;
    let inputs = vec![
        (name, or_none(agreement.map(|it| &it.name))),
        (version, or_none(agreement.map(|it| &it.version))),
        (lapse_time, or_none(agreement.and_then(|it| it.lapse_time))),
    ];
    (Finding::of(partner.partner, inputs), agreement.is_some_and(|it| it.counts(at)))
}
