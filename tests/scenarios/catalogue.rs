//! The rules that ListRules lists for a method, compared with those that the method applies.

use std::collections::{BTreeMap, BTreeSet};

use cluster::scenario_client::{new_id, order};
use contracts::{
    ordering::{
        AddQuantityRequest, BillingCycle, CancelSubscriptionRequest, NextTerm, Order, OrderView,
        PlaceOrderRequest, ReduceQuantityRequest, ResumeSubscriptionRequest,
        ScheduleNextTermRequest, SetAutomaticRenewalRequest, SuspendSubscriptionRequest, Term,
    },
    relationship::{ListRulesRequest, Outcome},
};
use tests::scenarios;

/// The rules that an order was checked against.
fn applied(order: &Order) -> BTreeSet<String> {
    let outcomes = order.decision.iter().flat_map(|it| &it.outcomes);
    let applied = outcomes.filter(|it| it.outcome() != Outcome::NotApplicable);
    applied.map(|it| it.rule_id.clone()).collect()
}

scenarios! {
    /// Through a whole chain every rule applies except OWN-3, because no partner is the customer.
    async fn each_method_applies_exactly_its_listed_rules(world) {
        let client = &world.client;
        let channel = world.channel("FR").await?;
        let other = client.reseller("FR").await?;
        client.partner_up(&channel.provider, &other).await?;
        let (provider, reseller) = (&channel.provider, Some(&channel.reseller));
        let mut wanted = order(provider, reseller, &channel.customer, &channel.offer);
        wanted.lines[0].additional_partner_ids_on_record = vec![other.location];
        let view = OrderView::Full.into();
        let request = PlaceOrderRequest {
            order: Some(wanted),
            request_id: new_id(),
            view,
            ..Default::default()
        };
        let placed = client.ordering.clone().place_order(request).await?.into_inner().order.unwrap();
        let name = placed.lines[0].subscription.clone();
        let mut orders = vec![("PlaceOrder", Some(placed))];
        macro_rules! change {
            ($call:literal, $method:ident, $request:ident { $($field:ident: $value:expr),* }) => {
                let request = $request {
                    name: name.clone(),
                    request_id: new_id(),
                    view,
                    $($field: $value,)*
                    ..Default::default()
                };
                let answer = client.ordering.clone().$method(request).await?.into_inner();
                orders.push(($call, answer.order));
            };
        }
        let detail = || "for a reason".to_owned();
        change!("AddQuantity", add_quantity, AddQuantityRequest {
            quantity: 1, partner_attestation_accepted: true
        });
        change!("ReduceQuantity", reduce_quantity, ReduceQuantityRequest {
            quantity: 1, partner_attestation_accepted: true
        });
        change!("ScheduleNextTerm", schedule_next_term, ScheduleNextTermRequest {
            partner_attestation_accepted: true
        });
        let more = NextTerm {
            term: Term::P1y.into(),
            billing_cycle: BillingCycle::Monthly.into(),
            quantity: 100,
            ..Default::default()
        };
        change!("ScheduleNextTerm", schedule_next_term, ScheduleNextTermRequest {
            partner_attestation_accepted: true, next_term: Some(more)
        });
        change!("SetAutomaticRenewal", set_automatic_renewal, SetAutomaticRenewalRequest {});
        change!("SuspendSubscription", suspend_subscription, SuspendSubscriptionRequest {
            detail: detail()
        });
        change!("ResumeSubscription", resume_subscription, ResumeSubscriptionRequest {});
        change!("CancelSubscription", cancel_subscription, CancelSubscriptionRequest {
            detail: detail()
        });
        let rules = client.relationship.clone().list_rules(ListRulesRequest {}).await?.into_inner();
        let by = |call: &str, rule: &contracts::relationship::Rule| {
            rule.applied_by.iter().any(|it| it == call)
        };
        let mut by_call = BTreeMap::<_, BTreeSet<_>>::new();
        for (call, order) in orders {
            by_call.entry(call).or_default().extend(applied(&order.unwrap()));
        }
        for (call, applied) in by_call {
            let listed = rules.rules.iter().filter(|it| by(call, it) && by("CheckTransaction", it));
            let mut listed: BTreeSet<_> = listed.map(|rule| rule.id.clone()).collect();
            listed.remove("OWN-3");
            assert_eq!(applied, listed, "{call}");
        }
    }
}
