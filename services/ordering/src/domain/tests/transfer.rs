//! How subscriptions go from one partner to another.

use std::collections::BTreeMap;

use types::{PartnerName, SubscriptionName, TransferName};
use uuid::Uuid;

use super::world::{CHAIN, NEXT_ORDER, answer, at, bought, events, money, violation};
use crate::domain::{
    Answer, Changes, Denial, Markets, NewTransfer, Offer, OnRecord, OrderKind, SalesChain,
    Subscription,
    SubscriptionState::{Suspended, Transferred},
    Term::P1Y,
    Transfer, TransferFacts, TransferState,
};

const TARGET: PartnerName = PartnerName::new(Uuid::from_u128(0x9));
const NAME: TransferName = TransferName::new(Uuid::from_u128(0x7));
const OTHER: TransferName = TransferName::new(Uuid::from_u128(0x8));
const TO: SubscriptionName = SubscriptionName::new(Uuid::from_u128(0x200));
const DAY: i64 = 86_400;
const OPEN: i64 = 30 * DAY;

fn wanted(it: &Subscription) -> NewTransfer {
    NewTransfer {
        source: it.chain.seller,
        chain: SalesChain { seller: TARGET, reseller: None, customer: it.chain.customer },
        items: vec![(it.name, OnRecord::default())],
        attested: true,
    }
}

fn held(it: Subscription) -> TransferFacts {
    held_of(it, bought(5, P1Y).1)
}

/// A subscription of an offer as it is by now.
fn held_of(it: Subscription, offer: Offer) -> TransferFacts {
    let offers = BTreeMap::from([(offer.name.clone(), offer)]);
    TransferFacts { subscriptions: vec![it], offers, running: Vec::new() }
}

/// What `begin` answers with, as ids of rules.
fn begin(
    new: NewTransfer,
    held: &TransferFacts,
    answer: Answer,
    second: i64,
) -> Result<Changes, String> {
    new.begin(held, answer, NAME, at(second)).map_err(rules)
}

fn rules(denial: Denial) -> String {
    let (Denial::Refused(all) | Denial::RefusedByProgramme(all)) = denial else { unreachable!() };
    all.iter().map(|it| it.rule.as_str()).collect::<Vec<_>>().join(" ")
}

fn pending() -> (Transfer, Subscription) {
    let (subscription, _) = bought(5, P1Y);
    let changes = begin(wanted(&subscription), &held(subscription.clone()), answer(), 0).unwrap();
    assert_eq!(changes.transfers()[0].event, "TransferBegun");
    (changes.into_transfer().unwrap(), subscription)
}

fn complete(
    transfer: Transfer,
    it: Subscription,
    answer: Answer,
    second: i64,
) -> Result<Changes, String> {
    let transfer = transfer.effective_at(at(second));
    let ids = (NEXT_ORDER, vec![TO]);
    transfer.complete(held(it), answer, ids, at(second)).map_err(rules)
}

#[test]
fn all_that_stands_against_a_transfer_is_told_at_once() {
    let (subscription, offer) = bought(5, P1Y);
    let new = || wanted(&subscription);
    let other = Transfer { name: OTHER, ..pending().0 };
    let sold_by_another =
        Subscription { chain: SalesChain { seller: TARGET, ..CHAIN }, ..subscription.clone() };
    let gone = Subscription { state: Transferred, ..subscription.clone() };
    let british = || Answer { seller_country: "GB".parse().ok(), ..answer() };
    let unknown = || Answer { seller_country: None, ..answer() };
    let refusal = || Answer { violations: vec![violation("REL-4")], ..british() };
    let to_itself = || NewTransfer { chain: CHAIN, ..new() };
    let running =
        |it: &Subscription| TransferFacts { running: vec![other.clone()], ..held(it.clone()) };
    let of = |change: fn(&mut Offer)| {
        let mut offer = offer.clone();
        change(&mut offer);
        held_of(subscription.clone(), offer)
    };
    let third_party = of(|it| it.terms.third_party = true);
    let french = of(|it| it.terms.markets = Markets::Only(["FR".parse().unwrap()].into()));
    let belgian = of(|it| it.terms.markets = Markets::Only(["BE".parse().unwrap()].into()));
    let forgotten = TransferFacts { offers: BTreeMap::new(), ..held(subscription.clone()) };
    let nowhere = || Answer { customer_country: None, ..answer() };
    let suspended = Subscription { state: Suspended, ..subscription.clone() };
    for (new, held, answer, expected) in [
        (new(), held(suspended), answer(), Ok(())),
        (to_itself(), held(subscription.clone()), answer(), Err("TRF-1")),
        (new(), held(sold_by_another), answer(), Err("TRF-2")),
        (new(), held(gone.clone()), answer(), Err("TRF-2")),
        (new(), running(&subscription), answer(), Err("TRF-3")),
        (new(), held(subscription.clone()), british(), Err("TRF-4")),
        (new(), held(subscription.clone()), unknown(), Err("TRF-4")),
        (new(), third_party, answer(), Err("TRF-5")),
        (new(), belgian, answer(), Ok(())),
        (new(), french, answer(), Err("ORD-5")),
        (new(), held(subscription.clone()), nowhere(), Err("ORD-5")),
        (new(), forgotten, answer(), Err("ORD-5 TRF-5")),
        (to_itself(), running(&gone), refusal(), Err("REL-4 TRF-1 TRF-2 TRF-3 TRF-4")),
    ] {
        let begun = begin(new, &held, answer, 9).map(drop);
        assert_eq!(begun, expected.map_err(str::to_owned));
    }
}

#[test]
fn a_transfer_that_nobody_answered_makes_room_for_another() {
    let (transfer, subscription) = pending();
    let other = Transfer { name: OTHER, ..transfer };
    let held = TransferFacts { running: vec![other], ..held(subscription.clone()) };
    assert_eq!(begin(wanted(&subscription), &held, answer(), OPEN - 1).unwrap_err(), "TRF-3");
    let changes = begin(wanted(&subscription), &held, answer(), OPEN).unwrap();
    let [expired, begun] = changes.transfers() else { unreachable!() };
    assert_eq!((expired.event, expired.after.state), ("TransferExpired", TransferState::Expired));
    assert_eq!((expired.after.state_time, expired.after.resource_version.revision), (at(OPEN), 2));
    assert_eq!((begun.event, begun.after.name), ("TransferBegun", NAME));
}

#[test]
fn a_transfer_is_answered_within_30_days_and_once() {
    let (transfer, subscription) = pending();
    for (second, allowed) in [(0, true), (OPEN - 1, true), (OPEN, false)] {
        let effective = transfer.clone().effective_at(at(second));
        assert_eq!(effective.may_become(TransferState::Complete).is_ok(), allowed, "{second}");
        let done = complete(transfer.clone(), subscription.clone(), answer(), second);
        assert_eq!(done.is_ok(), allowed, "{second}");
    }
    for state in [TransferState::Rejected, TransferState::Withdrawn] {
        let ended = transfer.clone().end(state, "why".to_owned(), at(9)).unwrap();
        let ended = ended.into_after();
        assert_eq!((ended.state, &*ended.state_reason), (state, "why"));
        let told = |wanted| match ended.may_become(wanted) {
            Err(Denial::Refused(told)) => format!("{}; {}", told[0].explanation, told[0].next_step),
            other => unreachable!("{other:?}"),
        };
        let since = format!("the transfer has been {state} since {}", at(9));
        assert_eq!(told(state), format!("{since}; nothing to do"));
        let next = "begin a new transfer with CreateTransfer";
        let approved = told(TransferState::Complete);
        assert_eq!(approved, format!("{since}, which rules out ApproveTransfer; {next}"));
    }
}

#[test]
fn a_completed_transfer_leaves_two_subscriptions_that_name_each_other() {
    let (transfer, subscription) = pending();
    let changes = complete(transfer, subscription.clone(), answer(), 20 * DAY).unwrap();
    let expected = ["SubscriptionTransferred", "SubscriptionCreated", "OrderAccepted"];
    assert_eq!(events(&changes), expected);
    let [from, to] = changes.subscriptions() else { unreachable!() };
    assert_eq!((from.after.state, from.after.transferred_to), (Transferred, Some(TO)));
    assert_eq!((from.after.resource_version.revision, to.after.resource_version.revision), (2, 1));
    let to = &to.after;
    assert_eq!((to.name, to.transferred_from), (TO, Some(subscription.name)));
    assert_eq!((to.chain.seller, to.order), (TARGET, NEXT_ORDER));
    assert_eq!((to.term_start, to.term_end), (subscription.term_start, subscription.term_end));
    assert_eq!((to.quantity(), to.product.unit_price), (5, subscription.product.unit_price));
    // 300.00 for 345 of 365 days: up for the source, down for the target.
    let order = &changes.orders()[0].after;
    assert_eq!((order.kind, order.charge), (OrderKind::TransferIn, money("EUR", 28_356)));
    let done = &changes.transfers()[0].after;
    assert_eq!((done.state, done.order), (TransferState::Complete, Some(NEXT_ORDER)));
    assert_eq!(done.items[0].transferred_to, Some(TO));
    assert_eq!(done.items[0].credit, Some(money("EUR", 28_357)));
}

#[test]
fn a_transfer_is_held_against_the_rules_again_when_it_is_completed() {
    let (transfer, subscription) = pending();
    let refusal = Answer { violations: vec![violation("REL-4")], ..answer() };
    let gone = Subscription { state: Transferred, ..subscription };
    assert_eq!(complete(transfer, gone, refusal, 9).unwrap_err(), "REL-4 TRF-2");
}
