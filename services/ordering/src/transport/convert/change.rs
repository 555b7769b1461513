use contracts::ordering as pb;
use errors::{Fields, Mutation, MutationOptions, mutation_options};
use types::SubscriptionName;

use super::{Converted, MAX_DETAIL, cycle, idempotent_mutation, order::order_view, term};
use crate::{
    domain::{Action, NewChange, RequestedTerm},
    store::DueCursor,
};

type Change = Converted<(Mutation, SubscriptionName, NewChange, pb::OrderView)>;

pub(in crate::transport) fn add_quantity(request: &pb::AddQuantityRequest) -> Change {
    let attested = request.partner_attestation_accepted;
    change(mutation_options!(request), request.view, &request.name, attested, |fields| {
        quantity(fields, "quantity", request.quantity).map(Action::Add)
    })
}

pub(in crate::transport) fn reduce_quantity(request: &pb::ReduceQuantityRequest) -> Change {
    let attested = request.partner_attestation_accepted;
    change(mutation_options!(request), request.view, &request.name, attested, |fields| {
        quantity(fields, "quantity", request.quantity).map(Action::Reduce)
    })
}

pub(in crate::transport) fn cancel_subscription(request: &pb::CancelSubscriptionRequest) -> Change {
    change(mutation_options!(request), request.view, &request.name, false, |fields| {
        fields.text("detail", &request.detail, MAX_DETAIL).map(Action::Cancel)
    })
}

pub(in crate::transport) fn suspend_subscription(
    request: &pb::SuspendSubscriptionRequest,
) -> Change {
    change(mutation_options!(request), request.view, &request.name, false, |fields| {
        fields.text("detail", &request.detail, MAX_DETAIL).map(Action::Suspend)
    })
}

pub(in crate::transport) fn resume_subscription(request: &pb::ResumeSubscriptionRequest) -> Change {
    change(mutation_options!(request), request.view, &request.name, false, |_| Some(Action::Resume))
}

pub(in crate::transport) fn set_automatic_renewal(
    request: &pb::SetAutomaticRenewalRequest,
) -> Change {
    let action = Action::SetAutomaticRenewal(request.enabled);
    change(mutation_options!(request), request.view, &request.name, false, |_| Some(action))
}

pub(in crate::transport) fn schedule_next_term(request: &pb::ScheduleNextTermRequest) -> Change {
    let attested = request.partner_attestation_accepted;
    change(mutation_options!(request), request.view, &request.name, attested, |fields| {
        match &request.next_term {
            None => Some(Action::NextTerm(None)),
            Some(next) => next_term(fields, next).map(|it| Action::NextTerm(Some(it))),
        }
    })
}

pub(in crate::transport) fn renew_subscription(request: &pb::RenewSubscriptionRequest) -> Change {
    let attested = request.partner_attestation_accepted;
    change(mutation_options!(request), request.view, &request.name, attested, |_| {
        Some(Action::Renew)
    })
}

pub(in crate::transport) fn settle_subscriptions(
    request: &pb::SettleSubscriptionsRequest,
) -> Converted<(usize, Option<DueCursor>)> {
    let mut fields = Fields::new();
    let count = fields.check("max_count", storage::size(request.max_count, MAX_SETTLED));
    let after = fields.parse_optional("token", &request.token);
    fields.finish(|| Some((count?, after?)))
}

/// Maximum number of subscriptions that one call settles.
const MAX_SETTLED: usize = 200;

fn change(
    options: MutationOptions<'_>,
    view: i32,
    name: &str,
    attested: bool,
    action: impl FnOnce(&mut Fields) -> Option<Action>,
) -> Change {
    let mut fields = Fields::new();
    let mutation = idempotent_mutation(&mut fields, options);
    let name = fields.parse("name", name);
    let action = action(&mut fields);
    let view = order_view(&mut fields, view);
    fields.finish(|| Some((mutation?, name?, NewChange { action: action?, attested }, view?)))
}

fn quantity(fields: &mut Fields, field: &str, quantity: i32) -> Option<i32> {
    if quantity < 1 {
        fields.reject(field, format!("{quantity} is less than 1"));
    }
    (quantity >= 1).then_some(quantity)
}

fn next_term(fields: &mut Fields, next: &pb::NextTerm) -> Option<RequestedTerm> {
    let term = fields.choice("next_term.term", next.term, term);
    let cycle = fields.choice("next_term.billing_cycle", next.billing_cycle, cycle);
    let quantity = quantity(fields, "next_term.quantity", next.quantity);
    if let (Some(term), Some(cycle)) = (term, cycle)
        && !cycle.fits(term)
    {
        fields.reject("next_term.billing_cycle", format!("{cycle} is not available for {term}"));
    }
    Some(RequestedTerm { term: term?, billing_cycle: cycle?, quantity: quantity? })
}
