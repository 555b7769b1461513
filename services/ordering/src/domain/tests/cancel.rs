//! How long an order may be taken back.

use std::time::Duration;

use kernel::{Responsible, Stamp, Timestamp, Violation};

use super::world::{ORDER, at, placement};
use crate::domain::{Approved, Denial, Order, OrderState, Placement, SubscriptionState};

const WINDOW: i64 = 168 * 3600;
const MICROSECOND: Duration = Duration::from_micros(1);

fn cancel(placement: Placement, now: Timestamp) -> Result<Approved<Placement>, Denial> {
    placement.cancel("not wanted".to_owned(), now)
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
fn the_window_is_counted_from_the_acceptance_and_not_from_the_last_change() {
    let mut placement = placement();
    placement.order.stamp = placement.order.stamp.next(at(3600));
    assert!(cancel(placement.clone(), at(WINDOW)).is_ok());
    assert!(cancel(placement, at(WINDOW) + MICROSECOND).is_err());
}

#[test]
fn an_order_is_cancelled_with_all_its_subscriptions() {
    let before = placement();
    let approved = cancel(before.clone(), at(9)).unwrap();
    assert_eq!((approved.event(), approved.decided_on()), ("OrderCancelled", Some(1)));
    let Placement { order, subscriptions } = approved.into_after();
    let stamp = Stamp { revision: 2, create_time: at(0), update_time: at(9) };
    let state_reason = "not wanted".to_owned();
    let state = OrderState::Cancelled;
    assert_eq!(order, Order { state, state_reason, stamp, ..before.order });
    let mut expected = before.subscriptions;
    for each in &mut expected {
        (each.state, each.stamp) = (SubscriptionState::Cancelled, stamp);
    }
    assert_eq!(subscriptions, expected);
}

#[test]
fn an_order_is_cancelled_once() {
    let cancelled = cancel(placement(), at(9)).unwrap().into_after();
    for now in [at(9), at(2 * WINDOW)] {
        let violations = refused(cancelled.clone(), now);
        assert_eq!(violations.len(), 1);
        let [rule, reason] = [&violations[0].rule, &violations[0].reason];
        assert_eq!([rule, reason], ["STATE", "ORDER_STATE_CONFLICT"]);
        assert_eq!(violations[0].inputs[0], ("orderState".to_owned(), "cancelled".to_owned()));
    }
}

#[test]
fn a_late_cancellation_tells_until_when_it_was_possible() {
    let violations = refused(placement(), at(WINDOW + 1));
    assert_eq!(violations.len(), 1);
    let violation = &violations[0];
    let told = [&violation.rule, &violation.reason, &violation.partner_center_code];
    assert_eq!(told, ["ORD-3", "CANCELLATION_WINDOW_OVER", "400/900117"]);
    assert_eq!(violation.subject, ORDER.to_string());
    assert_eq!(violation.responsible, Responsible::Caller);
    let inputs = [
        ("orderState", "accepted".to_owned()),
        ("acceptTime", at(0).to_string()),
        ("cancelUntil", at(WINDOW).to_string()),
    ];
    assert_eq!(violation.inputs, inputs.map(|(name, value)| (name.to_owned(), value)));
    assert!(violation.explanation.contains(&at(WINDOW).to_string()));
    assert!(!violation.next_step.is_empty() && !violation.source.is_empty());
}
