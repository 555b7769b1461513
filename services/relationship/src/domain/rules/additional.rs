//! ORD-8: further resellers on record.

use types::{LocationAccountId, Responsible};

use super::{chain::active_partnership, list, own_use::no_affiliate};
use crate::domain::{
    AdditionalPartner, Facts, Fault, Finding, Reason, Role, RoleState, Step, Transaction,
};

/// ORD-8: further PartnerIDs are those of active resellers of the seller, beside a reseller, for
/// a customer in the EU or EFTA.
pub(in crate::domain) fn on_record(transaction: &Transaction, facts: &Facts) -> Option<Finding> {
    let ids = transaction.additional_ids();
    let country = facts.customer.country;
    let inputs =
        vec![("additionalPartnerIds", list(&ids)), ("customerCountry", country.to_string())];
    let finding = Finding::of(transaction.seller, inputs);
    if ids.is_empty() {
        return Some(finding.lacking(Some(transaction.lacks_lines()?)));
    }
    let mut wrong = Vec::new();
    if transaction.reseller.is_none() {
        let text = "additional PartnerIDs stand only beside a reseller's";
        wrong.push((Reason::AdditionalPartnerIdWithoutReseller, text.to_owned()));
    }
    if !country.in_eu_or_efta() {
        let text = format!("{} is neither in the EU nor in EFTA", country.name());
        wrong.push((Reason::AdditionalPartnerIdOutsideEuEfta, text));
    }
    let all = !wrong.is_empty();
    let judged = ids.into_iter().map(|id| (id, against(id, facts)));
    let out: Vec<_> = judged.filter(|(_, against)| all || against.is_some()).collect();
    wrong.extend(out.iter().filter_map(|(id, against)| {
        let text = format!("{id} {}", (*against)?);
        Some((Reason::AdditionalPartnerIdNotOfReseller, text))
    }));
    let out = out.into_iter().map(|(id, _)| id.clone()).collect();
    let Some((reason, _)) = wrong.first() else { return Some(finding) };
    let (reason, texts): (_, Vec<_>) = (*reason, wrong.into_iter().map(|it| it.1).collect());
    Some(finding.unless(false, || Fault {
        reason,
        explanation: texts.join("; "),
        responsible: Responsible::Caller,
        next_step: Step::LeaveAdditionalIdsOut(out).into(),
        code: if reason == Reason::AdditionalPartnerIdNotOfReseller { "400/900400" } else { "" },
    }))
}

/// What stands against an additional PartnerID, if anything.
fn against(id: &LocationAccountId, facts: &Facts) -> Option<&'static str> {
    let holds = |it: &&AdditionalPartner| {
        it.standing.location.as_ref().is_some_and(|location| location.account == *id)
    };
    let Some(AdditionalPartner { standing, partnership }) = facts.additional.iter().find(holds)
    else {
        return Some("is the associated location of no partner");
    };
    let (role, at) = (Role::IndirectReseller, facts.time);
    let at_home = |location: &crate::domain::Location| location.country == standing.country;
    let partnered = active_partnership(&facts.seller, standing, partnership.as_ref(), at);
    let checks = [
        (standing.state(role) == Some(RoleState::Active), "is of no active reseller"),
        (standing.blocked(role, at).is_none(), "is of a reseller that is blocked"),
        (standing.location.as_ref().is_some_and(at_home), "is in another country than its tenant"),
        (
            standing.agreement(role, at).is_some_and(|it| it.counts(at)),
            "is of a reseller without an MPA that counts",
        ),
        (
            standing.country.region() == facts.seller.country.region(),
            "is of a reseller in another CSP region",
        ),
        (
            partnered.fault.is_none(),
            "is of a reseller without an active partnership with the seller",
        ),
        (
            no_affiliate(standing, [Some(standing), None], facts)
                .is_none_or(|it| it.fault.is_none()),
            "is of a reseller that is the customer's own company or its affiliate",
        ),
    ];
    checks.into_iter().find(|(kept, _)| !kept).map(|(_, what)| what)
}
