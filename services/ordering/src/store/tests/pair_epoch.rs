//! A release keeps out the orders that were decided on before it, and those that come while it runs.

use std::time::Duration;

use errors::Failure;
use storage::MutationContext;
use testbed::Engine;
use tokio::time::timeout;
use types::{CustomerRelationshipName, PartnerName, Timestamp};
use uuid::Uuid;

use super::{
    CUSTOMER, RESELLER, SELLER, accepted, answer, at, cancelled, decided, fresh, kept, once,
    placed, store,
};
use crate::{
    domain::{Approved, Changes, Denial, Release, SalesChain},
    store::{Decided, DecisionValidity, Store, pair_epoch},
};

const SOON: Duration = Duration::from_millis(500);

on_both_engines! {
    an_order_decided_on_before_a_release_is_not_accepted_after_it,
    no_order_is_decided_on_during_a_release,
    a_release_that_was_cut_off_keeps_orders_out_for_a_minute_and_says_when_it_is_over,
    there_is_one_release_of_a_pair_at_a_time,
    a_release_is_refused_while_something_runs_and_keeps_nobody_out,
    orders_of_one_pair_do_not_keep_each_other_out,
    an_order_or_a_release_wins_never_both,
    an_order_on_an_offer_that_has_changed_since_is_not_accepted,
}

async fn an_order_on_an_offer_that_has_changed_since_is_not_accepted(engine: Engine) {
    let (_databases, store) = store(engine).await;
    let changes = accepted();
    let names: Vec<_> = changes.offers().keys().collect();
    let (_, offer) = store.offers_named(names.into_iter()).await.unwrap().pop_first().unwrap();
    let fresh = [asked(&store, at(9)).await, asked(&store, at(9)).await];
    let retired = offer.retire("replaced".to_owned(), at(9)).unwrap();
    store.save_offer(retired, &once()).await.unwrap();
    for fresh in fresh {
        assert!(!commit(&store, accepted(), fresh, at(9)).await);
        assert_eq!(kept(&store).await, (vec![], vec![]));
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

/// What makes a decision fresh that was asked for now.
async fn asked(store: &Store, now: Timestamp) -> DecisionValidity {
    DecisionValidity { epochs: store.epochs(CHAIN, now).await.unwrap(), ..fresh() }
}

async fn commit(store: &Store, changes: Changes, fresh: DecisionValidity, now: Timestamp) -> bool {
    let call = MutationContext::new("Method", None, b"", "ada".to_owned(), now);
    let decided = Decided::new(answer(), fresh).map(|_| changes);
    match store.commit(&decided, &call).await {
        Ok(()) => true,
        Err(Failure::DecisionExpired) => false,
        Err(failure) => unreachable!("{failure:?}"),
    }
}

async fn an_order_decided_on_before_a_release_is_not_accepted_after_it(engine: Engine) {
    let (_databases, store) = store(engine).await;
    for partner in [SELLER, RESELLER] {
        let before = asked(&store, at(9)).await;
        assert!(begin(&store, partner, at(9)).await);
        store.end_release(&release(partner), at(9)).await.unwrap();
        assert!(!commit(&store, accepted(), before, at(9)).await, "{partner}");
        assert_eq!(kept(&store).await, (vec![], vec![]));
    }
    let after = asked(&store, at(9)).await;
    assert!(commit(&store, accepted(), after, at(9)).await);
}

/// When a closed pair is to be asked about again.
fn retry_after<T: std::fmt::Debug>(answer: Result<T, Failure>) -> Duration {
    match answer {
        Err(Failure::ReleaseInProgress { retry_after, .. }) => retry_after,
        other => unreachable!("{other:?}"),
    }
}

async fn no_order_is_decided_on_during_a_release(engine: Engine) {
    let (_databases, store) = store(engine).await;
    assert!(begin(&store, SELLER, at(9)).await);
    let during = store.epochs(CHAIN, at(9)).await;
    assert_eq!(retry_after(during), Duration::from_secs(1));
    store.end_release(&release(SELLER), at(9)).await.unwrap();
    let after = asked(&store, at(9)).await;
    assert!(commit(&store, accepted(), after, at(9)).await);
}

async fn a_release_that_was_cut_off_keeps_orders_out_for_a_minute_and_says_when_it_is_over(
    engine: Engine,
) {
    let (_databases, store) = store(engine).await;
    let before = asked(&store, at(9)).await;
    assert!(begin(&store, SELLER, at(9)).await);
    let other = release(SELLER);
    for (second, retry) in [(9, 1), (18, 1), (19, 50), (68, 1)] {
        let (order, other) =
            (store.epochs(CHAIN, at(second)).await, store.begin_release(&other, at(second)));
        assert_eq!(retry_after(order), Duration::from_secs(retry), "{second}");
        assert_eq!(retry_after(other.await), Duration::from_secs(retry), "{second}");
    }
    assert!(!commit(&store, accepted(), before, at(69)).await, "it was decided on before");
    let after = asked(&store, at(69)).await;
    assert!(commit(&store, accepted(), after, at(69)).await);
}

async fn there_is_one_release_of_a_pair_at_a_time(engine: Engine) {
    let (_databases, store) = store(engine).await;
    assert!(begin(&store, SELLER, at(9)).await);
    retry_after(store.begin_release(&release(SELLER), at(68)).await);
    assert!(begin(&store, RESELLER, at(9)).await, "another pair");
    assert!(begin(&store, SELLER, at(69)).await, "the first ran out");
}

async fn a_release_is_refused_while_something_runs_and_keeps_nobody_out(engine: Engine) {
    let (_databases, store) = store(engine).await;
    let placement = placed(&store).await;
    for partner in [SELLER, RESELLER] {
        let refused = begin_release(&store, release(partner), at(9)).await;
        let Err(Denial::Refused(told)) = refused else { unreachable!("{refused:?}") };
        assert_eq!((told[0].rule.as_str(), told[0].inputs[1].1.as_str()), ("REL-6", "2"));
    }
    let other = PartnerName::new(Uuid::from_u128(0x3));
    assert!(begin(&store, other, at(9)).await, "it sold nothing");
    let managed = Release { resale: false, ..release(SELLER) };
    assert!(begin_release(&store, managed.clone(), at(9)).await.is_ok());
    store.end_release(&managed, at(9)).await.unwrap();
    let fresh = asked(&store, at(9)).await;
    assert!(commit(&store, cancelled(&placement), fresh, at(10)).await);
    assert!(begin(&store, SELLER, at(10)).await);
}

async fn orders_of_one_pair_do_not_keep_each_other_out(engine: Engine) {
    let (_databases, store) = store(engine).await;
    let (one, other) = (asked(&store, at(9)).await, asked(&store, at(9)).await);
    assert!(commit(&store, accepted(), one, at(9)).await);
    assert!(commit(&store, accepted(), other, at(9)).await);
    let all = super::eight_times(async || {
        let fresh = asked(&store, at(9)).await;
        commit(&store, accepted(), fresh, at(9)).await
    });
    assert_eq!(all.await, [true; 8]);
}

async fn an_order_or_a_release_wins_never_both(engine: Engine) {
    let (_databases, store) = store(engine).await;
    for _ in 0..5 {
        let fresh = asked(&store, at(9)).await;
        let changes = accepted();
        let placement = super::after(&changes);
        let (order, released) =
            tokio::join!(commit(&store, changes, fresh, at(9)), begin(&store, SELLER, at(9)));
        assert!(order != released, "order {order}, release {released}");
        if order {
            store.commit(&decided(cancelled(&placement)), &once()).await.unwrap();
        }
        store.end_release(&release(SELLER), at(9)).await.unwrap();
    }
}

/// On PostgreSQL: an embedded database has one writer at a time.
#[tokio::test]
async fn an_order_in_work_keeps_out_a_release_and_no_other_order() {
    let (_databases, store) = store(Engine::Postgres).await;
    for pair in ["that is new", "that is known"] {
        let asked = asked(&store, at(9)).await;
        let (first, second) = (store.database().begin().await, store.database().begin().await);
        let (first, second) = (first.unwrap(), second.unwrap());
        assert!(pair_epoch::hold(&first, asked.epochs.iter(), at(9)).await.unwrap(), "{pair}");
        if pair == "that is known" {
            let beside = timeout(SOON, pair_epoch::hold(&second, asked.epochs.iter(), at(9))).await;
            assert!(beside.expect("it does not wait").unwrap());
        }
        let release = begin(&store, SELLER, at(9));
        assert!(timeout(SOON, release).await.is_err(), "a pair {pair}");
        first.commit().await.unwrap();
        second.commit().await.unwrap();
    }
    assert!(begin(&store, SELLER, at(9)).await);
}
