//! Purchases that are committed at the same time.

use std::{collections::BTreeSet, time::Duration};

use errors::Failure;
use sea_orm::{ConnectionTrait, Statement};
use testbed::{Engine, call, mutation};
use tokio::{
    task::{JoinSet, yield_now},
    time::timeout,
};
use types::OrderName;
use uuid::Uuid;

use super::{
    Store, accepted, after, commit, history, on_both_engines, store, stored, valid, validity_of,
};

on_both_engines! {
    many_orders_are_committed_together,
    a_call_that_fails_costs_the_others_nothing,
    calls_with_one_request_id_are_one_order,
    an_order_of_many_lines_is_accepted,
    a_cancelled_call_in_the_queue_writes_nothing,
}

const ORDERS: u128 = 40;

/// Runs `requests` calls at the same time; each accepts an order.
async fn at_once(
    store: &Store,
    requests: impl Iterator<Item = (u128, Duration)>,
) -> Vec<(u128, Result<OrderName, Failure>)> {
    let mut calls = JoinSet::new();
    for (id, age) in requests {
        let store = store.clone();
        calls.spawn(async move {
            let order = commit(&store, accepted(), validity_of(age), &call(id, "order")).await;
            (id, order.map(|order| order.name))
        });
    }
    calls.join_all().await
}

async fn many_orders_are_committed_together(engine: Engine) {
    let (_databases, store) = store(engine).await;
    let first = history(&store).await.len();
    let fresh = Duration::ZERO;
    let done = at_once(&store, (1..=ORDERS).map(|id| (id, fresh))).await;
    let mut accepted: Vec<_> = done.into_iter().map(|(_, order)| order.unwrap()).collect();
    accepted.sort();
    let mut found: Vec<_> = Vec::new();
    for name in &accepted {
        let placement = store.placement(*name).await.unwrap().unwrap();
        assert_eq!(placement.subscriptions.len(), placement.order.lines.len());
        found.push(placement.order.name);
    }
    assert_eq!(found, accepted);
    let events = history(&store).await;
    assert_eq!(events.len() - first, 3 * ORDERS as usize);
    let answers = events.iter().filter(|event| event.request_id.is_some());
    assert_eq!(answers.count(), ORDERS as usize);
    if engine == Engine::Postgres {
        let transactions =
            "SELECT count(DISTINCT xid) AS count FROM events WHERE kind = 'OrderAccepted'";
        let reader = store.database().reader();
        let row = reader
            .query_one_raw(Statement::from_string(reader.get_database_backend(), transactions));
        let count: i64 = row.await.unwrap().unwrap().try_get("", "count").unwrap();
        assert!(count < ORDERS as i64 / 2, "{count} transactions");
    }
}

async fn a_call_that_fails_costs_the_others_nothing(engine: Engine) {
    let (_databases, store) = store(engine).await;
    commit(&store, accepted(), valid(), &call(3, "order")).await.unwrap();
    let old = Duration::from_secs(5);
    // Every third decision has expired, and one request id is taken.
    let age = |id| if id % 3 == 1 { old } else { Duration::ZERO };
    for (id, order) in at_once(&store, (1..=ORDERS).map(|id| (id, age(id)))).await {
        match id {
            3 => assert!(matches!(order, Err(Failure::LostRace)), "{id}: {order:?}"),
            _ if id % 3 == 1 => assert!(matches!(order, Err(Failure::DecisionExpired)), "{id}"),
            _ => drop(order.unwrap()),
        }
    }
    let answers = history(&store).await.into_iter().filter(|event| event.request_id.is_some());
    assert_eq!(answers.count(), (1..=ORDERS).filter(|id| id % 3 != 1).count());
}

async fn calls_with_one_request_id_are_one_order(engine: Engine) {
    let (_databases, store) = store(engine).await;
    let done = at_once(&store, (0..ORDERS).map(|at| (at % 4, Duration::ZERO))).await;
    let accepted: Vec<_> =
        done.iter().filter_map(|(id, order)| Some((id, order.as_ref().ok()?))).collect();
    assert_eq!(accepted.len(), 4, "{done:?}");
    let lost = done.iter().filter(|(_, order)| matches!(order, Err(Failure::LostRace)));
    assert_eq!(lost.count(), ORDERS as usize - 4, "{done:?}");
    assert_eq!(stored(&store).await.0.len(), 4);
}

async fn an_order_of_many_lines_is_accepted(engine: Engine) {
    let (_databases, store) = store(engine).await;
    let mut many = accepted();
    (0..9).for_each(|_| many.append(accepted()));
    let name = after(&many).order.name;
    commit(&store, many, valid(), &mutation()).await.unwrap();
    assert!(store.placement(name).await.unwrap().is_some());
}

async fn a_cancelled_call_in_the_queue_writes_nothing(engine: Engine) {
    let (_databases, store) = store(engine).await;
    let blocker = store.database().begin().await.unwrap();
    // An embedded database has one writer at a time.
    if engine == Engine::Postgres {
        blocker.execute_unprepared("LOCK TABLE events IN EXCLUSIVE MODE").await.unwrap();
    }
    let accept = async |store: Store, id| {
        commit(&store, accepted(), valid(), &call(id, "order")).await.map(drop)
    };
    let first = deadline::spawn(accept(store.clone(), 1));
    // On this single thread the first call is a group of one when these have passed.
    for _ in 0..10 {
        yield_now().await;
    }
    let cancelled = timeout(Duration::from_millis(50), accept(store.clone(), 2)).await;
    cancelled.expect_err("the second call should wait for the group of the first");
    blocker.rollback().await.unwrap();
    first.await.unwrap().unwrap();
    accept(store.clone(), 3).await.unwrap();
    let answered: BTreeSet<_> =
        history(&store).await.into_iter().filter_map(|event| event.request_id).collect();
    assert_eq!(answered, [1, 3].map(|id| format!("ada {}", Uuid::from_u128(id))).into());
}

/// On PostgreSQL: an embedded database has one writer at a time.
#[tokio::test]
async fn a_request_id_that_another_process_inserts_does_not_delay_other_calls() {
    let (_databases, store) = store(Engine::Postgres).await;
    let other_process = store.database().begin().await.unwrap();
    let id = Uuid::from_u128(2);
    let insert = format!(
        "INSERT INTO events (resource, revision, kind, actor, proof, time, content, request_id, \
         request_digest) \
         VALUES ('orders/other', 1, 'OrderAccepted', '', 'none', 0, '', 'ada {id}', '')"
    );
    other_process.execute_unprepared(&insert).await.unwrap();
    let soon = Duration::from_millis(1000);
    let accept = async |id| {
        let call = call(id, "order");
        let accept = commit(&store, accepted(), valid(), &call);
        timeout(soon, accept).await.map(|order| order.is_ok())
    };
    let outcomes = tokio::join!(accept(1), accept(2), accept(3), accept(4));
    assert!(matches!(outcomes, (Ok(true), Err(_), Ok(true), Ok(true))), "{outcomes:?}");
}
