//! Maps domain values to messages. Cannot fail.

mod customer;

use std::time::Duration;

use contracts::{onboarding, relationship as pb, rules as wire, time::to_wire};
pub(super) use customer::customer;
use errors::Failure;
use markets::Country;
use rules::{Reason, Rule, Source, Transaction};

use super::DOMAIN;
use crate::domain::{
    CustomerRelationship, Decision, Partnership, PartnershipSide, PartnershipState,
    RelationshipKind, RelationshipState, RuleOutcome, Verdict,
};

pub(super) fn partnership(partnership: Partnership) -> pb::Partnership {
    let resource_version = partnership.resource_version;
    let ending = partnership.ending.as_ref();
    pb::Partnership {
        name: partnership.name.to_string(),
        provider: partnership.provider.to_string(),
        reseller: partnership.reseller.to_string(),
        state: match partnership.state {
            PartnershipState::Invited => pb::PartnershipState::Invited,
            PartnershipState::Active => pb::PartnershipState::Active,
            PartnershipState::Declined => pb::PartnershipState::Declined,
            PartnershipState::Withdrawn => pb::PartnershipState::Withdrawn,
            PartnershipState::Expired => pb::PartnershipState::Expired,
            PartnershipState::Ended => pb::PartnershipState::Ended,
        }
        .into(),
        expire_time: Some(to_wire(partnership.expire_time)),
        accept_time: partnership.accept_time.map(to_wire),
        ended_by: match ending.and_then(|it| it.by) {
            None => pb::PartnershipSide::Unspecified,
            Some(PartnershipSide::Provider) => pb::PartnershipSide::Provider,
            Some(PartnershipSide::Reseller) => pb::PartnershipSide::Reseller,
        }
        .into(),
        state_reason: ending.map(|it| it.detail.clone()).unwrap_or_default(),
        end_time: ending.map(|it| to_wire(it.time)),
        predecessor: partnership.predecessor.map(|it| it.to_string()).unwrap_or_default(),
        revision: resource_version.revision,
        etag: resource_version.etag(),
        create_time: Some(to_wire(resource_version.create_time)),
        update_time: Some(to_wire(resource_version.update_time)),
    }
}

pub(super) fn relationship(relationship: CustomerRelationship) -> pb::CustomerRelationship {
    let resource_version = relationship.resource_version;
    let ending = relationship.ending.as_ref();
    pb::CustomerRelationship {
        name: relationship.name.to_string(),
        partner: relationship.partner.to_string(),
        kind: match relationship.kind {
            RelationshipKind::Resale => pb::CustomerRelationshipKind::Resale,
            RelationshipKind::Management => pb::CustomerRelationshipKind::Management,
        }
        .into(),
        role: relationship.role.map_or(onboarding::Role::Unspecified, Into::into).into(),
        state: match relationship.state {
            RelationshipState::Requested => pb::CustomerRelationshipState::Requested,
            RelationshipState::Active => pb::CustomerRelationshipState::Active,
            RelationshipState::Removed => pb::CustomerRelationshipState::Removed,
            RelationshipState::Refused => pb::CustomerRelationshipState::Refused,
            RelationshipState::Expired => pb::CustomerRelationshipState::Expired,
        }
        .into(),
        expire_time: Some(to_wire(relationship.expire_time)),
        accept_time: relationship.accept_time.map(to_wire),
        removed_by: ending.and_then(|it| it.by).map(|it| it.to_string()).unwrap_or_default(),
        state_reason: ending.map(|it| it.detail.clone()).unwrap_or_default(),
        end_time: ending.map(|it| to_wire(it.time)),
        companion: relationship.companion.map(|it| it.to_string()).unwrap_or_default(),
        agreement: relationship.agreement.map(customer::agreement),
        revision: resource_version.revision,
        etag: resource_version.etag(),
        create_time: Some(to_wire(resource_version.create_time)),
        update_time: Some(to_wire(resource_version.update_time)),
    }
}

pub(super) fn rule(rule: &Rule) -> pb::Rule {
    pb::Rule {
        id: rule.id.to_owned(),
        text: rule.text.to_owned(),
        sources: rule.sources.iter().copied().map(rule_source).collect(),
        applied_by: rule.applied_by().iter().map(ToString::to_string).collect(),
        reasons: rule.reasons().map(rule_reason).collect(),
    }
}

fn rule_source(Source { document, section }: Source) -> pb::RuleSource {
    pb::RuleSource {
        title: document.title.to_owned(),
        section: section.to_owned(),
        url: document.url.to_owned(),
        date: document.date.to_owned(),
    }
}

fn rule_reason(reason: Reason) -> pb::RuleReason {
    pb::RuleReason {
        reason: reason.to_string(),
        domain: reason.service().domain().to_owned(),
        partner_center_code: reason.partner_center_code().to_owned(),
    }
}

pub(super) fn market(country: Country) -> pb::Market {
    pb::Market {
        country_code: country.to_string(),
        country_name: country.name().to_owned(),
        csp_region: country.region().to_string(),
        currency_code: country.currency().to_string(),
        market_table_date: markets::TABLE_DATE.to_owned(),
        registration_number_required: country.needs_registration_number(),
        sales_stop_time: country.sales_stop().map(to_wire),
    }
}

/// Why a transaction of a batch has no decision: the status of a check of it alone.
pub(super) fn check_error(failure: Failure) -> pb::CheckError {
    let status = status::from_failure(failure, DOMAIN);
    pb::CheckError {
        code: status.code().into(),
        reason: status::reason(&status),
        message: status.message().to_owned(),
    }
}

pub(super) fn decision(
    decision: &Decision,
    view: pb::DecisionView,
    valid_for: Duration,
) -> pb::Decision {
    let full = view == pb::DecisionView::Full;
    let shown = decision.outcomes.iter().filter(|it| full || it.failed() || it.lacks().is_some());
    let verdict = match decision.verdict() {
        Verdict::Allowed => pb::Verdict::Allowed,
        Verdict::Refused => pb::Verdict::Refused,
        Verdict::Undetermined => pb::Verdict::Undetermined,
    };
    let legs = decision.legs.iter().cloned();
    let revisions = decision.revisions.iter().cloned();
    pb::Decision {
        verdict: verdict.into(),
        outcomes: shown.map(outcome).collect(),
        legs: legs.map(|leg| pb::Leg { seller: leg.seller, buyer: leg.buyer }).collect(),
        revisions: revisions
            .map(|(resource, revision)| pb::FactRevision { resource, revision })
            .collect(),
        decide_time: Some(to_wire(decision.decide_time)),
        valid_for: prost_types::Duration::try_from(valid_for).ok(),
        transaction: Some(transaction(&decision.transaction)),
        market_table_date: markets::TABLE_DATE.to_owned(),
        seller_country_code: decision.seller_country.to_string(),
        customer_country_code: decision.customer_country.to_string(),
    }
}

fn outcome(outcome: &RuleOutcome) -> pb::RuleOutcome {
    let base = pb::RuleOutcome {
        rule_id: outcome.rule.id.to_owned(),
        outcome: pb::Outcome::NotApplicable.into(),
        source: outcome.rule.source(),
        ..pb::RuleOutcome::default()
    };
    let Some(finding) = outcome.finding.clone() else { return base };
    let inputs = finding.inputs.into_iter();
    let applied = pb::RuleOutcome {
        outcome: pb::Outcome::Passed.into(),
        subject: finding.subject,
        inputs: inputs.map(|(name, value)| wire::Input { name: name.to_owned(), value }).collect(),
        ..base
    };
    if let Some(lacks) = outcome.lacks() {
        return pb::RuleOutcome {
            outcome: pb::Outcome::Undetermined.into(),
            explanation: format!("the question lacks {lacks}"),
            responsible: wire::Responsible::Caller.into(),
            next_step: format!("ask again with {lacks}"),
            ..applied
        };
    }
    let Some(fault) = finding.fault else { return applied };
    pb::RuleOutcome {
        outcome: pb::Outcome::Failed.into(),
        reason: fault.reason.to_string(),
        explanation: fault.explanation,
        responsible: wire::Responsible::from(fault.responsible).into(),
        next_step: fault.next_step.to_string(),
        partner_center_code: fault.reason.partner_center_code().to_owned(),
        ..applied
    }
}

fn transaction(transaction: &Transaction) -> pb::Transaction {
    let lines = transaction.lines.iter().map(|line| pb::TransactionLine {
        product_family: pb::ProductFamily::from(line.family).into(),
        partner_id_on_record: line
            .on_record
            .partner_id
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        additional_partner_ids_on_record: line
            .on_record
            .additional_ids
            .iter()
            .map(ToString::to_string)
            .collect(),
    });
    pb::Transaction {
        seller: transaction.chain.seller.to_string(),
        reseller: transaction.chain.reseller.map(|it| it.to_string()).unwrap_or_default(),
        customer: transaction.chain.customer.to_string(),
        purpose: pb::Purpose::from(transaction.purpose).into(),
        lines: lines.collect(),
        partner_attestation_accepted: transaction.attested,
    }
}
