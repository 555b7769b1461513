//! The lifecycle of a subscription: which actions a state allows, lapse and renewal.

use proptest::{collection::vec, prelude::*, sample::select};
use rules::{Denial, Purpose};
use types::Timestamp;

use super::fixtures::{NEXT_ORDER, answer, at, bought, money, violation};
use crate::domain::{
    Action::{self, Add, Cancel, NextTerm, Reduce, Renew, Resume, SetAutomaticRenewal, Suspend},
    Answer, BillingCycle, Changes, Due, Markets, NewChange, Offer, OrderKind, RequestedTerm,
    Subscription,
    SubscriptionState::{
        self, Active, Cancelled, Deleted, Disabled, Expired, Suspended, Transferred,
    },
    Term::{P1M, P1Y},
};

const DAY: i64 = 86_400;
const MONTH: i64 = 31 * DAY;

fn change(
    it: &Subscription,
    offer: &Offer,
    action: Action,
    now: Timestamp,
) -> Result<Subscription, Denial> {
    it.check_state(&action)?;
    let requested = NewChange { action, attested: true };
    let changes = it.clone().change(&requested, offer, answer(), NEXT_ORDER, now)?;
    Ok(changes.subscriptions()[0].after.clone())
}

/// Settles all that is due with this answer of relationship.
fn settle(mut it: Subscription, answer: &Answer, now: Timestamp) -> (Subscription, Changes) {
    let mut changes = Changes::default();
    while let Some(due) = it.due(now) {
        let step = match due {
            Due::Lapse => it.lapse(now).into(),
            Due::Renewal => it.renew_automatically(answer.clone(), None, NEXT_ORDER, now).1,
        };
        changes.append(step);
        it = changes.subscriptions().last().unwrap().after.clone();
    }
    (it, changes)
}

fn one_of_each() -> [Action; 8] {
    let reason = || "unpaid".to_owned();
    let next = RequestedTerm { term: P1M, billing_cycle: BillingCycle::Monthly, quantity: 2 };
    let [add, reduce, next] = [Add(1), Reduce(1), NextTerm(Some(next))];
    [
        add,
        reduce,
        Cancel(reason()),
        Suspend(reason()),
        Resume,
        SetAutomaticRenewal(false),
        next,
        Renew,
    ]
}

#[test]
fn each_state_allows_only_these_actions() {
    let (subscription, _) = bought(5, P1M);
    for (state, legal) in [
        (Active, "add, reduce, cancel, suspend, set renewal, next term"),
        (Suspended, "cancel, resume, set renewal, next term"),
        (Expired, "renew"),
        (Disabled, "renew"),
        (Deleted, ""),
        (Cancelled, ""),
        (Transferred, ""),
    ] {
        let names =
            ["add", "reduce", "cancel", "suspend", "resume", "set renewal", "next term", "renew"];
        let it = Subscription { state, ..subscription.clone() };
        let found = one_of_each().into_iter().zip(names);
        let found: Vec<_> =
            found.filter(|(action, _)| it.check_state(action).is_ok()).map(|it| it.1).collect();
        assert_eq!(found.join(", "), legal, "{state}");
    }
}

#[test]
fn a_state_conflict_reports_the_state_and_the_possible_calls() {
    let (subscription, offer) = bought(5, P1M);
    let suspended = change(&subscription, &offer, Suspend("unpaid".to_owned()), at(9)).unwrap();
    let Err(Denial::Refused(violations)) = suspended.check_state(&Add(1)) else { unreachable!() };
    let [rule, reason, code] =
        [&violations[0].rule, &violations[0].reason, &violations[0].partner_center_code];
    assert_eq!([rule, reason, code], ["STATE", "QUANTITY_WHILE_SUSPENDED", "400/800091"]);
    assert_eq!(violations[0].inputs[0].1, "suspended");
    let legal = "ResumeSubscription, CancelSubscription, SetAutomaticRenewal, ScheduleNextTerm";
    assert_eq!(violations[0].inputs[2], ("legalMoves".to_owned(), legal.to_owned()));
    assert_eq!(violations[0].next_step, "resume it first with ResumeSubscription");
    let Err(Denial::Refused(violations)) = suspended.check_state(&Renew) else { unreachable!() };
    let legal = "ResumeSubscription, CancelSubscription, SetAutomaticRenewal or ScheduleNextTerm";
    assert_eq!(violations[0].next_step, format!("possible now: {legal}"));
}

#[test]
fn an_action_whose_goal_is_reached_reports_since_when() {
    let (subscription, offer) = bought(5, P1M);
    let suspended = change(&subscription, &offer, Suspend("unpaid".to_owned()), at(9)).unwrap();
    let Err(Denial::Refused(violations)) = suspended.check_state(&Suspend(String::new())) else {
        unreachable!()
    };
    let since = format!("the subscription has been suspended since {}", at(9));
    assert_eq!(
        [&*violations[0].explanation, &*violations[0].next_step],
        [&*since, "nothing to do"]
    );
    assert_eq!(violations[0].partner_center_code, "");
    let Err(Denial::Refused(violations)) = subscription.check_state(&Resume) else {
        unreachable!()
    };
    assert_eq!(violations[0].next_step, "nothing to do");
}

#[test]
fn a_subscription_without_automatic_renewal_expires_and_is_deleted() {
    let (subscription, offer) = bought(5, P1M);
    let ending = change(&subscription, &offer, SetAutomaticRenewal(false), at(9)).unwrap();
    let (expired, disabled, deleted) = (MONTH, MONTH + 30 * DAY, MONTH + 120 * DAY);
    for (second, state, since) in [
        (MONTH - 1, Active, 0),
        (expired, Expired, expired),
        (disabled - 1, Expired, expired),
        (disabled, Disabled, disabled),
        (deleted - 1, Disabled, disabled),
        (deleted, Deleted, deleted),
        (10 * deleted, Deleted, deleted),
    ] {
        let read = ending.clone().effective_at(at(second));
        assert_eq!((read.state, read.state_time), (state, at(since)), "{second}");
        let (settled, changes) = settle(ending.clone(), &answer(), at(second));
        assert_eq!((settled.state, settled.state_time), (state, at(since)), "{second}");
        assert!(changes.orders().is_empty(), "no order");
        let steps = changes.subscriptions().iter().map(|it| it.after.resource_version.revision);
        assert!(steps.eq(3..3 + changes.subscriptions().len() as i64), "one event per revision");
    }
}

#[test]
fn an_automatic_renewal_starts_at_the_end_of_the_term_even_if_it_is_settled_late() {
    let (subscription, _) = bought(5, P1M);
    for second in [MONTH, MONTH + 3 * DAY] {
        assert_eq!(subscription.clone().effective_at(at(second)), subscription, "it keeps running");
        let (after, changes) = settle(subscription.clone(), &answer(), at(second));
        assert_eq!((after.state, after.term_start), (Active, subscription.term_end));
        assert_eq!(after.term_end, P1M.end(subscription.term_end));
        assert_eq!(after.cancel_until(), at(MONTH + 7 * DAY), "a new window");
        assert_eq!((after.batches.len(), after.quantity()), (1, 5));
        let order = &changes.orders()[0].after;
        assert_eq!((order.kind, order.charge), (OrderKind::AutomaticRenewal, money("EUR", 2500)));
    }
    let (after, changes) = settle(subscription, &answer(), at(MONTH + 28 * DAY));
    assert_eq!((changes.orders().len(), after.term_start), (2, at(MONTH + 28 * DAY)), "two terms");
}

#[test]
fn a_suspended_subscription_renews_and_stays_suspended() {
    let (subscription, offer) = bought(5, P1M);
    let suspended = change(&subscription, &offer, Suspend("unpaid".to_owned()), at(9)).unwrap();
    let (after, changes) = settle(suspended, &answer(), at(MONTH));
    assert_eq!((after.state, changes.orders().len()), (Suspended, 1));
}

#[test]
fn a_subscription_expires_for_30_days_from_the_refusal_of_its_renewal() {
    let (subscription, offer) = bought(5, P1M);
    let refusal = Answer { violations: vec![violation("REL-4")], ..answer() };
    let late = MONTH + 50 * DAY;
    let (after, changes) = settle(subscription, &refusal, at(late));
    assert_eq!((after.state, after.state_time), (Expired, at(late)));
    assert_eq!(after.state_reason, "automatic renewal refused: REL-4 CUSTOMER_OUTSIDE_REGION");
    assert!(changes.orders().is_empty());
    assert_eq!(after.clone().effective_at(at(late + 30 * DAY - 1)).state, Expired);
    let renewed = change(&after, &offer, Renew, at(late + DAY)).unwrap();
    assert_eq!((renewed.state, renewed.term_start), (Active, at(late + DAY)));
    assert_eq!(after.effective_at(at(late + 30 * DAY)).state, Disabled);
}

#[test]
fn the_next_term_is_as_scheduled_at_the_price_of_that_day() {
    let (subscription, mut offer) = bought(5, P1M);
    offer.terms.plans[1].unit_price = money("EUR", 400);
    let requested = |term, quantity| {
        NextTerm(Some(RequestedTerm { term, billing_cycle: BillingCycle::Monthly, quantity }))
    };
    let scheduled = change(&subscription, &offer, requested(P1Y, 3), at(9)).unwrap();
    offer.terms.plans[1].unit_price = money("EUR", 900);
    let (after, _) = settle(scheduled.clone(), &answer(), at(MONTH));
    assert_eq!((after.product.term, after.product.unit_price), (P1Y, money("EUR", 400)));
    assert_eq!((after.quantity(), after.batches[0].charge, after.next_term), (3, 14_400, None));
    let cleared = change(&scheduled, &offer, NextTerm(None), at(10)).unwrap();
    assert_eq!(settle(cleared, &answer(), at(MONTH)).0.product.term, P1M);
    offer.terms.plans[0].unit_price = money("EUR", 900);
    let same = change(&subscription, &offer, requested(P1M, 4), at(9)).unwrap();
    assert_eq!(same.next_term.unwrap().unit_price, money("EUR", 500), "its own price");
    let retired = offer.clone().retire("why".to_owned(), at(9)).unwrap().into_after();
    for (offer, quantity) in [(&retired, 3), (&offer, 101), (&offer, 0)] {
        let refused = change(&subscription, offer, requested(P1Y, quantity), at(9));
        assert!(matches!(refused, Err(Denial::Invalid(_))), "{refused:?}");
    }
}

fn growing(quantity: i32) -> (Subscription, Offer) {
    let (subscription, offer) = bought(5, P1M);
    let next = RequestedTerm { term: P1Y, billing_cycle: BillingCycle::Monthly, quantity };
    (change(&subscription, &offer, NextTerm(Some(next)), at(9)).unwrap(), offer)
}

#[test]
fn only_a_scheduled_increase_is_checked_as_added_units() {
    let (growing, offer) = growing(7);
    let question = growing.increase_question().unwrap();
    assert_eq!((question.purpose, question.attested), (Purpose::AddQuantity, true));
    assert_eq!(growing.increase_refusal(&answer(), &offer), None);
    let (renewed, changes) =
        growing.renew_automatically(answer(), Some(&offer), NEXT_ORDER, at(MONTH));
    assert!(changes.required_offers().contains_key(&offer.name), "the commit requires the offer");
    assert_eq!((renewed.quantity(), renewed.refused_increase), (7, None));
    for quantity in [5, 4] {
        assert!(self::growing(quantity).0.increase_question().is_none());
    }
    assert!(bought(5, P1M).0.increase_question().is_none());
}

#[test]
fn a_renewal_omits_a_refused_increase_and_reports_it() {
    let refusal = Answer { violations: vec![violation("CUS-2")], ..answer() };
    let elsewhere = Answer { customer_country: "US".parse().ok(), ..answer() };
    let offered = |markets| {
        let (growing, mut offer) = growing(7);
        offer.terms.markets = markets;
        (growing, offer)
    };
    let germany = Markets::Only(vec!["DE".parse().unwrap()]);
    for (answered, markets, reason) in [
        (refusal, Markets::Every, "CUS-2 CUSTOMER_OUTSIDE_REGION"),
        (elsewhere, germany, "ORD-5 OFFER_NOT_IN_MARKET"),
    ] {
        let (growing, offer) = offered(markets);
        let refusal = growing.increase_refusal(&answered, &offer).unwrap();
        let growing = growing.without_increase(refusal);
        assert_eq!(growing.renewal_question().purpose, Purpose::AutomaticRenewal);
        let (renewed, changes) = settle(growing, &answer(), at(MONTH));
        assert_eq!((renewed.state, renewed.quantity()), (Active, 5));
        assert_eq!(
            (renewed.product.term, renewed.next_term),
            (P1Y, None),
            "everything else is as scheduled"
        );
        assert_eq!(changes.orders()[0].after.lines[0].quantity, 5);
        let refused = renewed.refused_increase.clone().unwrap();
        assert_eq!((refused.quantity, refused.reason.as_str()), (7, reason));
        let (again, _) = settle(renewed, &answer(), at(MONTH + 366 * DAY));
        assert_eq!(
            (again.quantity(), again.refused_increase),
            (5, None),
            "it belongs to one renewal"
        );
    }
}

#[test]
fn a_manual_renewal_adds_no_units() {
    let (growing, offer) = growing(7);
    let ending = change(&growing, &offer, SetAutomaticRenewal(false), at(10)).unwrap();
    let (expired, _) = settle(ending, &answer(), at(MONTH));
    let renewed = change(&expired, &offer, Renew, at(MONTH + DAY)).unwrap();
    assert_eq!((renewed.quantity(), renewed.refused_increase.unwrap().quantity), (5, 7));
    assert_eq!(renewed.resource_version.revision, expired.resource_version.revision + 1);
}

/// A model with dates only: when the term ends, whether it renews, and when it expired.
#[derive(Debug, Clone)]
struct Model {
    ends: i64,
    renews: bool,
    suspended: bool,
    expired: Option<i64>,
    cancelled: bool,
}

impl Model {
    fn pass(&mut self, now: i64, refused: bool) {
        while !self.cancelled && self.expired.is_none() && now >= self.ends {
            match (self.renews, refused) {
                (true, false) => self.ends = P1M.end(at(self.ends)).as_second(),
                (true, true) => self.expired = Some(now),
                (false, _) => self.expired = Some(self.ends),
            }
        }
    }

    fn state(&self, now: i64) -> SubscriptionState {
        match self.expired {
            _ if self.cancelled => Cancelled,
            Some(expired) if now >= expired + 120 * DAY => Deleted,
            Some(expired) if now >= expired + 30 * DAY => Disabled,
            Some(_) => Expired,
            None if self.suspended => Suspended,
            None => Active,
        }
    }
}

proptest! {
    #[test]
    fn the_state_of_a_subscription_matches_a_model_of_dates(
        moves in vec((0..6_usize, 0..40 * DAY, select(vec![false, false, false, true])), 1..20),
    ) {
        let (mut it, offer) = bought(5, P1M);
        let mut model =
            Model { ends: MONTH, renews: true, suspended: false, expired: None, cancelled: false };
        let mut now = 0;
        for (what, later, refused) in moves {
            now += later;
            let violations = if refused { vec![violation("REL-4")] } else { Vec::new() };
            let (settled, changes) = settle(it, &Answer { violations, ..answer() }, at(now));
            it = settled;
            model.pass(now, refused);
            prop_assert_eq!(it.state, model.state(now));
            if matches!(it.state, Active | Suspended) {
                prop_assert_eq!(it.term_end, at(model.ends));
            }
            for change in changes.orders() {
                prop_assert_eq!(change.after.kind, OrderKind::AutomaticRenewal);
            }
            let reason = || "unpaid".to_owned();
            let action = match what {
                0 => Suspend(reason()),
                1 => Resume,
                2 => SetAutomaticRenewal(false),
                3 => SetAutomaticRenewal(true),
                4 => Renew,
                _ => Cancel(reason()),
            };
            let started = it.term_start.as_second();
            let changed = change(&it, &offer, action, at(now));
            let state = model.state(now);
            let allowed = match what {
                0 => state == Active,
                1 => state == Suspended,
                2 | 3 => matches!(state, Active | Suspended),
                4 => matches!(state, Expired | Disabled),
                _ => matches!(state, Active | Suspended) && now <= started + 7 * DAY,
            };
            prop_assert_eq!(changed.is_ok(), allowed, "{} in {}", what, state);
            let Ok(after) = changed else { continue };
            match what {
                0 | 1 => model.suspended = what == 0,
                2 | 3 => model.renews = what == 3,
                4 => {
                    (model.expired, model.suspended) = (None, false);
                    model.ends = P1M.end(at(now)).as_second();
                }
                _ => model.cancelled = true,
            }
            it = after;
        }
    }
}
