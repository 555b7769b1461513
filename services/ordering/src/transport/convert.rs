//! Converts messages to domain values, or returns all their invalid fields.

mod change;
mod offer;
mod on_record;
mod order;
mod transfer;

use std::{fmt::Display, str::FromStr};

pub(super) use change::{
    add_quantity, cancel_subscription, reduce_quantity, renew_subscription, resume_subscription,
    schedule_next_term, set_automatic_renewal, settle_subscriptions, suspend_subscription,
};
use contracts::{ordering as pb, relationship};
use errors::{Failure, Fields, Mutation, MutationOptions};
pub(super) use offer::{create_offer, update_offer};
pub(super) use order::{cancel_order, get_order, place_order};
pub(super) use transfer::{approve_transfer, create_transfer};
use types::{CustomerRelationshipName, Etag, PartnerName};

use crate::domain::{BillingCycle, Term};

const MAX_DETAIL: usize = 500;

type Converted<T> = Result<T, Failure>;

/// Options of a mutation that a retry could repeat. Its request id is therefore required.
fn idempotent_mutation(fields: &mut Fields, options: MutationOptions<'_>) -> Option<Mutation> {
    if options.request_id.is_empty() {
        fields.reject("request_id", "is required");
    }
    fields.mutation(options)
}

/// A relationship to remove, and the request to relationship.
pub(super) struct Removal {
    pub name: CustomerRelationshipName,
    /// The partner that releases it.
    pub by: PartnerName,
    pub request: relationship::RemoveCustomerRelationshipRequest,
}

pub(super) fn release(request: &pb::ReleaseCustomerRelationshipRequest) -> Converted<Removal> {
    let mut fields = Fields::new();
    fields.guid("request_id", &request.request_id);
    fields.parse_optional::<Etag>("etag", &request.etag);
    let name = fields.parse("name", &request.name);
    let by = fields.parse("released_by", &request.released_by);
    fields.text("detail", &request.detail, MAX_DETAIL);
    let request = relationship::RemoveCustomerRelationshipRequest {
        name: request.name.clone(),
        detail: request.detail.clone(),
        request_id: request.request_id.clone(),
        removed_by: request.released_by.clone(),
        no_active_subscriptions: true,
        validate_only: false,
        etag: request.etag.clone(),
    };
    fields.finish(|| Some(Removal { name: name?, by: by?, request }))
}

/// Fields of a request that names a resource and gives a reason.
pub(super) fn with_detail<N: FromStr<Err: Display>>(
    options: MutationOptions<'_>,
    name: &str,
    detail: &str,
) -> Converted<(Mutation, N, String)> {
    let mut fields = Fields::new();
    let mutation = fields.mutation(options);
    let name = fields.parse("name", name);
    let detail = fields.text("detail", detail, MAX_DETAIL);
    fields.finish(|| Some((mutation?, name?, detail?)))
}

fn term(term: pb::Term) -> Option<Term> {
    match term {
        pb::Term::Unspecified => None,
        pb::Term::P1m => Some(Term::P1M),
        pb::Term::P1y => Some(Term::P1Y),
        pb::Term::P3y => Some(Term::P3Y),
    }
}

fn cycle(cycle: pb::BillingCycle) -> Option<BillingCycle> {
    match cycle {
        pb::BillingCycle::Unspecified => None,
        pb::BillingCycle::Monthly => Some(BillingCycle::Monthly),
        pb::BillingCycle::Annual => Some(BillingCycle::Annual),
        pb::BillingCycle::OneTime => Some(BillingCycle::OneTime),
    }
}
