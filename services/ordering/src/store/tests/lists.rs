use sea_orm::{ConnectionTrait, EntityTrait, QueryTrait, Statement};
use storage::ListOptions;
use testbed::{Engine, assert_indexed, on_both_engines};

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

/// With parameters, as the list is read.
async fn cancelled_orders_are_listed_along_their_partial_index(engine: Engine) {
    let (_databases, store) = store(engine).await;
    let transaction = store.database.begin().await.unwrap();
    let (explain, column) = match engine {
        Engine::Sqlite => ("EXPLAIN QUERY PLAN", "detail"),
        Engine::Postgres => ("EXPLAIN", "QUERY PLAN"),
    };
    if engine == Engine::Postgres {
        // The table has no rows, which costs nothing to read.
        transaction.execute_unprepared("SET enable_seqscan = off").await.unwrap();
    }
    let filter = "state = ORDER_STATE_CANCELLED";
    let page = ORDERS.page(ListOptions { filter, ..ListOptions::default() }).unwrap();
    let backend = transaction.get_database_backend();
    let list = page.select(orders::Entity::find()).unwrap().build(backend);
    let plan = format!("{explain} {}", list.sql);
    let plan = Statement::from_sql_and_values(backend, plan, list.values.unwrap());
    let plan = transaction.query_all_raw(plan).await.unwrap();
    let mut steps = plan.iter().map(|it| it.try_get::<String>("", column).unwrap());
    assert!(steps.any(|it| it.contains("orders_cancelled")), "{plan:?}");
}
