//! Transfers of subscriptions between partners.

use std::collections::BTreeMap;

use rules::{Denial, OnRecord, SalesChain};
use types::{PartnerName, SubscriptionName, Timestamp, TransferName};
use uuid::Uuid;

use super::fixtures::{CHAIN, NEXT_ORDER, answer, at, bought, events, money, violation};
use crate::domain::{
    Answer, Approved, Changes, Markets, NewTransfer, Offer, OrderKind, Subscription,
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

fn requested(it: &Subscription) -> NewTransfer {
    NewTransfer {
        source: it.chain.seller,
        chain: SalesChain { seller: TARGET, reseller: None, customer: it.chain.customer },
        items: vec![(it.name, OnRecord::default())],
        attested: true,
    }
}

fn facts(it: Subscription) -> TransferFacts {
    facts_of(it, bought(5, P1Y).1)
}

fn facts_of(it: Subscription, offer: Offer) -> TransferFacts {
    let offers = BTreeMap::from([(offer.name.clone(), offer)]);
    TransferFacts { subscriptions: vec![it], offers, pending: Vec::new() }
}

/// Begins a transfer, or returns the ids of the violated rules.
fn begin(
    new: NewTransfer,
    facts: &TransferFacts,
    answer: Answer,
    second: i64,
) -> Result<Changes, String> {
    new.begin(facts, answer, NAME, at(second)).map_err(rules)
}

fn rules(denial: Denial) -> String {
    let Denial::Refused(all) = denial else { unreachable!() };
    all.iter().map(|it| it.rule.as_str()).collect::<Vec<_>>().join(" ")
}

fn pending() -> (Transfer, Subscription) {
    let (subscription, _) = bought(5, P1Y);
    let changes =
        begin(requested(&subscription), &facts(subscription.clone()), answer(), 0).unwrap();
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
    transfer.complete(facts(it), answer, ids, at(second)).map_err(rules)
}

#[test]
fn all_violations_of_a_transfer_are_reported_together() {
    let (subscription, offer) = bought(5, P1Y);
    let new = || requested(&subscription);
    let other = Transfer { name: OTHER, ..pending().0 };
    let sold_by_another =
        Subscription { chain: SalesChain { seller: TARGET, ..CHAIN }, ..subscription.clone() };
    let gone = Subscription { state: Transferred, ..subscription.clone() };
    let british = || Answer { seller_country: "GB".parse().ok(), ..answer() };
    let unknown = || Answer { seller_country: None, ..answer() };
    let refusal = || Answer { violations: vec![violation("REL-4")], ..british() };
    let to_itself = || NewTransfer { chain: CHAIN, ..new() };
    let pending_too =
        |it: &Subscription| TransferFacts { pending: vec![other.clone()], ..facts(it.clone()) };
    let of = |change: fn(&mut Offer)| {
        let mut offer = offer.clone();
        change(&mut offer);
        facts_of(subscription.clone(), offer)
    };
    let third_party = of(|it| it.terms.third_party = true);
    let french = of(|it| it.terms.markets = Markets::Only(["FR".parse().unwrap()].into()));
    let belgian = of(|it| it.terms.markets = Markets::Only(["BE".parse().unwrap()].into()));
    let unknown_offer = TransferFacts { offers: BTreeMap::new(), ..facts(subscription.clone()) };
    let nowhere = || Answer { customer_country: None, ..answer() };
    let suspended = Subscription { state: Suspended, ..subscription.clone() };
    for (new, facts, answer, expected) in [
        (new(), facts(suspended), answer(), Ok(())),
        (to_itself(), facts(subscription.clone()), answer(), Err("TRF-1")),
        (new(), facts(sold_by_another), answer(), Err("TRF-2")),
        (new(), facts(gone.clone()), answer(), Err("TRF-2")),
        (new(), pending_too(&subscription), answer(), Err("TRF-3")),
        (new(), facts(subscription.clone()), british(), Err("TRF-4")),
        (new(), facts(subscription.clone()), unknown(), Err("TRF-4")),
        (new(), third_party, answer(), Err("TRF-5")),
        (new(), belgian, answer(), Ok(())),
        (new(), french, answer(), Err("ORD-5")),
        (new(), facts(subscription.clone()), nowhere(), Err("ORD-5")),
        (new(), unknown_offer, answer(), Err("ORD-5 TRF-5")),
        (to_itself(), pending_too(&gone), refusal(), Err("REL-4 TRF-1 TRF-2 TRF-3 TRF-4")),
    ] {
        let begun = begin(new, &facts, answer, 9).map(drop);
        assert_eq!(begun, expected.map_err(str::to_owned));
    }
}

#[test]
fn an_expired_transfer_does_not_block_another() {
    let (transfer, subscription) = pending();
    let other = Transfer { name: OTHER, ..transfer };
    let facts = TransferFacts { pending: vec![other], ..facts(subscription.clone()) };
    assert_eq!(begin(requested(&subscription), &facts, answer(), OPEN - 1).unwrap_err(), "TRF-3");
    let changes = begin(requested(&subscription), &facts, answer(), OPEN).unwrap();
    let [expired, begun] = changes.transfers() else { unreachable!() };
    assert_eq!((expired.event, expired.after.state), ("TransferExpired", TransferState::Expired));
    assert_eq!((expired.after.state_time, expired.after.resource_version.revision), (at(OPEN), 2));
    assert_eq!((begun.event, begun.after.name), ("TransferBegun", NAME));
}

#[test]
fn a_transfer_ends_at_most_once_and_within_30_days() {
    let (transfer, subscription) = pending();
    for (second, allowed) in [(0, true), (OPEN - 1, true), (OPEN, false)] {
        let effective = transfer.clone().effective_at(at(second));
        assert_eq!(effective.check_state("ApproveTransfer").is_ok(), allowed, "{second}");
        let done = complete(transfer.clone(), subscription.clone(), answer(), second);
        assert_eq!(done.is_ok(), allowed, "{second}");
    }
    type End = fn(Transfer, String, Timestamp) -> Result<Approved<Transfer>, Denial>;
    let ends: [(&str, TransferState, End); 2] = [
        ("RejectTransfer", TransferState::Rejected, Transfer::reject),
        ("WithdrawTransfer", TransferState::Withdrawn, Transfer::withdraw),
    ];
    for (call, state, end) in ends {
        let ended = end(transfer.clone(), "reason".to_owned(), at(9)).unwrap();
        let ended = ended.into_after();
        assert_eq!((ended.state, &*ended.state_reason), (state, "reason"));
        let text_of = |call: &str| match ended.check_state(call) {
            Err(Denial::Refused(all)) => format!("{}; {}", all[0].explanation, all[0].next_step),
            other => unreachable!("{other:?}"),
        };
        let since = format!("the transfer has been {state} since {}", at(9));
        assert_eq!(text_of(call), format!("{since}; nothing to do"));
        let next = "create a new transfer with CreateTransfer";
        let approved = text_of("ApproveTransfer");
        assert_eq!(approved, format!("{since}, which rules out ApproveTransfer; {next}"));
    }
}

#[test]
fn a_completed_transfer_links_both_subscriptions() {
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
    // 300.00 for 345 of 365 days: rounded up for the source, down for the target.
    let order = &changes.orders()[0].after;
    assert_eq!((order.kind, order.charge), (OrderKind::TransferIn, money("EUR", 28_356)));
    let done = &changes.transfers()[0].after;
    assert_eq!((done.state, done.order), (TransferState::Complete, Some(NEXT_ORDER)));
    assert_eq!(done.items[0].transferred_to, Some(TO));
    assert_eq!(done.items[0].credit, Some(money("EUR", 28_357)));
}

#[test]
fn the_rules_are_checked_again_on_completion() {
    let (transfer, subscription) = pending();
    let refusal = Answer { violations: vec![violation("REL-4")], ..answer() };
    let gone = Subscription { state: Transferred, ..subscription };
    assert_eq!(complete(transfer, gone, refusal, 9).unwrap_err(), "REL-4 TRF-2");
}
