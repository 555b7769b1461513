use testbed::{Engine, assert_indexed};

use super::store;
use crate::store::{
    ORGANIZATIONS, PARTNERS,
    entity::{organizations, partners},
};

#[tokio::test]
async fn every_list_query_uses_an_index() {
    let (_databases, store) = store(Engine::Sqlite).await;
    assert_indexed::<organizations::Entity>(&store.database, ORGANIZATIONS).await;
    assert_indexed::<partners::Entity>(&store.database, PARTNERS).await;
}
