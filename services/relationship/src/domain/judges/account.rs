//! Rules on the customer's market, agreement and account (REL-5, CUS-1, CUS-2).

use rules::{Purpose, Reason, Responsible, Transaction};
use types::Timestamp;

use super::or_none;
use crate::domain::{AccountState, CustomerAgreement, Facts, Fault, Finding, Step};

/// From this time, 2025-10-07, old acceptances of the MCA are invalid.
const REACCEPTANCE: Timestamp = Timestamp::constant(1_759_795_200, 0);
/// Acceptances before this time, 2023-04-01, are old.
const OLD: Timestamp = Timestamp::constant(1_680_307_200, 0);

/// REL-5: sales are not stopped in the customer's country.
pub(in crate::domain) fn sales_not_stopped(_: &Transaction, facts: &Facts) -> Option<Finding> {
    let country = facts.customer.country;
    let stop = country.sales_stop();
    let inputs = vec![("customerCountry", country.to_string()), ("salesStopTime", or_none(stop))];
    let finding = Finding::of(facts.customer.name, inputs);
    Some(finding.unless(stop.is_none_or(|stop| facts.time < stop), || Fault {
        reason: Reason::SalesStopped,
        explanation: format!(
            "sales and renewals in {} have been stopped since {}",
            country.name(),
            or_none(stop)
        ),
        responsible: Responsible::Caller,
        next_step: Step::SalesStopped.into(),
    }))
}

/// CUS-1: the customer accepted the MCA at Microsoft or the seller attests the acceptance; the later
/// one must not be old. Attestations of other partners are ignored. Does not apply in China, which has
/// no MCA.
pub(in crate::domain) fn accepted_mca(_: &Transaction, facts: &Facts) -> Option<Finding> {
    if !facts.customer.country.has_customer_agreement() {
        return None;
    }
    let of_seller = facts.relationships.iter().filter(|it| it.partner == facts.seller.partner);
    let attested = of_seller.filter(|it| it.state_at(facts.time).is_open());
    let attested = attested.filter_map(|it| Some((it.agreement.as_ref()?, Some(it.partner))));
    let accepted = facts.customer.agreement.iter().map(|it| (it, None));
    let latest = accepted.chain(attested).max_by_key(|(it, _)| it.accept_time);
    let agreement = latest.map(|(it, _)| it);
    let inputs = vec![
        ("mcaAcceptTime", or_none(agreement.map(|it| it.accept_time))),
        ("mcaAttestedBy", or_none(latest.and_then(|(_, partner)| partner))),
        ("mcaVersion", or_none(agreement.map(|it| &it.version))),
    ];
    let old = |it: &CustomerAgreement| it.accept_time < OLD && facts.time >= REACCEPTANCE;
    let wrong = match agreement {
        None => Some((
            Reason::CustomerAgreementMissing,
            "the customer has not accepted the Microsoft Customer Agreement, and the seller has \
             not attested an acceptance"
                .to_owned(),
        )),
        Some(agreement) if old(agreement) => Some((
            Reason::CustomerAgreementOutdated,
            format!(
                "the customer accepted the Microsoft Customer Agreement on {}; since \
                 {REACCEPTANCE}, acceptances before {OLD} are no longer valid",
                agreement.accept_time
            ),
        )),
        Some(_) => None,
    };
    let fault = wrong.map(|(reason, explanation)| Fault {
        reason,
        explanation,
        responsible: Responsible::Customer,
        next_step: Step::RecordCustomerAgreement.into(),
    });
    Some(Finding { fault, ..Finding::of(facts.customer.name, inputs) })
}

/// CUS-2: the account review permits the transaction. During a review nothing may be added; a rejected
/// or locked account blocks every commercial purpose.
pub(in crate::domain) fn account_review_permits(
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
            "the customer's account is under review; nothing may be added until the review ends",
        )),
        Some(AccountState::Rejected) => {
            Some((Reason::AccountRejected, "the customer's account did not pass its review"))
        }
        Some(AccountState::Locked) => {
            Some((Reason::AccountLocked, "the customer's account is locked"))
        }
    };
    let fault = wrong.zip(state).map(|((reason, explanation), state)| Fault {
        reason,
        explanation: explanation.to_owned(),
        responsible: Responsible::Customer,
        next_step: Step::RecordAccountReview(state).into(),
    });
    Some(Finding { fault, ..Finding::of(facts.customer.name, inputs) })
}
