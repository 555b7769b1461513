use testbed::{Engine, assert_indexed};

use super::store;
use crate::store::{
    CUSTOMERS, PARTNERSHIPS, RELATIONSHIPS,
    entity::{customer_relationships, customers, partnerships},
};

#[tokio::test]
async fn every_list_uses_an_index() {
    let (_databases, store) = store(Engine::Sqlite).await;
    assert_indexed::<partnerships::Entity>(&store.database, PARTNERSHIPS).await;
    assert_indexed::<customers::Entity>(&store.database, CUSTOMERS).await;
    assert_indexed::<customer_relationships::Entity>(&store.database, RELATIONSHIPS).await;
}
