//! Calls to relationship.

use std::time::Duration;

use contracts::{
    relationship::{self as pb, relationship_service_client::RelationshipServiceClient},
    rules as wire,
};
use errors::{Failure, Resource};
use prost::Message;
use rpc_client::Channel;
use rules::{LONGEST_VALIDITY, Line, Transaction, Violation};
use runtime::telemetry::{Traced, traced};
use tonic::Code;
use types::{CustomerRelationshipName, LocationAccountId};

use crate::domain::{Answer, Approved, Evidence, Release};

const RELATIONSHIP: &str = "relationship";
/// The service that defines the reasons of a refusal by relationship.
const DOMAIN: &str = "relationship.csp";

/// A channel to relationship.
#[derive(Debug, Clone)]
pub(crate) struct Relationship {
    client: RelationshipServiceClient<Traced>,
}

impl Relationship {
    pub(crate) fn new(settings: rpc_client::Settings) -> Self {
        Self { client: RelationshipServiceClient::new(traced(Channel::new(settings))) }
    }

    /// Asks whether a transaction may happen, and why (not).
    pub(crate) async fn check(&self, transaction: &Transaction) -> Result<Answer, Failure> {
        let asked = to_wire(transaction);
        let request = pb::CheckTransactionRequest {
            transaction: Some(asked.clone()),
            view: pb::DecisionView::Full.into(),
        };
        let answer = self.client.clone().check_transaction(request).await;
        let answer = answer.map_err(|status| status::read(RELATIONSHIP, &status))?;
        let decision = answer.into_inner().decision;
        answer_of(&asked, decision.unwrap_or_default())
    }

    /// The customer relationship that a release removes.
    pub(crate) async fn relationship(
        &self,
        name: CustomerRelationshipName,
    ) -> Result<Release, Failure> {
        let request = pb::GetCustomerRelationshipRequest { name: name.to_string() };
        let answer = self.client.clone().get_customer_relationship(request).await;
        let answer = answer.map_err(|status| status::read(RELATIONSHIP, &status))?;
        let found = answer.into_inner().relationship.unwrap_or_default();
        let resale = found.kind() != pb::CustomerRelationshipKind::Management;
        let partner = found.partner.parse().map_err(Failure::bug)?;
        Ok(Release { name, partner, resale })
    }

    /// Removes a customer relationship after its release was approved.
    pub(crate) async fn remove(
        &self,
        approved: &Approved<Release>,
        request: pb::RemoveCustomerRelationshipRequest,
    ) -> Result<pb::CustomerRelationship, Failure> {
        let name = approved.after().name;
        let answer = self.client.clone().remove_customer_relationship(request).await;
        let answer = answer.map_err(|status| match status.code() {
            Code::FailedPrecondition => {
                status::read_refusal(RELATIONSHIP, &status).map_or_else(|it| it, Failure::Refused)
            }
            Code::AlreadyExists => Failure::RequestIdReused {
                changed: Resource::named(name),
                differing: status::read_differing(&status),
            },
            Code::Aborted => status::read_aborted(&status),
            _ => status::read(RELATIONSHIP, &status),
        })?;
        answer.into_inner().relationship.ok_or_else(|| Failure::bug("nothing was removed"))
    }
}

/// The transaction of a stored decision, and what [`answer_of`] reads from it again; `None` if it is not a decision.
pub(crate) fn read_again(decision: &[u8]) -> Option<(pb::Transaction, Result<Answer, Failure>)> {
    let decision = pb::Decision::decode(decision).ok()?;
    let transaction = decision.transaction.clone()?;
    Some((transaction.clone(), answer_of(&transaction, decision)))
}

/// Reads a decision. Only a decision on exactly this transaction whose rules all passed allows it.
fn answer_of(asked: &pb::Transaction, decision: pb::Decision) -> Result<Answer, Failure> {
    if decision.transaction.as_ref() != Some(asked) {
        return Err(Failure::bug("relationship decided on another transaction than asked"));
    }
    let open = decision
        .outcomes
        .iter()
        .filter(|it| !matches!(it.outcome(), pb::Outcome::Passed | pb::Outcome::NotApplicable));
    let violations: Vec<_> = open.map(violation).collect();
    let complete = !decision.outcomes.is_empty();
    match decision.verdict() {
        pb::Verdict::Allowed if violations.is_empty() && complete => {}
        pb::Verdict::Refused if !violations.is_empty() => {}
        pb::Verdict::Allowed | pb::Verdict::Refused => {
            return Err(Failure::bug("verdict and outcomes of a decision contradict each other"));
        }
        // Orders are complete, so that no rule lacks anything.
        pb::Verdict::Undetermined | pb::Verdict::Unspecified => {
            return Err(Failure::bug("relationship did not decide on an order"));
        }
    }
    Ok(Answer {
        violations,
        seller_country: decision.seller_country_code.parse().ok(),
        customer_country: decision.customer_country_code.parse().ok(),
        valid_for: decision.valid_for.and_then(|it| it.try_into().ok()).map_or(
            Duration::ZERO,
            // Another version of relationship may have another setting.
            |it: Duration| it.min(LONGEST_VALIDITY),
        ),
        evidence: Evidence::new(decision.encode_to_vec()),
    })
}

pub(crate) fn to_wire(transaction: &Transaction) -> pb::Transaction {
    let Transaction { chain, purpose, lines, attested } = transaction;
    let text = LocationAccountId::to_string;
    let lines = lines.iter().map(|Line { family, on_record }| pb::TransactionLine {
        product_family: pb::ProductFamily::from(*family).into(),
        partner_id_on_record: on_record.partner_id.as_ref().map_or_else(String::new, text),
        additional_partner_ids_on_record: on_record.additional_ids.iter().map(text).collect(),
    });
    pb::Transaction {
        seller: chain.seller.to_string(),
        reseller: chain.reseller.map(|it| it.to_string()).unwrap_or_default(),
        customer: chain.customer.to_string(),
        purpose: pb::Purpose::from(*purpose).into(),
        lines: lines.collect(),
        partner_attestation_accepted: *attested,
    }
}

fn violation(outcome: &pb::RuleOutcome) -> Violation {
    let it = outcome.clone();
    status::violation(wire::Violation {
        domain: DOMAIN.to_owned(),
        rule_id: it.rule_id,
        reason: it.reason,
        subject: it.subject,
        explanation: it.explanation,
        inputs: it.inputs,
        responsible: it.responsible,
        next_step: it.next_step,
        source: it.source,
        partner_center_code: it.partner_center_code,
    })
}

#[cfg(test)]
mod tests;
