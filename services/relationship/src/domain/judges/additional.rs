//! ORD-8: additional PartnerIDs on record.

use rules::{Reason, Responsible, Role, Transaction};
use types::LocationAccountId;

use super::{chain::active_partnership, list, own_use::no_affiliate};
use crate::domain::{AdditionalPartner, Facts, Fault, Finding, RoleState, Step};

/// ORD-8: additional PartnerIDs belong to active resellers of the seller, and are allowed only with a
/// reseller and for a customer in the EU or EFTA.
pub(in crate::domain) fn on_record(transaction: &Transaction, facts: &Facts) -> Option<Finding> {
    let ids = transaction.additional_ids();
    let country = facts.customer.country;
    let inputs =
        vec![("additionalPartnerIds", list(&ids)), ("customerCountry", country.to_string())];
    let finding = Finding::of(transaction.chain.seller, inputs);
    if ids.is_empty() {
        return Some(finding.lacking(Some(transaction.lacks_lines()?)));
    }
    let mut wrong = Vec::new();
    if transaction.chain.reseller.is_none() {
        let text = "additional PartnerIDs are allowed only if the order names a reseller";
        wrong.push((Reason::AdditionalPartnerIdWithoutReseller, text.to_owned()));
    }
    if !country.in_eu_or_efta() {
        let text =
            format!("the customer's country, {}, is neither in the EU nor in EFTA", country.name());
        wrong.push((Reason::AdditionalPartnerIdOutsideEuEfta, text));
    }
    let remove_all = !wrong.is_empty();
    let checked = ids.into_iter().map(|id| (id, problem(id, facts)));
    let removed: Vec<_> = checked.filter(|(_, it)| remove_all || it.is_some()).collect();
    wrong.extend(removed.iter().filter_map(|(id, problem)| {
        let text = format!("{id} {}", (*problem)?);
        Some((Reason::AdditionalPartnerIdNotOfReseller, text))
    }));
    let removed = removed.into_iter().map(|(id, _)| id.clone()).collect();
    let Some((reason, _)) = wrong.first() else { return Some(finding) };
    let (reason, texts): (_, Vec<_>) = (*reason, wrong.into_iter().map(|it| it.1).collect());
    Some(finding.unless(false, || Fault {
        reason,
        explanation: texts.join("; "),
        responsible: Responsible::Caller,
        next_step: Step::RemoveAdditionalIds(removed).into(),
    }))
}

/// Why an additional PartnerID is not allowed, if it is not.
fn problem(id: &LocationAccountId, facts: &Facts) -> Option<&'static str> {
    let owns = |it: &&AdditionalPartner| {
        it.standing.location.as_ref().is_some_and(|location| location.account == *id)
    };
    let Some(AdditionalPartner { standing, partnership }) = facts.additional.iter().find(owns)
    else {
        return Some("is not the associated location of any partner");
    };
    let (role, at) = (Role::IndirectReseller, facts.time);
    let in_tenant_country =
        |location: &crate::domain::Location| location.country == standing.country;
    let partnered = active_partnership(&facts.seller, standing, partnership.as_ref(), at);
    let checks = [
        (standing.state(role) == Some(RoleState::Active), "does not belong to an active reseller"),
        (standing.blocked(role, at).is_none(), "belongs to a reseller that is blocked"),
        (
            standing.location.as_ref().is_some_and(in_tenant_country),
            "is in another country than its CSP tenant",
        ),
        (
            standing.agreement(role, at).is_some_and(|it| it.is_valid_at(at)),
            "belongs to a reseller without a valid acceptance of the MPA",
        ),
        (
            standing.country.region() == facts.seller.country.region(),
            "belongs to a reseller in another CSP region",
        ),
        (
            partnered.fault.is_none(),
            "belongs to a reseller without an active partnership with the seller",
        ),
        (
            no_affiliate(standing, [Some(standing), None], facts)
                .is_none_or(|it| it.fault.is_none()),
            "belongs to the customer's own company or an affiliate of the customer",
        ),
    ];
    checks.into_iter().find(|(passes, _)| !passes).map(|(_, problem)| problem)
}
