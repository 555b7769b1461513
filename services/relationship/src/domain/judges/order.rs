use rules::{Reason, Responsible, Role, Transaction};
use types::LocationAccountId;

use super::{
    list, or_none,
    steps::{swapped, to_locate},
};
use crate::domain::{Facts, Fault, Finding, NextStep, Standing, Step};

/// ORD-1: every line has the reseller's PartnerID, or no PartnerID if there is no reseller.
pub(in crate::domain) fn partner_id_of_reseller(
    transaction: &Transaction,
    facts: &Facts,
) -> Option<Finding> {
    let location = |standing: Option<&Standing>| {
        standing.and_then(|it| it.location.as_ref()).map(|location| location.account.clone())
    };
    let sellers = location(Some(&facts.seller));
    let expected = location(facts.reseller.as_ref());
    let has_reseller = facts.reseller.is_some();
    let wrong = |id: Option<&LocationAccountId>| match (has_reseller, id) {
        (false, None) => None,
        (false, Some(_)) => Some(Reason::PartnerIdWithoutReseller),
        (true, None) => Some(Reason::PartnerIdMissing),
        (true, Some(id)) if expected.as_ref() == Some(id) => None,
        (true, Some(id)) if sellers.as_ref() == Some(id) => Some(Reason::PartnerIdOfProvider),
        (true, Some(_)) => Some(Reason::PartnerIdNotOfReseller),
    };
    let lines = transaction.lines.iter().enumerate();
    let wrong: Vec<_> = lines
        .filter_map(|(at, line)| Some((at, wrong(line.on_record.partner_id.as_ref())?)))
        .collect();
    let inputs = vec![
        ("expectedPartnerId", or_none(expected.as_ref())),
        ("wrongLines", list(wrong.iter().map(|(at, _)| at))),
    ];
    let finding =
        Finding::of(transaction.chain.reseller.unwrap_or(transaction.chain.seller), inputs);
    let finding = Finding { fault: fault(&wrong, expected, facts), ..finding };
    Some(finding.lacking(transaction.lacks_lines()).with_next_step(swapped(facts)))
}

/// Groups the wrong lines by reason, in line order.
fn fault(
    wrong: &[(usize, Reason)],
    expected: Option<LocationAccountId>,
    facts: &Facts,
) -> Option<Fault> {
    let (_, reason) = *wrong.first()?;
    let mut reasons: Vec<Reason> = Vec::new();
    for (_, reason) in wrong {
        if !reasons.contains(reason) {
            reasons.push(*reason);
        }
    }
    let parts = reasons.iter().map(|reason| {
        let lines = wrong.iter().filter(|(_, it)| it == reason);
        let lines: Vec<_> = lines.map(|(at, _)| format!("lines[{at}]")).collect();
        let have = if lines.len() == 1 { "has" } else { "have" };
        format!("{} {have} {}", list(&lines), description(*reason))
    });
    let parts: Vec<_> = parts.collect();
    let locate = || facts.reseller.as_ref().map(|it| to_locate(it, Role::IndirectReseller));
    let set = |id: Option<_>| NextStep::from(Step::SetPartnerId(id));
    let next_step = match (reason, expected) {
        (Reason::PartnerIdWithoutReseller, _) => Step::RemovePartnerIds.into(),
        (_, Some(expected)) => set(Some(expected)),
        (_, None) => set(None).after(locate()),
    };
    Some(Fault {
        reason,
        explanation: parts.join("; "),
        responsible: Responsible::Caller,
        next_step,
    })
}

/// Description of a wrong line.
#[allow(clippy::wildcard_enum_match_arm, reason = "the other reasons belong to other rules")]
const fn description(reason: Reason) -> &'static str {
    match reason {
        Reason::PartnerIdWithoutReseller => "a PartnerID, but the order names no reseller",
        Reason::PartnerIdMissing => "no PartnerID, but the order names a reseller",
        Reason::PartnerIdOfProvider => "the provider's PartnerID instead of the reseller's",
        _ => "a PartnerID that is not the reseller's associated location",
    }
}

/// ORD-2: the seller attests in which role it acts. The attestation comes with the lines, so without
/// lines the rule is undetermined.
pub(in crate::domain) fn attested(transaction: &Transaction, _: &Facts) -> Option<Finding> {
    let inputs = vec![("partnerAttestationAccepted", transaction.attested.to_string())];
    let finding = Finding::of(transaction.chain.seller, inputs);
    if !transaction.attested && transaction.lines.is_empty() {
        return Some(finding.lacking(Some("the seller's attestation")));
    }
    Some(finding.unless(transaction.attested, || {
        Fault {
            reason: Reason::AttestationMissing,
            explanation:
                "the seller has not attested its role (indirect partner if the order names a \
                      reseller, otherwise direct partner)"
                    .to_owned(),
            responsible: Responsible::Seller,
            next_step: Step::Attest.into(),
        }
    }))
}
