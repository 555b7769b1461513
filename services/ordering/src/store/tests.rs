//! Tests of the store on SQLite and PostgreSQL.

mod lists;

use std::{collections::BTreeMap, time::Duration};

use errors::Failure;
use rules::{OnRecord, ProductFamily, SalesChain};
use sea_orm::ConnectionTrait;
use storage::{ListOptions, MutationContext, events};
use testbed::{
    Databases, Engine, assert_idempotent, at, call, eight_times, events_of, migrated, mutation,
    on_both_engines,
};
use types::{Clock, CustomerName, OrderName, PartnerName, SubscriptionName};
use uuid::Uuid;

use super::{Decided, DecisionValidity, Migrator, OFFERS, ORDERS, SUBSCRIPTIONS, Store};
use crate::domain::{
    Answer, Approved, BillingCycle, Changes, Evidence, Identities, Markets, Money, NewLine,
    NewOrder, Offer, OfferName, OfferTerms, Order, OrderState, Placement, Plan, Subscription, Term,
};

mod commit_in_time;
mod due;
mod evidence;
mod group_commit;
mod history;
mod pair_epoch;
mod schema;
mod transfer;

on_both_engines! {
    an_offer_reads_back_equal,
    an_order_reads_back_equal_with_its_subscriptions,
    an_order_is_written_only_while_its_decision_is_valid,
    a_decision_on_an_old_revision_changes_nothing,
    an_order_is_not_cancelled_while_a_subscription_changes,
    a_request_id_has_one_response,
    a_failed_request_is_decided_again,
    one_of_eight_concurrent_cancellations_succeeds,
    every_change_writes_an_event,
}

const SELLER: PartnerName = PartnerName::new(Uuid::from_u128(0x1));
const RESELLER: PartnerName = PartnerName::new(Uuid::from_u128(0x2));
const CUSTOMER: CustomerName = CustomerName::new(Uuid::from_u128(0xc));
const LINES: usize = 2;
/// Stands for an encoded decision.
const DECISION: [u8; 5] = [0, 255, 39, 34, 10];

/// A store with one offer. The databases must outlive it.
async fn store(engine: Engine) -> (Databases, Store) {
    let (databases, database) = migrated::<Migrator>(engine, "ordering").await;
    let store = Store::new(database, &Clock::manual(at(0)));
    store.save_offer(offer("mail"), &mutation()).await.unwrap();
    (databases, store)
}

/// All events after the creation of the offer.
async fn history(store: &Store) -> Vec<events::Model> {
    events_of(store.database()).await.split_off(1)
}

fn euro(minor_units: i64) -> Money {
    Money { currency: "EUR".parse().unwrap(), minor_units }
}

fn offer(id: &str) -> Approved<Offer> {
    let plan = |term, billing_cycle, price| Plan { term, billing_cycle, unit_price: euro(price) };
    let terms = OfferTerms {
        display_name: "Post ☂".to_owned(),
        family: ProductFamily::Software,
        min_quantity: 1,
        max_quantity: 1_000_000,
        markets: Markets::Only(["FR", "BE"].map(|it| it.parse().unwrap()).into()),
        third_party: true,
        attestation_required: true,
        plans: vec![
            plan(Term::P3Y, BillingCycle::OneTime, 9000),
            plan(Term::P1Y, BillingCycle::Monthly, i64::MAX / 13_000_000),
            plan(Term::P1M, BillingCycle::Monthly, 0),
        ],
    };
    Offer::create(OfferName::new(id).unwrap(), terms, false, at(9)).unwrap()
}

/// An accepted order of two lines with new names.
fn accepted() -> Changes {
    let offer = offer("mail").into_after();
    let direct = OnRecord::default();
    let indirect = OnRecord {
        partner_id: Some("2000".parse().unwrap()),
        additional_ids: ["2002", "2001"].map(|id| id.parse().unwrap()).into(),
    };
    let line = |quantity, on_record: OnRecord| NewLine {
        offer: offer.name.clone(),
        quantity,
        term: Term::P1Y,
        billing_cycle: BillingCycle::Monthly,
        currency: "EUR".parse().unwrap(),
        on_record,
        attested: true,
    };
    let new = NewOrder {
        chain: SalesChain { seller: SELLER, reseller: Some(RESELLER), customer: CUSTOMER },
        lines: vec![line(1_000_000, indirect), line(2, direct)],
        attested: true,
    };
    // Names in the reverse order of the lines.
    let mut subscriptions = [Uuid::new_v4(), Uuid::new_v4()];
    subscriptions.sort_by(|one, other| other.cmp(one));
    let identities = Identities {
        order: OrderName::new(Uuid::new_v4()),
        subscriptions: subscriptions.map(SubscriptionName::new).to_vec(),
        now: at(9),
    };
    let offers = BTreeMap::from([(offer.name.clone(), offer)]);
    new.price(&offers).unwrap().accept(answer(), identities).unwrap()
}

fn answer() -> Answer {
    Answer {
        violations: Vec::new(),
        seller_country: "FR".parse().ok(),
        customer_country: "BE".parse().ok(),
        valid_for: Duration::from_secs(5),
        evidence: Evidence::new(DECISION.to_vec()),
    }
}

/// The last order and the subscriptions of some changes.
fn after(changes: &Changes) -> Placement {
    let subscriptions = changes.subscriptions().iter().map(|it| it.after.clone()).collect();
    Placement { order: changes.orders().last().unwrap().after.clone(), subscriptions }
}

/// Commits changes and returns the order that is the response.
async fn commit(
    store: &Store,
    changes: Changes,
    validity: DecisionValidity,
    call: &MutationContext,
) -> Result<Order, Failure> {
    let decided = Decided::new(answer(), validity).map(|_| changes);
    store.commit(&decided, call).await?;
    let changes = decided.into_changes();
    Ok(changes.into_order().unwrap())
}

/// Validity of a decision of this age that is valid for five seconds.
fn validity_of(age: Duration) -> DecisionValidity {
    let clock = Clock::manual(at(0));
    let stopwatch = clock.stopwatch();
    clock.advance(age);
    DecisionValidity { age: stopwatch, valid_for: Duration::from_secs(5), epochs: Vec::new() }
}

fn valid() -> DecisionValidity {
    validity_of(Duration::ZERO)
}

fn decided(changes: Changes) -> Decided<Changes> {
    Decided::new(answer(), valid()).map(|_| changes)
}

/// A stored order with its subscriptions.
async fn placed(store: &Store) -> Placement {
    let order = commit(store, accepted(), valid(), &mutation()).await.unwrap();
    store.placement(order.name).await.unwrap().unwrap()
}

fn cancelled(placement: &Placement) -> Changes {
    let (reason, by) = ("it's \"why\"".to_owned(), OrderName::new(Uuid::new_v4()));
    placement.clone().cancel(reason, answer(), by, at(10)).unwrap()
}

/// The orders and subscriptions in the database.
async fn stored(store: &Store) -> (Vec<Order>, Vec<Subscription>) {
    let orders = store.orders(&ORDERS.page(ListOptions::default()).unwrap()).await;
    let subscriptions =
        store.subscriptions(&SUBSCRIPTIONS.page(ListOptions::default()).unwrap()).await;
    (orders.unwrap().items, subscriptions.unwrap().items)
}

async fn an_offer_reads_back_equal(engine: Engine) {
    let (_databases, store) = store(engine).await;
    let other = store.save_offer(offer("other"), &mutation()).await.unwrap();
    let mail = offer("mail").into_after();
    let all = store.offers(&OFFERS.page(ListOptions::default()).unwrap()).await.unwrap().items;
    assert_eq!(all, [mail.clone(), other.clone()]);
    let missing = OfferName::new("missing").unwrap();
    let named = store.offers_named([&other.name, &missing].into_iter()).await.unwrap();
    assert_eq!(named, BTreeMap::from([(other.name.clone(), other)]));
    let plans = mail.terms.plans[1..].to_vec();
    let terms = OfferTerms { plans, ..mail.terms.clone() };
    let mail = store.save_offer(mail.update(terms, at(9)).unwrap(), &mutation()).await.unwrap();
    let named = store.offers_named([&mail.name].into_iter()).await.unwrap();
    assert_eq!(named.get(&mail.name), Some(&mail));
    let retired = mail.retire("replaced".to_owned(), at(10)).unwrap();
    let retired = store.save_offer(retired, &mutation()).await.unwrap();
    let named = store.offers_named([&retired.name].into_iter()).await.unwrap();
    assert_eq!(named.into_values().collect::<Vec<_>>(), [retired]);
    let twice = store.save_offer(offer("mail"), &mutation()).await;
    assert!(matches!(twice, Err(Failure::LostRace)), "{twice:?}");
}

async fn an_order_reads_back_equal_with_its_subscriptions(engine: Engine) {
    let (_databases, store) = store(engine).await;
    let requested = accepted();
    let Placement { order, subscriptions } = after(&requested);
    let saved = commit(&store, requested, valid(), &mutation()).await.unwrap();
    assert_eq!(saved, order);
    assert_eq!(store.order(order.name).await.unwrap(), Some(order.clone()));
    let placement = store.placement(order.name).await.unwrap().unwrap();
    assert_eq!((&placement.order, &placement.subscriptions), (&order, &subscriptions));
    for each in &subscriptions {
        assert_eq!(store.subscription(each.name).await.unwrap().as_ref(), Some(each));
    }
    let by_name = subscriptions.into_iter().rev().collect();
    assert_eq!(stored(&store).await, (vec![order.clone()], by_name));
    let unknown = OrderName::new(Uuid::from_u128(0xff));
    assert_eq!(store.order(unknown).await.unwrap(), None);
    assert!(store.placement(unknown).await.unwrap().is_none());

    let requested = cancelled(&placement);
    let Placement { order, subscriptions } = after(&requested);
    let by = requested.orders()[0].after.clone();
    let saved = commit(&store, requested, valid(), &mutation()).await.unwrap();
    assert_eq!(saved, order);
    let by_name = subscriptions.into_iter().rev().collect();
    let mut orders = vec![order, by];
    orders.sort_by_key(|order| order.name);
    assert_eq!(stored(&store).await, (orders, by_name));
}

async fn an_order_is_written_only_while_its_decision_is_valid(engine: Engine) {
    let (_databases, store) = store(engine).await;
    let call = call(7, "content");
    let just = Duration::from_secs(5) - Duration::from_micros(1);
    for ago in [Duration::from_secs(5), Duration::from_secs(6), Duration::MAX / 2] {
        let late = commit(&store, accepted(), validity_of(ago), &call).await;
        assert!(matches!(late, Err(Failure::DecisionExpired)), "{ago:?}: {late:?}");
        assert_eq!(stored(&store).await, (vec![], vec![]), "{ago:?}");
        assert_eq!(history(&store).await, [], "{ago:?}");
    }
    let order = commit(&store, accepted(), validity_of(just), &call).await.unwrap();
    assert_eq!(stored(&store).await.0, [order]);
}

async fn a_decision_on_an_old_revision_changes_nothing(engine: Engine) {
    let (_databases, store) = store(engine).await;
    let placement = placed(&store).await;
    commit(&store, cancelled(&placement), valid(), &mutation()).await.unwrap();
    let (before, events) = (stored(&store).await, history(&store).await);
    let late = commit(&store, cancelled(&placement), valid(), &mutation()).await;
    assert!(matches!(late, Err(Failure::LostRace)), "{late:?}");
    assert_eq!((stored(&store).await, history(&store).await), (before, events));
}

async fn an_order_is_not_cancelled_while_a_subscription_changes(engine: Engine) {
    let (_databases, store) = store(engine).await;
    let placement = placed(&store).await;
    let last = placement.subscriptions.last().unwrap().name;
    let change = format!("UPDATE subscriptions SET revision = 2 WHERE name = '{last}'");
    store.database().reader().execute_unprepared(&change).await.unwrap();
    let (before, events) = (stored(&store).await, history(&store).await);
    let late = commit(&store, cancelled(&placement), valid(), &mutation()).await;
    assert!(matches!(late, Err(Failure::LostRace)), "{late:?}");
    assert_eq!((stored(&store).await, history(&store).await), (before, events));
}

async fn a_request_id_has_one_response(engine: Engine) {
    let (_databases, store) = store(engine).await;
    let accept = async |call: &MutationContext| commit(&store, accepted(), valid(), call).await;
    let cancel = async |first: Order| {
        assert_eq!(first.state, OrderState::Accepted);
        let placement = store.placement(first.name).await.unwrap().unwrap();
        commit(&store, cancelled(&placement), valid(), &mutation()).await.unwrap();
    };
    assert_idempotent(store.database(), accept, cancel).await;
    let (orders, subscriptions) = stored(&store).await;
    assert_eq!(orders.len(), 2, "the purchase and its cancellation");
    assert_eq!(subscriptions.len(), LINES);
    assert_eq!(history(&store).await.len(), 2 * (LINES + 1) + 1);
}

async fn a_failed_request_is_decided_again(engine: Engine) {
    let (_databases, store) = store(engine).await;
    let (call, late) = (call(7, "content"), validity_of(Duration::from_secs(5)));
    let failed = store.database().idempotent(&call, commit(&store, accepted(), late, &call)).await;
    assert!(matches!(failed, Err(Failure::DecisionExpired)), "{failed:?}");
    let accept = commit(&store, accepted(), valid(), &call);
    let order = store.database().idempotent(&call, accept).await.unwrap();
    assert_eq!(stored(&store).await.0, [order]);
}

async fn one_of_eight_concurrent_cancellations_succeeds(engine: Engine) {
    let (_databases, store) = store(engine).await;
    let placement = placed(&store).await;
    let results =
        eight_times(async || commit(&store, cancelled(&placement), valid(), &mutation()).await);
    let (won, lost): (Vec<_>, Vec<_>) = results.await.into_iter().partition(Result::is_ok);
    assert!(lost.iter().all(|it| matches!(it, Err(Failure::LostRace))), "{lost:?}");
    let won: Vec<_> = won.into_iter().map(Result::unwrap).collect();
    assert_eq!((won.len(), lost.len()), (1, 7));
    assert!(stored(&store).await.0.contains(&won[0]), "{won:?}");
    assert_eq!(stored(&store).await.0.len(), 2, "the purchase and one cancellation");
    assert_eq!(history(&store).await.len(), 2 * (LINES + 1) + 1);
}

async fn every_change_writes_an_event(engine: Engine) {
    let (_databases, store) = store(engine).await;
    let accept = call(7, "content");
    let order = commit(&store, accepted(), valid(), &accept).await.unwrap();
    let before = store.placement(order.name).await.unwrap().unwrap();
    commit(&store, cancelled(&before), valid(), &mutation()).await.unwrap();
    let after = store.placement(order.name).await.unwrap().unwrap();

    let mut history = history(&store).await.into_iter();
    for (made, placement) in [(true, before), (false, after)] {
        let (each, whole) = if made {
            ("SubscriptionCreated", "OrderAccepted")
        } else {
            ("SubscriptionCancelled", "OrderCancelled")
        };
        for subscription in &placement.subscriptions {
            let event = history.next().unwrap();
            assert_eq!((event.kind.as_str(), event.request_id), (each, None));
            assert_eq!(event.resource, subscription.name.to_string());
            let content: Subscription = storage::row::from_json(&event.content).unwrap();
            assert_eq!(content, *subscription);
        }
        if !made {
            let event = history.next().unwrap();
            assert_eq!((event.kind.as_str(), event.request_id), ("OrderAccepted", None));
        }
        let event = history.next().unwrap();
        let request_id = made.then(|| format!("ada {}", Uuid::from_u128(7)));
        assert_eq!((event.kind.as_str(), event.request_id), (whole, request_id));
        assert_eq!((&event.resource, &*event.actor), (&order.name.to_string(), "ada"));
        assert_eq!(event.revision, placement.order.resource_version.revision);
        let content: Order = storage::row::from_json(&event.content).unwrap();
        assert_eq!(content, placement.order);
    }
    assert_eq!(history.next(), None);
}
