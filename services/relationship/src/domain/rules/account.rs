//! What a customer must be ready with before it buys.

use kernel::{Responsible, Timestamp};

use super::or_none;
use crate::domain::{
    AccountState, AgreementWay, CustomerAgreement, Facts, Fault, Finding, Purpose, Reason,
    Transaction,
};

/// From when on an old acceptance of the MCA no longer counts: 2025-10-07.
const REACCEPTANCE: Timestamp = Timestamp::constant(1_759_795_200, 0);
/// Before when an acceptance is old: 2023-04-01.
const OLD: Timestamp = Timestamp::constant(1_680_307_200, 0);

/// REL-5: sales are not stopped in the customer's country.
pub(in crate::domain) fn sales_go_on(_: &Transaction, facts: &Facts) -> Option<Finding> {
    let country = facts.customer.country;
    let stop = country.sales_stop();
    let inputs = vec![("customerCountry", country.to_string()), ("salesStopTime", or_none(stop))];
    let finding = Finding::of(facts.customer.name, inputs);
    Some(finding.unless(stop.is_none_or(|stop| facts.time < stop), || Fault {
        reason: Reason::SalesStopped,
        explanation: format!("nothing new is sold in {} since {}", country.name(), or_none(stop)),
        responsible: Responsible::Caller,
        next_step:
            "leave it; what was sold before may be renewed, reduced and cancelled".to_owned(),
        code: "",
    }))
}

/// CUS-1: the customer has accepted the MCA, and not too long ago.
pub(in crate::domain) fn accepted_mca(_: &Transaction, facts: &Facts) -> Option<Finding> {
    let agreement = facts.customer.agreement.as_ref();
    let inputs = vec![
        ("mcaAcceptTime", or_none(agreement.map(|it| it.accept_time))),
        ("mcaAttestedBy", or_none(agreement.map(attested_by))),
        ("mcaVersion", or_none(agreement.map(|it| &it.version))),
    ];
    let old = |it: &CustomerAgreement| it.accept_time < OLD && facts.time >= REACCEPTANCE;
    let wrong = match agreement {
        None => Some((
            Reason::CustomerAgreementMissing,
            "the customer has not accepted the Microsoft Customer Agreement".to_owned(),
        )),
        Some(agreement) if old(agreement) => Some((
            Reason::CustomerAgreementOutdated,
            format!(
                "the customer accepted the Microsoft Customer Agreement before {OLD}, which since \
                 {REACCEPTANCE} no longer counts"
            ),
        )),
        Some(_) => None,
    };
    let fault = wrong.map(|(reason, explanation)| Fault {
        reason,
        explanation,
        responsible: Responsible::Customer,
        next_step: "the customer accepts the MCA; record it with RecordCustomerAgreement"
            .to_owned(),
        code: "403/13605",
    });
    Some(Finding { fault, ..Finding::of(facts.customer.name, inputs) })
}

fn attested_by(agreement: &CustomerAgreement) -> String {
    match (agreement.way, agreement.attested_by) {
        (AgreementWay::PartnerAttestation, Some(partner)) => partner.to_string(),
        _ => agreement.way.to_string(),
    }
}

/// CUS-2: the review of the customer's account lets the transaction happen. While it goes on,
/// nothing is added; one that ended badly stops every deal.
pub(in crate::domain) fn account_in_order(
    transaction: &Transaction,
    facts: &Facts,
) -> Option<Finding> {
    let state = facts.customer.account.as_ref().map(|review| review.state);
    let inputs = vec![
        ("accountState", state.map_or("not-reviewed", AccountState::as_str).to_owned()),
        ("purpose", transaction.purpose.to_string()),
    ];
    let adds = matches!(
        transaction.purpose,
        Purpose::NewSubscription | Purpose::AddQuantity | Purpose::TransferIn
    );
    let wrong = match state {
        None | Some(AccountState::Verified) => None,
        Some(AccountState::UnderReview) if !adds => None,
        Some(AccountState::UnderReview) => Some((
            Reason::AccountUnderReview,
            "the customer's account is under review: nothing is added until it ends",
            "wait for the review to end, then record it with RecordAccountReview",
            "403/800074",
        )),
        Some(AccountState::Rejected) => Some((
            Reason::AccountRejected,
            "the customer's account did not pass its review",
            "the customer mends its account; record the next review with RecordAccountReview",
            "403/800075",
        )),
        Some(AccountState::Locked) => Some((
            Reason::AccountLocked,
            "the customer's account is locked",
            "the customer has its account unlocked; record that with RecordAccountReview",
            "403/900416",
        )),
    };
    let fault = wrong.map(|(reason, explanation, next_step, code)| Fault {
        reason,
        explanation: explanation.to_owned(),
        responsible: Responsible::Customer,
        next_step: next_step.to_owned(),
        code,
    });
    Some(Finding { fault, ..Finding::of(facts.customer.name, inputs) })
}
