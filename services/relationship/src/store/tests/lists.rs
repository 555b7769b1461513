use sea_orm::{ConnectionTrait, EntityTrait};
use storage::{Database, ListOptions, Listing};
use testbed::{Engine, assert_indexed, on_both_engines, plan};

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

on_both_engines! {
    a_page_of_a_partner_with_many_customers_is_one_range_of_an_index,
    the_start_of_a_name_is_one_range_of_an_index,
}

/// 250 customers of one partner, and 4,750 of others, with names that are spread as random ones are.
async fn fill(database: &Database) {
    let count = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 4999)";
    let (id, key) = match database.embedded() {
        true => ("printf('%08x', 2654435761 * i % 4294967296)", "CAST('name ' || i AS BLOB)"),
        false => ("lpad(to_hex(2654435761 * i % 4294967296), 8, '0')", "('name ' || i)::bytea"),
    };
    let id = format!("{id} || '-0000-4000-8000-000000000000'");
    let customers = format!(
        "INSERT INTO customers (name, display_name, display_name_key, organization, country, kind, \
         revision, create_time, update_time) {count} SELECT 'customers/' || {id}, 'Name ' || i, \
         {key}, 'organizations/1', 'FR', 'company', 1, i, i FROM n"
    );
    let relationships = format!(
        "INSERT INTO customer_relationships (name, customer, partner, kind, role, state, \
         expire_time, accept_time, state_reason, revision, create_time, update_time) {count} \
         SELECT 'customers/' || {id} || '/relationships/' || {id}, 'customers/' || {id}, \
         'partners/00000000-0000-4000-8000-00000000' || CASE i % 20 WHEN 0 THEN '0000' ELSE \
         CAST(1000 + i % 19 AS TEXT) END, 'resale', 'direct-bill', 'active', i + 1, i, '', 1, i, i \
         FROM n"
    );
    for sql in [&*customers, &*relationships, "ANALYZE"] {
        database.reader().execute_unprepared(sql).await.unwrap();
    }
}

/// The plan of the first page of a list, or of the one after a token.
async fn plan_of<E: EntityTrait>(
    database: &Database,
    listing: Listing,
    options: ListOptions<'_>,
) -> String {
    let page = listing.page(options).unwrap();
    plan(database.reader(), &page.select(E::find()).unwrap()).await.join("\n")
}

async fn a_page_of_a_partner_with_many_customers_is_one_range_of_an_index(engine: Engine) {
    let (_databases, store) = store(engine).await;
    fill(&store.database).await;
    let filter = "partner = partners/00000000-0000-4000-8000-000000000000";
    for (order_by, index) in [
        ("name", "customer_relationships_by_partner"),
        ("name desc", "customer_relationships_by_partner"),
        ("create_time", "customer_relationships_by_partner_and_time"),
        ("create_time desc", "customer_relationships_by_partner_and_time"),
    ] {
        let first = ListOptions { filter, order_by, ..ListOptions::default() };
        let page = store.relationships(None, &RELATIONSHIPS.page(first).unwrap()).await.unwrap();
        assert_eq!(page.items.len(), 50);
        for page_token in ["", &page.next_page_token] {
            let options = ListOptions { page_token, ..first };
            let plan =
                plan_of::<customer_relationships::Entity>(&store.database, RELATIONSHIPS, options)
                    .await;
            let (range, sort) = match engine {
                Engine::Sqlite => (format!("USING INDEX {index} (partner=?"), "TEMP B-TREE"),
                Engine::Postgres => (format!("using {index} on"), "Sort"),
            };
            assert!(plan.contains(&range) && !plan.contains(sort), "{order_by}: {plan}");
        }
    }
}

async fn the_start_of_a_name_is_one_range_of_an_index(engine: Engine) {
    let (_databases, store) = store(engine).await;
    fill(&store.database).await;
    for filter in ["display_name = \"Name 12*\"", "display_name = \"NAME 12\""] {
        let options = ListOptions { filter, ..ListOptions::default() };
        let plan = plan_of::<customers::Entity>(&store.database, CUSTOMERS, options).await;
        assert!(plan.contains("customers_by_display_name"), "{filter}: {plan}");
    }
}
