//! Converts messages to domain values, and reports all invalid fields.

mod customer;
mod lists;

use std::{collections::BTreeSet, fmt::Display, str::FromStr};

use contracts::{onboarding, relationship as pb};
pub(super) use customer::{create_customer, record_agreement, record_review};
use errors::{Failure, Fields, Mutation, MutationOptions, mutation_options};
pub(super) use lists::{Customers, list_relationships, sales_paths};
use rules::{Line, OnRecord, Role, SalesChain, Transaction};
use types::{
    CustomerName, CustomerRelationshipName, LocationAccountId, PartnerName, PartnershipName,
};
use uuid::Uuid;

use crate::domain::{PartnershipSide, RelationshipKind};

const MAX_DETAIL: usize = 500;
/// Transactions of a batch.
const MAX_TRANSACTIONS: usize = 200;
const MAX_LINES: usize = 300;
/// Distinct additional PartnerIDs per transaction.
const MAX_DISTINCT_IDS: usize = 50;

type Converted<T> = Result<T, Failure>;

/// Fields of a customer relationship request.
pub(super) struct RelationshipRequest {
    pub id: Option<Uuid>,
    pub customer: CustomerName,
    pub partner: PartnerName,
    pub provider: Option<PartnerName>,
    pub kind: RelationshipKind,
    pub role: Option<Role>,
}

/// Mutation, resource name, actor and detail.
type Ending<N, By> = (Mutation, N, By, String);

/// A state change of the named resource.
pub(super) fn act<N: FromStr<Err: Display>>(
    options: MutationOptions<'_>,
    name: &str,
) -> Converted<(Mutation, N)> {
    let mut fields = Fields::new();
    let how = fields.mutation(options);
    let name = fields.parse("name", name);
    fields.finish(|| Some((how?, name?)))
}

/// A state change of the named resource that requires a detail.
pub(super) fn act_with_detail<N: FromStr<Err: Display>>(
    options: MutationOptions<'_>,
    name: &str,
    detail: &str,
) -> Converted<(Mutation, N, String)> {
    let mut fields = Fields::new();
    let how = fields.mutation(options);
    let name = fields.parse("name", name);
    let detail = fields.text("detail", detail, MAX_DETAIL);
    fields.finish(|| Some((how?, name?, detail?)))
}

pub(super) fn invite(
    request: &pb::InvitePartnershipRequest,
) -> Converted<(Mutation, Option<Uuid>, PartnerName, PartnerName)> {
    let mut fields = Fields::new();
    let how = fields.mutation(mutation_options!(new request));
    let id = fields.guid_optional("partnership_id", &request.partnership_id);
    let provider = fields.parse("provider", &request.provider);
    let reseller = fields.parse("reseller", &request.reseller);
    if provider.is_some() && provider == reseller {
        fields.reject("reseller", "is the provider itself");
    }
    fields.finish(|| Some((how?, id?, provider?, reseller?)))
}

pub(super) fn end_partnership(
    request: &pb::EndPartnershipRequest,
) -> Converted<Ending<PartnershipName, PartnershipSide>> {
    let mut fields = Fields::new();
    let how = fields.mutation(mutation_options!(request));
    let name = fields.parse("name", &request.name);
    let by = fields.choice("ended_by", request.ended_by, |side| match side {
        pb::PartnershipSide::Unspecified => None,
        pb::PartnershipSide::Provider => Some(PartnershipSide::Provider),
        pb::PartnershipSide::Reseller => Some(PartnershipSide::Reseller),
    });
    let detail = fields.text("detail", &request.detail, MAX_DETAIL);
    fields.finish(|| Some((how?, name?, by?, detail?)))
}

pub(super) fn request_relationship(
    request: &pb::RequestCustomerRelationshipRequest,
) -> Converted<(Mutation, RelationshipRequest)> {
    let mut fields = Fields::new();
    let how = fields.mutation(mutation_options!(request));
    let id = fields.guid_optional("relationship_id", &request.relationship_id);
    let customer = fields.parse("parent", &request.parent);
    let partner = fields.parse("partner", &request.partner);
    let kind = fields.choice("kind", request.kind, |kind| match kind {
        pb::CustomerRelationshipKind::Unspecified => None,
        pb::CustomerRelationshipKind::Resale => Some(RelationshipKind::Resale),
        pb::CustomerRelationshipKind::Management => Some(RelationshipKind::Management),
    });
    let provider = fields.parse_optional("provider", &request.provider);
    if partner.is_some() && provider == Some(partner) {
        fields.reject("provider", "is the partner itself");
    }
    let role = match request.role {
        0 => Some(None),
        number => fields.choice("role", number, onboarding::Role::value).map(Some),
    };
    if let Some(Some(role)) = role {
        if kind == Some(RelationshipKind::Management) {
            fields.reject("role", "must be unset for kind MANAGEMENT");
        } else if !request.provider.is_empty() && role != Role::IndirectReseller {
            let problem = "must be ROLE_INDIRECT_RESELLER if provider is set";
            fields.reject("role", problem);
        }
    }
    fields.finish(|| {
        let (id, provider, kind, role) = (id?, provider?, kind?, role?);
        let (customer, partner) = (customer?, partner?);
        Some((how?, RelationshipRequest { id, customer, partner, provider, kind, role }))
    })
}

pub(super) fn remove_relationship(
    request: &pb::RemoveCustomerRelationshipRequest,
) -> Converted<Ending<CustomerRelationshipName, PartnerName>> {
    let mut fields = Fields::new();
    let how = fields.mutation(mutation_options!(request));
    let name = fields.parse("name", &request.name);
    let by = fields.parse("removed_by", &request.removed_by);
    let detail = fields.text("detail", &request.detail, MAX_DETAIL);
    fields.finish(|| Some((how?, name?, by?, detail?)))
}

pub(super) fn check(
    request: &pb::CheckTransactionRequest,
) -> Converted<(Transaction, pb::DecisionView)> {
    let mut fields = Fields::new();
    let view = decision_view(&mut fields, request.view);
    let transaction = fields
        .required("transaction", request.transaction.as_ref())
        .and_then(|message| transaction(&mut fields, "transaction", message));
    fields.finish(|| Some((transaction?, view?)))
}

pub(super) fn batch_check(
    request: &pb::BatchCheckTransactionsRequest,
) -> Converted<(Vec<Transaction>, pb::DecisionView)> {
    let mut fields = Fields::new();
    let view = decision_view(&mut fields, request.view);
    let count = request.transactions.len();
    if !(1..=MAX_TRANSACTIONS).contains(&count) {
        fields.reject(
            "transactions",
            format!("has {count} entries; 1 to {MAX_TRANSACTIONS} are allowed"),
        );
        return fields.finish(|| None);
    }
    let all = request.transactions.iter().enumerate();
    let all: Vec<_> = all
        .map(|(at, message)| transaction(&mut fields, &format!("transactions[{at}]"), message))
        .collect();
    fields.finish(|| Some((all.into_iter().collect::<Option<_>>()?, view?)))
}

fn decision_view(fields: &mut Fields, view: i32) -> Option<pb::DecisionView> {
    let view = pb::DecisionView::try_from(view);
    fields.check("view", view.map_err(|_| "is not a value of this enum"))
}

fn transaction(fields: &mut Fields, path: &str, message: &pb::Transaction) -> Option<Transaction> {
    let seller = fields.parse(format!("{path}.seller"), &message.seller);
    let reseller = fields.parse_optional(format!("{path}.reseller"), &message.reseller);
    if seller.is_some() && reseller == Some(seller) {
        fields.reject(format!("{path}.reseller"), "is the seller itself");
    }
    let customer = fields.parse(format!("{path}.customer"), &message.customer);
    let purpose = fields.choice(format!("{path}.purpose"), message.purpose, pb::Purpose::value);
    let lines_path = format!("{path}.lines");
    if message.lines.len() > MAX_LINES {
        fields.reject(lines_path, format!("has more than {MAX_LINES} entries"));
        return None;
    }
    let lines = message.lines.iter().enumerate();
    let lines: Vec<_> =
        lines.map(|(at, each)| line(fields, &format!("{lines_path}[{at}]"), each)).collect();
    let ids = message.lines.iter().flat_map(|line| &line.additional_partner_ids_on_record);
    if ids.collect::<BTreeSet<_>>().len() > MAX_DISTINCT_IDS {
        let problem = format!("have more than {MAX_DISTINCT_IDS} additional PartnerIDs");
        fields.reject(lines_path, problem);
    }
    Some(Transaction {
        chain: SalesChain { seller: seller?, reseller: reseller?, customer: customer? },
        purpose: purpose?,
        lines: lines.into_iter().collect::<Option<_>>()?,
        attested: message.partner_attestation_accepted,
    })
}

fn line(fields: &mut Fields, path: &str, message: &pb::TransactionLine) -> Option<Line> {
    let field = format!("{path}.product_family");
    let family = fields.choice(field, message.product_family, pb::ProductFamily::value);
    let field = format!("{path}.partner_id_on_record");
    let partner_id = fields.parse_optional(field, &message.partner_id_on_record);
    let additional = additional_ids(fields, path, message);
    let on_record = OnRecord { partner_id: partner_id?, additional_ids: additional? };
    Some(Line { family: family?, on_record })
}

/// Additional PartnerIDs of a line: at most 5, distinct, and different from the line's PartnerID.
fn additional_ids(
    fields: &mut Fields,
    line: &str,
    message: &pb::TransactionLine,
) -> Option<Vec<LocationAccountId>> {
    let field = format!("{line}.additional_partner_ids_on_record");
    let texts = &message.additional_partner_ids_on_record;
    let max = OnRecord::MAX_ADDITIONAL;
    if texts.len() > max {
        fields.reject(field, format!("has more than {max} entries"));
        return None;
    }
    let ids = texts.iter().enumerate();
    let ids: Vec<_> = ids.map(|(at, id)| fields.parse(format!("{field}[{at}]"), id)).collect();
    let distinct: BTreeSet<_> = texts.iter().collect();
    if distinct.len() < texts.len() || texts.contains(&message.partner_id_on_record) {
        fields.reject(field, "has a duplicate, or the line's own PartnerID");
    }
    ids.into_iter().collect()
}
