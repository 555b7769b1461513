use testbed::{Engine, assert_indexed};

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
