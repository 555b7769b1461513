use types::{LocationAccountId, Responsible};

use super::{
    list, or_none,
    steps::{swapped, to_locate},
};
use crate::domain::{Facts, Fault, Finding, NextStep, Reason, Role, Standing, Step, Transaction};

/// ORD-1: every line carries the reseller's PartnerID, or none where there is no reseller.
pub(in crate::domain) fn partner_id_of_reseller(
    transaction: &Transaction,
    facts: &Facts,
) -> Option<Finding> {
    let location = |standing: Option<&Standing>| {
        standing.and_then(|it| it.location.as_ref()).map(|location| location.account.clone())
    };
    let sellers = location(Some(&facts.seller));
    let expected = location(facts.reseller.as_ref());
    let named = facts.reseller.is_some();
    let wrong = |id: Option<&LocationAccountId>| match (named, id) {
        (false, None) => None,
        (false, Some(_)) => Some(Reason::PartnerIdWithoutReseller),
        (true, None) => Some(Reason::PartnerIdMissing),
        (true, Some(id)) if expected.as_ref() == Some(id) => None,
        (true, Some(id)) if sellers.as_ref() == Some(id) => Some(Reason::PartnerIdOfProvider),
        (true, Some(_)) => Some(Reason::PartnerIdNotOfReseller),
    };
    let lines = transaction.lines.iter().enumerate();
    let wrong: Vec<_> =
        lines.filter_map(|(at, line)| Some((at, wrong(line.partner_id.as_ref())?))).collect();
    let inputs = vec![
        ("expectedPartnerId", or_none(expected.as_ref())),
        ("wrongLines", list(wrong.iter().map(|(at, _)| at))),
    ];
    let finding = Finding::of(transaction.reseller.unwrap_or(transaction.seller), inputs);
    let finding = Finding { fault: fault(&wrong, expected, facts), ..finding };
    Some(finding.lacking(transaction.lacks_lines()).advising(swapped(facts)))
}

/// What is wrong with the lines, each kind of it once, the kind of the first line first.
fn fault(
    wrong: &[(usize, Reason)],
    expected: Option<LocationAccountId>,
    facts: &Facts,
) -> Option<Fault> {
    let (_, reason) = *wrong.first()?;
    let mut kinds: Vec<Reason> = Vec::new();
    for (_, kind) in wrong {
        if !kinds.contains(kind) {
            kinds.push(*kind);
        }
    }
    let parts = kinds.iter().map(|kind| {
        let lines: Vec<_> = wrong.iter().filter(|(_, it)| it == kind).map(|(at, _)| at).collect();
        let (lines, carry) = match lines.as_slice() {
            [line] => (format!("line {line}"), "carries"),
            lines => (format!("lines {}", list(lines)), "carry"),
        };
        format!("{lines} {carry} {}", what(*kind).0)
    });
    let parts: Vec<_> = parts.collect();
    let locate = || facts.reseller.as_ref().map(|it| to_locate(it, Role::IndirectReseller));
    let put = |id: Option<_>| NextStep::from(Step::PutPartnerId(id));
    let next_step = match (reason, expected) {
        (Reason::PartnerIdWithoutReseller, _) => Step::LeavePartnerIdsOut.into(),
        (_, Some(expected)) => put(Some(expected)),
        (_, None) => put(None).after(locate()),
    };
    Some(Fault {
        reason,
        explanation: format!("{} (lines are counted from 0)", parts.join("; ")),
        responsible: Responsible::Caller,
        next_step,
        code: what(reason).1,
    })
}

/// What such a line carries, and the code of Partner Center.
#[allow(clippy::wildcard_enum_match_arm, reason = "the other reasons belong to other rules")]
fn what(reason: Reason) -> (&'static str, &'static str) {
    match reason {
        Reason::PartnerIdWithoutReseller => ("a PartnerID though no reseller is named", ""),
        Reason::PartnerIdMissing => ("no PartnerID though a reseller is named", ""),
        Reason::PartnerIdOfProvider => ("the provider's own PartnerID", "404/2072"),
        _ => ("a PartnerID that is not the reseller's associated location", "400/800016"),
    }
}

/// ORD-2: the seller attests in which role it acts. It does so with the order: before there are lines,
/// it has not yet.
pub(in crate::domain) fn attested(transaction: &Transaction, _: &Facts) -> Option<Finding> {
    let inputs = vec![("partnerAttestationAccepted", transaction.attested.to_string())];
    let finding = Finding::of(transaction.seller, inputs);
    if !transaction.attested && transaction.lines.is_empty() {
        return Some(finding.lacking(Some("the seller's attestation")));
    }
    Some(finding.unless(transaction.attested, || {
        Fault {
            reason: Reason::AttestationMissing,
            explanation: "the seller has not attested that it acts as indirect partner where a \
                      reseller is named and as direct partner where none is"
                .to_owned(),
            responsible: Responsible::Seller,
            next_step: Step::Attest.into(),
            code: "400/900206",
        }
    }))
}
