use sea_orm::{ConnectionTrait, EntityTrait};
use storage::ListOptions;
use testbed::{Engine, assert_indexed, on_both_engines, plan};

use super::store;
use crate::store::{
    OFFERS, ORDERS, SUBSCRIPTIONS, TRANSFERS,
    entity::{offers, orders, subscriptions, transfers},
};

#[tokio::test]
async fn every_list_follows_an_index() {
    let (_databases, store) = store(Engine::Sqlite).await;
    assert_indexed::<offers::Entity>(&store.database, OFFERS).await;
    assert_indexed::<orders::Entity>(&store.database, ORDERS).await;
    assert_indexed::<subscriptions::Entity>(&store.database, SUBSCRIPTIONS).await;
    assert_indexed::<transfers::Entity>(&store.database, TRANSFERS).await;
}

on_both_engines! {
    cancelled_orders_are_listed_along_their_partial_index,
}

async fn cancelled_orders_are_listed_along_their_partial_index(engine: Engine) {
    let (_databases, store) = store(engine).await;
    let transaction = store.database.begin().await.unwrap();
    if engine == Engine::Postgres {
        // The table has no rows, which costs nothing to read.
        transaction.execute_unprepared("SET enable_seqscan = off").await.unwrap();
    }
    let filter = "state = ORDER_STATE_CANCELLED";
    let page = ORDERS.page(ListOptions { filter, ..ListOptions::default() }).unwrap();
    let plan = plan(&*transaction, &page.select(orders::Entity::find()).unwrap()).await;
    assert!(plan.iter().any(|it| it.contains("orders_cancelled")), "{plan:?}");
}
