//! A release excludes orders that were decided before it, and orders during it.

use std::{collections::BTreeMap, time::Duration};

use errors::Failure;
use rules::{Denial, SalesChain};
use sea_orm::ConnectionTrait;
use storage::MutationContext;
use testbed::Engine;
use tokio::time::timeout;
use types::{CustomerRelationshipName, PartnerName, Timestamp};
use uuid::Uuid;

use super::{
    CUSTOMER, RESELLER, SELLER, accepted, answer, at, cancelled, decided, mutation,
    on_both_engines, placed, store, stored, valid,
};
use crate::{
    domain::{Approved, Changes, Release},
    store::{
        Decided, DecisionValidity, Store,
        conditions::{Check, Conditions, Locked},
        read::Locking,
    },
};

const SOON: Duration = Duration::from_millis(500);

on_both_engines! {
    an_order_decided_before_a_release_is_not_accepted_after_it,
    no_order_is_decided_during_a_release,
    an_interrupted_release_blocks_orders_for_a_minute_and_reports_when_to_retry,
    a_pair_has_one_release_at_a_time,
    a_refused_release_does_not_close_the_pair,
    orders_of_one_pair_do_not_block_each_other,
    of_an_order_and_a_release_only_one_succeeds,
    an_order_is_not_accepted_if_its_offer_has_changed,
}

async fn an_order_is_not_accepted_if_its_offer_has_changed(engine: Engine) {
    let (_databases, store) = store(engine).await;
    let changes = accepted();
    let names: Vec<_> = changes.required_offers().keys().collect();
    let (_, offer) = store.offers_named(names.into_iter()).await.unwrap().pop_first().unwrap();
    let validities = [validity(&store, at(9)).await, validity(&store, at(9)).await];
    let retired = offer.retire("replaced".to_owned(), at(9)).unwrap();
    store.save_offer(retired, &mutation()).await.unwrap();
    for validity in validities {
        assert!(!commit(&store, accepted(), validity, at(9)).await);
        assert_eq!(stored(&store).await, (vec![], vec![]));
    }
}

const CHAIN: SalesChain =
    SalesChain { seller: SELLER, reseller: Some(RESELLER), customer: CUSTOMER };

fn release(partner: PartnerName) -> Release {
    let name = CustomerRelationshipName { customer: CUSTOMER, uid: Uuid::from_u128(0x5) };
    Release { name, partner, resale: true }
}

async fn begin_release(
    store: &Store,
    release: Release,
    now: Timestamp,
) -> Result<Approved<Release>, Denial> {
    let (begun, sold) = store.begin_release(&release, now).await.unwrap();
    let approved = release.approve(&sold)?;
    begun.commit(&approved).await.unwrap();
    Ok(approved)
}

/// Begins a release and returns whether it is approved.
async fn begin(store: &Store, partner: PartnerName, now: Timestamp) -> bool {
    begin_release(store, release(partner), now).await.is_ok()
}

/// Validity of a decision that is requested now.
async fn validity(store: &Store, now: Timestamp) -> DecisionValidity {
    DecisionValidity { epochs: store.epochs(CHAIN, now).await.unwrap(), ..valid() }
}

async fn commit(
    store: &Store,
    changes: Changes,
    validity: DecisionValidity,
    now: Timestamp,
) -> bool {
    let call = MutationContext::new("Method", None, b"", testbed::caller("ada"), now);
    let decided = Decided::new(answer(), validity).map(|_| changes);
    match store.commit(&decided, &call).await {
        Ok(()) => true,
        Err(Failure::DecisionExpired) => false,
        Err(failure) => unreachable!("{failure:?}"),
    }
}

async fn an_order_decided_before_a_release_is_not_accepted_after_it(engine: Engine) {
    let (_databases, store) = store(engine).await;
    for partner in [SELLER, RESELLER] {
        let before = validity(&store, at(9)).await;
        assert!(begin(&store, partner, at(9)).await);
        store.end_release(&release(partner), at(9)).await.unwrap();
        assert!(!commit(&store, accepted(), before, at(9)).await, "{partner}");
        assert_eq!(stored(&store).await, (vec![], vec![]));
    }
    let after = validity(&store, at(9)).await;
    assert!(commit(&store, accepted(), after, at(9)).await);
}

/// The retry delay for a closed pair.
fn retry_after<T: std::fmt::Debug>(answer: Result<T, Failure>) -> Duration {
    match answer {
        Err(Failure::ReleaseInProgress { retry_after, .. }) => retry_after,
        other => unreachable!("{other:?}"),
    }
}

async fn no_order_is_decided_during_a_release(engine: Engine) {
    let (_databases, store) = store(engine).await;
    assert!(begin(&store, SELLER, at(9)).await);
    let during = store.epochs(CHAIN, at(9)).await;
    assert_eq!(retry_after(during), Duration::from_secs(1));
    store.end_release(&release(SELLER), at(9)).await.unwrap();
    let after = validity(&store, at(9)).await;
    assert!(commit(&store, accepted(), after, at(9)).await);
}

async fn an_interrupted_release_blocks_orders_for_a_minute_and_reports_when_to_retry(
    engine: Engine,
) {
    let (_databases, store) = store(engine).await;
    let before = validity(&store, at(9)).await;
    assert!(begin(&store, SELLER, at(9)).await);
    assert!(!commit(&store, accepted(), before.clone(), at(9)).await, "it was decided before");
    let other = release(SELLER);
    for (second, retry) in [(9, 1), (18, 1), (19, 50), (68, 1)] {
        let (order, other) =
            (store.epochs(CHAIN, at(second)).await, store.begin_release(&other, at(second)));
        assert_eq!(retry_after(order), Duration::from_secs(retry), "{second}");
        assert_eq!(retry_after(other.await), Duration::from_secs(retry), "{second}");
    }
    assert!(!commit(&store, accepted(), before, at(69)).await, "it was decided before");
    let after = validity(&store, at(69)).await;
    assert!(commit(&store, accepted(), after, at(69)).await);
}

async fn a_pair_has_one_release_at_a_time(engine: Engine) {
    let (_databases, store) = store(engine).await;
    assert!(begin(&store, SELLER, at(9)).await);
    retry_after(store.begin_release(&release(SELLER), at(68)).await);
    assert!(begin(&store, RESELLER, at(9)).await, "another pair");
    assert!(begin(&store, SELLER, at(69)).await, "the first has expired");
}

async fn a_refused_release_does_not_close_the_pair(engine: Engine) {
    let (_databases, store) = store(engine).await;
    let placement = placed(&store).await;
    for partner in [SELLER, RESELLER] {
        let refused = begin_release(&store, release(partner), at(9)).await;
        let Err(Denial::Refused(violations)) = refused else { unreachable!("{refused:?}") };
        assert_eq!(
            (violations[0].rule.as_str(), violations[0].inputs[1].1.as_str()),
            ("REL-6", "2")
        );
    }
    let other = PartnerName::new(Uuid::from_u128(0x3));
    assert!(begin(&store, other, at(9)).await, "it sold nothing");
    let managed = Release { resale: false, ..release(SELLER) };
    assert!(begin_release(&store, managed.clone(), at(9)).await.is_ok());
    store.end_release(&managed, at(9)).await.unwrap();
    let validity = validity(&store, at(9)).await;
    assert!(commit(&store, cancelled(&placement), validity, at(10)).await);
    assert!(begin(&store, SELLER, at(10)).await);
}

async fn orders_of_one_pair_do_not_block_each_other(engine: Engine) {
    let (_databases, store) = store(engine).await;
    let (first, second) = (validity(&store, at(9)).await, validity(&store, at(9)).await);
    assert!(commit(&store, accepted(), first, at(9)).await);
    assert!(commit(&store, accepted(), second, at(9)).await);
    let all = super::eight_times(async || {
        let validity = validity(&store, at(9)).await;
        commit(&store, accepted(), validity, at(9)).await
    });
    assert_eq!(all.await, [true; 8]);
}

async fn of_an_order_and_a_release_only_one_succeeds(engine: Engine) {
    let (_databases, store) = store(engine).await;
    for _ in 0..5 {
        let validity = validity(&store, at(9)).await;
        let changes = accepted();
        let placement = super::after(&changes);
        let (order, released) =
            tokio::join!(commit(&store, changes, validity, at(9)), begin(&store, SELLER, at(9)));
        assert!(order != released, "order {order}, release {released}");
        if order {
            store.commit(&decided(cancelled(&placement)), &mutation()).await.unwrap();
        }
        store.end_release(&release(SELLER), at(9)).await.unwrap();
    }
}

/// On PostgreSQL: an embedded database has one writer at a time.
#[tokio::test]
async fn an_order_in_flight_blocks_a_release_but_no_other_order() {
    let (_databases, store) = store(Engine::Postgres).await;
    for pair in ["a new pair", "a known pair"] {
        let decisions = vec![validity(&store, at(9)).await];
        let offers = BTreeMap::new();
        let conditions = Conditions { offers, decisions, commit_by: None, now: at(9) };
        let lock = async |transaction| {
            let locked = Locked::read(transaction, &[&conditions], Locking::Wait).await.unwrap();
            assert_eq!(conditions.check(&locked), Check::Met, "{pair}");
        };
        let (first, second) = (store.database().begin().await, store.database().begin().await);
        let (first, second) = (first.unwrap(), second.unwrap());
        lock(&first).await;
        if pair == "a known pair" {
            timeout(SOON, lock(&second)).await.expect("the lock is shared");
        }
        let release = begin(&store, SELLER, at(9));
        assert!(timeout(SOON, release).await.is_err(), "{pair}");
        first.commit().await.unwrap();
        second.commit().await.unwrap();
    }
    assert!(begin(&store, SELLER, at(9)).await);
}

/// On PostgreSQL: an embedded database has one writer at a time.
#[tokio::test]
async fn an_order_that_waits_for_its_pair_does_not_delay_other_orders() {
    let (_databases, store) = store(Engine::Postgres).await;
    let first = validity(&store, at(9)).await;
    assert!(commit(&store, accepted(), first.clone(), at(9)).await);
    let lock = store.database().begin().await.unwrap();
    let change = format!("UPDATE partner_customer_epochs SET epoch = 0 WHERE partner = '{SELLER}'");
    lock.execute_unprepared(&change).await.unwrap();
    let waits = tokio::join!(
        timeout(SOON, commit(&store, accepted(), first.clone(), at(9))),
        timeout(SOON, commit(&store, accepted(), valid(), at(9))),
        timeout(SOON, commit(&store, accepted(), valid(), at(9))),
    );
    assert!(matches!(waits, (Err(_), Ok(true), Ok(true))), "{waits:?}");
    lock.rollback().await.unwrap();
    assert!(commit(&store, accepted(), first, at(9)).await);
}
