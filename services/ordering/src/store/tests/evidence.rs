//! The decision of an order is stored in its row only, and events and reads refer to it by its digest.

use errors::Failure;
use sea_orm::ConnectionTrait;
use testbed::{Engine, events_of, on_both_engines};

use super::{DECISION, answer, cancelled, commit, mutation, placed, store, valid};
use crate::domain::Order;

on_both_engines! {
    the_decision_of_an_order_is_read_from_its_row,
    a_decision_that_does_not_have_its_digest_is_a_defect,
}

async fn the_decision_of_an_order_is_read_from_its_row(engine: Engine) {
    let (_databases, store) = store(engine).await;
    let placement = placed(&store).await;
    let by = commit(&store, cancelled(&placement), valid(), &mutation()).await.unwrap();
    assert_eq!(by.name, placement.order.name);
    let event = events_of(store.database()).await.pop().unwrap();
    assert!(event.content.contains(&format!(r#""evidence_sha256":"{}""#, answer().evidence)));
    let recorded: Order = storage::row::from_json(&event.content).unwrap();
    for order in [by, recorded, store.order(placement.order.name).await.unwrap().unwrap()] {
        assert_eq!(order.evidence.decision(), None, "reads and events have the digest only");
        assert_eq!(store.decision(&order).await.unwrap(), DECISION);
    }
}

async fn a_decision_that_does_not_have_its_digest_is_a_defect(engine: Engine) {
    let (_databases, store) = store(engine).await;
    let placement = placed(&store).await;
    let bytes = match engine {
        Engine::Sqlite => "X'080108'",
        Engine::Postgres => "'\\x080108'",
    };
    let change = format!("UPDATE orders SET evidence = {bytes}");
    store.database().reader().execute_unprepared(&change).await.unwrap();
    let order = store.order(placement.order.name).await.unwrap().unwrap();
    let read = store.decision(&order).await;
    assert!(matches!(read, Err(Failure::Bug(_))), "{read:?}");
}
