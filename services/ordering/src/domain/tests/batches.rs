//! Charges, refunds and return windows of units.

use std::time::Duration;

use proptest::{collection::vec, prelude::*};
use rules::Denial;

use super::fixtures::{NEXT_ORDER, answer, at, bought};
use crate::domain::{
    Action::{self, Add, Cancel, Reduce},
    Markets, NewChange, Offer, Order, Subscription,
    Term::{self, P1M, P1Y, P3Y},
};

const DAY: i64 = 86_400;
const WINDOW: i64 = 7 * DAY;

/// Changes a subscription of which nothing is due. Returns the subscription and the order.
fn change(
    it: &Subscription,
    offer: &Offer,
    action: Action,
    second: i64,
) -> Result<(Subscription, Order), Denial> {
    it.check_state(&action)?;
    let requested = NewChange { action, attested: true };
    let changes = it.clone().change(&requested, offer, answer(), NEXT_ORDER, at(second))?;
    let after = changes.subscriptions().last().unwrap().after.clone();
    Ok((after, changes.into_order().unwrap()))
}

#[test]
fn units_are_added_only_if_the_offer_is_sold_in_the_customers_country() {
    let (subscription, mut offer) = bought(5, P1Y);
    // The customer is in Belgium.
    for (country, sold) in [("BE", true), ("FR", false)] {
        offer.terms.markets = Markets::Only([country.parse().unwrap()].into());
        let added = change(&subscription, &offer, Add(1), 9).map_err(text_of);
        let refused = added.err().map(|it| it.split(' ').next().unwrap().to_owned());
        assert_eq!(refused, (!sold).then(|| "ORD-5".to_owned()), "{country}");
        assert!(change(&subscription, &offer, Reduce(1), 9).is_ok(), "{country}");
    }
}

fn cancel() -> Action {
    Cancel("not needed".to_owned())
}

fn text_of(denial: Denial) -> String {
    match denial {
        Denial::Refused(all) => format!("{} {}", all[0].rule, all[0].explanation),
        Denial::Invalid(all) => format!("{}: {}", all[0].field, all[0].description),
        other => unreachable!("{other:?}"),
    }
}

#[test]
fn added_units_are_charged_for_the_remaining_days_rounded_down() {
    // At 5.00 a month one unit costs 60.00 for the 365 days of a year.
    for (second, charge) in [
        (0, 6000),
        (DAY - 1, 6000),
        (DAY, 5983),
        (2 * DAY, 5967),
        (364 * DAY, 16),
        (365 * DAY - 1, 16),
    ] {
        let (subscription, offer) = bought(2, P1Y);
        let (after, order) = change(&subscription, &offer, Add(1), second).unwrap();
        assert_eq!((order.charge.minor_units, order.refund.minor_units), (charge, 0), "{second}");
        assert_eq!((after.quantity(), after.batches.len()), (3, 2));
        assert_eq!(after.term_end, subscription.term_end);
    }
}

#[test]
fn returned_units_are_refunded_for_the_remaining_days_rounded_up() {
    for (second, refund) in [(0, 12_000), (DAY - 1, 12_000), (DAY, 11_968), (WINDOW, 11_770)] {
        let (subscription, offer) = bought(2, P1Y);
        let (_, order) = change(&subscription, &offer, cancel(), second).unwrap();
        assert_eq!((order.charge.minor_units, order.refund.minor_units), (0, refund), "{second}");
    }
}

#[test]
fn every_batch_has_its_own_return_window() {
    let (subscription, offer) = bought(5, P1Y);
    let (subscription, _) = change(&subscription, &offer, Add(3), 2 * DAY).unwrap();
    for (second, quantity, expected) in [
        (WINDOW, 7, Ok(1)),
        (WINDOW + 1, 3, Ok(5)),
        (WINDOW + 1, 4, Err("ORD-7 3 of 4 units can be returned: 3 until 1970-01-10T00:00:00Z")),
        (2 * DAY + WINDOW, 3, Ok(5)),
        (2 * DAY + WINDOW + 1, 1, Err("ORD-7 0 of 1 units can be returned: none")),
        (WINDOW, 8, Err("quantity: leaves 0 units; the offer requires at least 1")),
    ] {
        let reduced = change(&subscription, &offer, Reduce(quantity), second);
        let reduced = reduced.map(|(after, _)| after.quantity()).map_err(text_of);
        assert_eq!(reduced, expected.map_err(str::to_owned), "{quantity} at {second}");
    }
    let just = at(WINDOW) + Duration::from_micros(1);
    assert!(subscription.batches[0].return_until() < just);
}

#[test]
fn the_newest_units_are_returned_first() {
    let (subscription, offer) = bought(5, P1Y);
    let (subscription, _) = change(&subscription, &offer, Add(3), DAY).unwrap();
    let (after, order) = change(&subscription, &offer, Reduce(4), DAY).unwrap();
    let left: Vec<_> = after.batches.iter().map(|it| (it.quantity, it.buy_time)).collect();
    assert_eq!(left, [(4, at(0))]);
    // Three units of this day in full, and one unit of the first day less one day.
    assert_eq!(order.refund.minor_units, 17_950 + 5984);
}

#[test]
fn a_subscription_is_cancelled_within_168_hours_of_its_purchase() {
    let (subscription, offer) = bought(5, P1M);
    assert_eq!(subscription.cancel_until(), at(WINDOW));
    assert!(change(&subscription, &offer, cancel(), WINDOW).is_ok());
    let late = change(&subscription, &offer, cancel(), WINDOW + 1).unwrap_err();
    assert!(text_of(late).starts_with("ORD-3 "));
}

#[test]
fn units_are_added_up_to_the_limit_of_the_offer() {
    let (subscription, offer) = bought(5, P1Y);
    assert!(change(&subscription, &offer, Add(95), 9).is_ok());
    for quantity in [96, i32::MAX] {
        let denied = change(&subscription, &offer, Add(quantity), 9).unwrap_err();
        assert!(text_of(denied).starts_with("quantity: makes "), "{quantity}");
    }
}

/// Purchases and returns: whether units are added, how many, and seconds since the previous one.
fn trades() -> impl Strategy<Value = Vec<(bool, i32, i64)>> {
    vec((any::<bool>(), 1..30_i32, 0..3 * DAY), 1..25)
}

proptest! {
    /// Compares with a model that has one entry per unit and exact days.
    #[test]
    fn charges_and_refunds_match_a_model(
        term in prop::sample::select(vec![P1M, P1Y, P3Y]), trades in trades(), first in 1..20_i32,
    ) {
        let (mut it, offer) = bought(first, term);
        let days = days_of(term);
        let mut units: Vec<i64> = vec![0; first as usize];
        let mut net = i128::from(it.batches[0].charge);
        let mut now = 0;
        for (adds, quantity, later) in trades {
            now += later;
            if now >= days * DAY {
                break;
            }
            let action = if adds { Add(quantity) } else { Reduce(quantity) };
            let open = units.iter().filter(|bought| now <= **bought + WINDOW).count();
            let all = units.len();
            let count = quantity as usize;
            let fits = if adds { all + count <= 100 } else { count <= open && count < all };
            let changed = change(&it, &offer, action, now);
            prop_assert_eq!(changed.is_ok(), fits, "{} of {} at {}", quantity, all, now);
            let Ok((after, order)) = changed else { continue };
            let whole = i128::from(quantity) * i128::from(whole(term));
            let left = i128::from(days - now / DAY);
            let (charge, refund) = (order.charge.minor_units, order.refund.minor_units);
            if adds {
                prop_assert_eq!(i128::from(charge), whole * left / i128::from(days));
                units.extend(vec![now; count]);
            } else {
                // The newest units are returned. The refund covers at least their remaining days and
                // at most their charge.
                let returned = units.split_off(all - count);
                let exact = whole * left;
                prop_assert!(i128::from(refund) * i128::from(days) >= exact - i128::from(days) * 25);
                let cost = |bought: &i64| i128::from(whole_of(term, days - bought / DAY));
                prop_assert!(i128::from(refund) <= returned.iter().map(cost).sum::<i128>() + 25);
            }
            net += i128::from(charge) - i128::from(refund);
            it = after;
            prop_assert_eq!(it.quantity() as usize, units.len());
            // The net charge covers at least the charges of the batches, and no batch is negative.
            let charges: i128 = it.batches.iter().map(|it| i128::from(it.charge)).sum();
            prop_assert!(net >= charges && it.batches.iter().all(|it| it.charge >= 0 && it.quantity > 0));
            let newest_last = it.batches.windows(2).all(|two| two[0].buy_time <= two[1].buy_time);
            prop_assert!(newest_last);
        }
    }

    #[test]
    fn units_returned_on_the_day_of_purchase_are_refunded_in_full(
        price in 0..i64::MAX / 4_000, quantity in 1..=100_i32, parts in vec(1..40_i32, 1..5), second in 0..WINDOW,
    ) {
        let (mut it, offer) = bought(1, P1Y);
        it.product.unit_price.minor_units = price;
        let quantity = quantity.min(99);
        let (mut it, order) = change(&it, &offer, Add(quantity), second).unwrap();
        let (mut left, mut back) = (quantity, 0);
        for part in parts.into_iter().chain([i32::MAX]) {
            let part = part.min(left);
            if part > 0 {
                let (after, order) = change(&it, &offer, Reduce(part), second).unwrap();
                back += order.refund.minor_units;
                left -= part;
                it = after;
            }
        }
        prop_assert_eq!((left, back), (0, order.charge.minor_units));
    }
}

fn days_of(term: Term) -> i64 {
    term.end(at(0)).as_second() / DAY
}

/// Price of one unit for a whole term.
fn whole(term: Term) -> i64 {
    match term {
        P1M => 500,
        P1Y => 6000,
        P3Y => 18_000,
    }
}

/// Price of one unit for some days of a term, rounded up.
fn whole_of(term: Term, days: i64) -> i64 {
    let all = days_of(term);
    (whole(term) * days + all - 1) / all
}
