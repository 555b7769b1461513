//! Where ordering calls relationship.

use std::time::Duration;

use contracts::relationship::{self as pb, relationship_service_client::RelationshipServiceClient};
use errors::{Failure, Resource};
use markets::Country;
use rpc_client::Channel;
use runtime::telemetry::{Traced, traced};
use tonic::Code;
use types::{CustomerRelationshipName, LocationAccountId, Responsible, Violation};

use crate::{
    domain::{Answer, Approved, Leg, ProductFamily, Purpose, Question, Release},
    evidence,
};

const RELATIONSHIP: &str = "relationship";
/// Whose words the reasons of a refusal by relationship are.
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

    /// Asks whether something may happen, and why (not).
    pub(crate) async fn check(&self, question: &Question) -> Result<Answer, Failure> {
        let asked = transaction(question);
        let request = pb::CheckTransactionRequest {
            transaction: Some(asked.clone()),
            view: pb::DecisionView::Full.into(),
        };
        let answer = self.client.clone().check_transaction(request).await;
        let answer = answer.map_err(|status| errors::read(RELATIONSHIP, &status))?;
        let decision = answer.into_inner().decision;
        answer_of(&asked, decision.unwrap_or_default())
    }

    /// Gets what is to be removed.
    pub(crate) async fn relationship(
        &self,
        name: CustomerRelationshipName,
    ) -> Result<Release, Failure> {
        let request = pb::GetCustomerRelationshipRequest { name: name.to_string() };
        let answer = self.client.clone().get_customer_relationship(request).await;
        let answer = answer.map_err(|status| errors::read(RELATIONSHIP, &status))?;
        let found = answer.into_inner().relationship.unwrap_or_default();
        let resale = found.kind() != pb::CustomerRelationshipKind::Management;
        let partner = found.partner.parse().map_err(Failure::bug)?;
        Ok(Release { name, partner, resale })
    }

    /// Removes a relationship that may go.
    pub(crate) async fn remove(
        &self,
        approved: &Approved<Release>,
        request: pb::RemoveCustomerRelationshipRequest,
    ) -> Result<pb::CustomerRelationship, Failure> {
        let name = approved.after().name;
        let answer = self.client.clone().remove_customer_relationship(request).await;
        let answer = answer.map_err(|status| match status.code() {
            Code::FailedPrecondition => errors::read_refusal(RELATIONSHIP, DOMAIN, &status)
                .map_or_else(|it| it, Failure::Refused),
            Code::AlreadyExists => Failure::RequestIdReused {
                changed: Resource::named(name),
                differing: errors::read_differing(&status),
            },
            Code::Aborted => errors::read_aborted(&status),
            _ => errors::read(RELATIONSHIP, &status),
        })?;
        answer.into_inner().relationship.ok_or_else(|| Failure::bug("nothing was removed"))
    }
}

/// Reads a decision. Whatever is not clearly an allowance of what was asked is none.
fn answer_of(asked: &pb::Transaction, decision: pb::Decision) -> Result<Answer, Failure> {
    if decision.transaction.as_ref() != Some(asked) {
        return Err(Failure::bug("relationship decided on another transaction than asked"));
    }
    let open = decision
        .outcomes
        .iter()
        .filter(|it| !matches!(it.outcome(), pb::Outcome::Passed | pb::Outcome::NotApplicable));
    let violations: Vec<_> = open.map(violation).collect();
    let held = !decision.outcomes.is_empty();
    match decision.verdict() {
        pb::Verdict::Allowed if violations.is_empty() && held => {}
        pb::Verdict::Refused if !violations.is_empty() => {}
        pb::Verdict::Allowed | pb::Verdict::Refused => {
            return Err(Failure::bug("verdict and outcomes of a decision contradict each other"));
        }
        // An order is asked about with all that it has.
        pb::Verdict::Undetermined | pb::Verdict::Unspecified => {
            return Err(Failure::bug("relationship did not decide on an order"));
        }
    }
    let legs = decision.legs.iter().cloned();
    Ok(Answer {
        violations,
        seller_country: country(&decision, "partnerCountry"),
        customer_country: country(&decision, "customerCountry"),
        legs: legs.map(|leg| Leg { seller: leg.seller, buyer: leg.buyer }).collect(),
        valid_for: decision.valid_for.and_then(|it| it.try_into().ok()).unwrap_or(Duration::ZERO),
        evidence: evidence::to_json(&decision).map_err(Failure::bug)?,
    })
}

/// A country that REL-3 looked at when it was held against the seller.
fn country(decision: &pb::Decision, name: &str) -> Option<Country> {
    let seller = &decision.transaction.as_ref()?.seller;
    let input = |outcome: &pb::RuleOutcome, name: &str| {
        let found = outcome.inputs.iter().find(|it| it.name == name);
        found.map(|it| it.value.clone())
    };
    let regions = decision.outcomes.iter().filter(|it| it.rule_id == "REL-3");
    let mut of_seller = regions.filter(|it| input(it, "partner").as_ref() == Some(seller));
    input(of_seller.next()?, name)?.parse().ok()
}

fn transaction(question: &Question) -> pb::Transaction {
    let Question { chain, purpose, lines, attested } = question;
    let text = LocationAccountId::to_string;
    let lines = lines.iter().map(|(family, on_record)| pb::TransactionLine {
        product_family: product_family(*family).into(),
        partner_id_on_record: on_record.partner_id.as_ref().map_or_else(String::new, text),
        additional_partner_ids_on_record: on_record.additional_ids.iter().map(text).collect(),
    });
    pb::Transaction {
        seller: chain.seller.to_string(),
        reseller: chain.reseller.map(|it| it.to_string()).unwrap_or_default(),
        customer: chain.customer.to_string(),
        purpose: match purpose {
            Purpose::NewSubscription => pb::Purpose::NewSubscription,
            Purpose::AddQuantity => pb::Purpose::AddQuantity,
            Purpose::Renew => pb::Purpose::Renew,
            Purpose::Change => pb::Purpose::Change,
            Purpose::Manage => pb::Purpose::Manage,
            Purpose::Cancel => pb::Purpose::Cancel,
            Purpose::TransferIn => pb::Purpose::TransferIn,
            Purpose::AutomaticRenewal => pb::Purpose::AutomaticRenewal,
        }
        .into(),
        lines: lines.collect(),
        partner_attestation_accepted: *attested,
    }
}

fn violation(outcome: &pb::RuleOutcome) -> Violation {
    let inputs = outcome.inputs.iter().cloned();
    Violation {
        rule: outcome.rule_id.clone(),
        reason: outcome.reason.clone(),
        subject: outcome.subject.clone(),
        explanation: outcome.explanation.clone(),
        inputs: inputs.map(|input| (input.name, input.value)).collect(),
        responsible: match outcome.responsible() {
            pb::Responsible::Seller => Responsible::Seller,
            pb::Responsible::Reseller => Responsible::Reseller,
            pb::Responsible::Customer => Responsible::Customer,
            pb::Responsible::Partner => Responsible::Partner,
            pb::Responsible::Caller | pb::Responsible::Unspecified => Responsible::Caller,
        },
        next_step: outcome.next_step.clone(),
        source: outcome.source.clone(),
        partner_center_code: outcome.partner_center_code.clone(),
    }
}

fn product_family(family: ProductFamily) -> pb::ProductFamily {
    match family {
        ProductFamily::Microsoft365 => pb::ProductFamily::Microsoft365,
        ProductFamily::Dynamics365 => pb::ProductFamily::Dynamics365,
        ProductFamily::Azure => pb::ProductFamily::Azure,
        ProductFamily::AzureSharedServices => pb::ProductFamily::AzureSharedServices,
        ProductFamily::Software => pb::ProductFamily::Software,
    }
}

#[cfg(test)]
mod tests;
