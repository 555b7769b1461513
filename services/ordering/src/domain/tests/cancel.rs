//! Cancellation of orders.

use std::time::Duration;

use rules::{Denial, Responsible, Violation};
use types::{ResourceVersion, Timestamp};

use super::fixtures::{NEXT_ORDER, ORDER, answer, at, events, money, placed, placement, violation};
use crate::domain::{Answer, Changes, Order, OrderKind, OrderState, Placement, SubscriptionState};

const WINDOW: i64 = 168 * 3600;
const MICROSECOND: Duration = Duration::from_micros(1);

fn cancel(placement: Placement, now: Timestamp) -> Result<Changes, Denial> {
    placement.may_cancel()?;
    placement.cancel("not needed".to_owned(), answer(), NEXT_ORDER, now)
}

fn refused(placement: Placement, now: Timestamp) -> Vec<Violation> {
    match cancel(placement, now) {
        Err(Denial::Refused(violations)) => violations,
        other => unreachable!("{other:?}"),
    }
}

#[test]
fn an_order_is_cancelled_until_168_hours_after_its_acceptance() {
    let end = at(WINDOW);
    for (now, allowed) in [
        (at(0), true),
        (at(3600), true),
        (end - MICROSECOND, true),
        (end, true),
        (end + MICROSECOND, false),
        (at(2 * WINDOW), false),
        (Timestamp::MAX, false),
    ] {
        assert_eq!(cancel(placement(), now).is_ok(), allowed, "{now}");
    }
}

#[test]
fn the_window_starts_at_the_acceptance_not_at_the_last_change() {
    let mut placement = placement();
    placement.order.resource_version = placement.order.resource_version.next(at(3600));
    assert!(cancel(placement.clone(), at(WINDOW)).is_ok());
    assert!(cancel(placement, at(WINDOW) + MICROSECOND).is_err());
}

#[test]
fn a_cancellation_is_an_order_that_ends_all_subscriptions() {
    let before = placement();
    let changes = cancel(before.clone(), at(9)).unwrap();
    let cancelled = "SubscriptionCancelled";
    assert_eq!(events(&changes), [cancelled, cancelled, "OrderAccepted", "OrderCancelled"]);
    let by = &changes.orders()[0].after;
    assert_eq!((by.name, by.kind, by.chain), (NEXT_ORDER, OrderKind::Cancel, before.order.chain));
    assert_eq!((by.charge, by.refund), (money("EUR", 0), before.order.charge));
    let names = |order: &Order| order.lines.iter().map(|it| it.subscription).collect::<Vec<_>>();
    assert_eq!(names(by), names(&before.order));
    let Placement { order, subscriptions } = placed(&changes);
    let resource_version = ResourceVersion { revision: 2, create_time: at(0), update_time: at(9) };
    let state_reason = "not needed".to_owned();
    let state = OrderState::Cancelled;
    assert_eq!(
        order,
        Order { state, state_reason: state_reason.clone(), resource_version, ..before.order }
    );
    let mut expected = before.subscriptions;
    for each in &mut expected {
        (each.state, each.resource_version) = (SubscriptionState::Cancelled, resource_version);
        (each.state_time, each.state_reason) = (at(9), state_reason.clone());
    }
    assert_eq!(subscriptions, expected);
}

#[test]
fn a_cancellation_skips_subscriptions_that_have_ended() {
    let mut before = placement();
    before.subscriptions[0].state = SubscriptionState::Cancelled;
    let changes = cancel(before.clone(), at(9)).unwrap();
    let changed: Vec<_> = changes.subscriptions().iter().map(|it| it.after.name).collect();
    assert_eq!(changed, [before.subscriptions[1].name]);
    before.subscriptions[1].state = SubscriptionState::Cancelled;
    assert_eq!(refused(before, at(9))[0].reason, "ORDER_STATE_CONFLICT");
}

#[test]
fn only_a_purchase_is_cancelled_and_only_once() {
    let cancelled = placed(&cancel(placement(), at(9)).unwrap());
    let mut change = placement();
    change.order.kind = OrderKind::AddQuantity;
    for (placement, state) in [(cancelled, "cancelled"), (change, "accepted")] {
        for now in [at(9), at(2 * WINDOW)] {
            let violations = refused(placement.clone(), now);
            assert_eq!(violations.len(), 1);
            let [rule, reason] = [&violations[0].rule, &violations[0].reason];
            assert_eq!([rule, reason], ["STATE", "ORDER_STATE_CONFLICT"]);
            assert_eq!(violations[0].inputs[0], ("state".to_owned(), state.to_owned()));
        }
    }
}

#[test]
fn violations_of_the_programme_precede_those_of_ordering() {
    let answer = Answer { violations: vec![violation("REL-4")], ..answer() };
    let cancel = placement().cancel(String::new(), answer, NEXT_ORDER, at(WINDOW + 1));
    let Err(Denial::Refused(violations)) = cancel else { unreachable!("{cancel:?}") };
    let rules: Vec<_> = violations.iter().map(|it| it.rule.as_str()).collect();
    assert_eq!(rules, ["REL-4", "ORD-3"]);
}

#[test]
fn a_late_cancellation_is_refused_with_the_end_of_the_window() {
    let violations = refused(placement(), at(WINDOW + 1));
    assert_eq!(violations.len(), 1);
    let violation = &violations[0];
    let codes = [&violation.rule, &violation.reason, &violation.partner_center_code];
    assert_eq!(codes, ["ORD-3", "CANCELLATION_WINDOW_OVER", "400/900117"]);
    assert_eq!(violation.subject, ORDER.to_string());
    assert_eq!(violation.responsible, Responsible::Caller);
    let inputs = [
        ("state", "accepted".to_owned()),
        ("orderKind", "purchase".to_owned()),
        ("acceptTime", at(0).to_string()),
        ("cancelUntil", at(WINDOW).to_string()),
    ];
    assert_eq!(violation.inputs, inputs.map(|(name, value)| (name.to_owned(), value)));
    assert!(violation.explanation.contains(&at(WINDOW).to_string()));
    assert!(!violation.next_step.is_empty() && !violation.source.is_empty());
}
