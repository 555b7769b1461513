//! Constraints and migrations of the schema.

use std::collections::BTreeMap;

use sea_orm::ConnectionTrait;
use testbed::{Databases, Engine};
use types::OrderName;
use uuid::Uuid;

use super::{connect, mutation, offer, store};
use crate::store::{Migrator, Store};

on_both_engines! {
    the_schema_rejects_invalid_rows,
    a_migration_is_applied_once,
    a_version_accepts_migrations_of_a_newer_version,
}

/// Inserts a row in which some columns have another value.
async fn insert(store: &Store, table: &str, row: &str, changes: &str) -> Result<(), String> {
    let columns = |row: &str| -> BTreeMap<String, String> {
        let columns = row.split(", ").filter_map(|column| column.split_once(' '));
        columns.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    };
    let mut row = columns(row);
    row.extend(columns(changes));
    let (names, values): (Vec<_>, Vec<_>) = row.into_iter().unzip();
    let (names, values) = (names.join(", "), values.join(", "));
    let statement = format!("INSERT INTO {table} ({names}) VALUES ({values})");
    let inserted = store.database().reader().execute_unprepared(&statement).await;
    inserted.map(drop).map_err(|error| error.to_string())
}

/// A table, a valid row, invalid changes of the row, and a change that makes a second row which
/// violates a unique constraint.
const FORBIDDEN: [(&str, &str, &str, &str); 5] = [
    (
        "offers",
        "name 'offers/1', display_name '', family 'azure-shared-services', \
         min_quantity 1, max_quantity 1, markets '\"every\"', third_party FALSE, \
         attestation_required FALSE, state 'active', state_reason '', revision 1, create_time 0, update_time 0",
        "name 'orders/1', family 'office', min_quantity 0, min_quantity 2, max_quantity 0, \
         third_party TRUE, state 'sold', state 'retired', state_reason 'why', revision 0",
        "family 'software'",
    ),
    (
        "offer_plans",
        "offer 'offers/1', place 0, term 'P1Y', billing_cycle 'annual', currency 'EUR', \
         unit_price 0",
        "offer 'offers/9', place -1, term 'P2Y', term 'P1M', billing_cycle 'weekly', \
         billing_cycle 'one-time', currency 'EURO', unit_price -1",
        "place 1",
    ),
    (
        "orders",
        "name 'orders/1', kind 'renew', seller 'partners/1', reseller 'partners/2', \
         customer 'customers/1', attested TRUE, state 'accepted', state_reason '', \
         currency 'EUR', total 0, charge 0, refund 0, legs '[]', evidence 'abc', revision 1, create_time 0, update_time 0",
        "name 'offers/1', seller 'customers/1', reseller 'customers/1', reseller 'partners/1', \
         customer 'partners/1', state 'unknown', state NULL, currency 'EURO', total -1, \
         charge -1, refund -1, kind 'sale', state 'cancelled', evidence 'ab', \
         evidence NULL, revision 0",
        "seller 'partners/3'",
    ),
    (
        "subscriptions",
        "name 'subscriptions/1', order_name 'orders/1', customer '', seller '', \
         offer 'offers/1', family 'azure', quantity 1, term 'P1Y', additional_ids '[]', \
         billing_cycle 'annual', currency 'EUR', unit_price 0, batches '[]', term_start 0, \
         term_end 1, automatic_renewal TRUE, state 'active', \
         state_time 0, state_reason '', due_time 1, revision 1, create_time 0, update_time 0",
        "name 'orders/1', order_name 'orders/9', offer 'offers/9', family 'office', \
         quantity 0, quantity -1, term 'P2Y', billing_cycle 'weekly', currency 'EURO', unit_price -1, state 'unknown', \
         term_end 0, state 'deleted', due_time NULL, revision 0, additional_ids '[\"2001\"]'",
        "quantity 2",
    ),
    (
        "order_lines",
        "order_name 'orders/1', line 0, offer 'offers/1', family 'azure', quantity 1, term 'P1Y', \
         additional_ids '[]', billing_cycle 'annual', attested TRUE, currency 'EUR', unit_price 0, charge 0, refund 0, \
         subscription 'subscriptions/1'",
        "order_name 'orders/9', line -1, offer 'offers/9', family 'office', quantity 0, term 'P2Y', \
         billing_cycle 'weekly', currency 'EURO', additional_ids '[\"2001\"]', \
         unit_price -1, charge -1, refund -1, subscription 'subscriptions/9', subscription NULL",
        "line 1",
    ),
];

async fn the_schema_rejects_invalid_rows(engine: Engine) {
    let (_databases, store) = store(engine).await;
    for (table, row, forbidden, second) in FORBIDDEN {
        for change in forbidden.split(", ") {
            let refused = insert(&store, table, row, change).await.unwrap_err();
            assert!(refused.contains("constraint"), "{table}, {change}: {refused}");
        }
        insert(&store, table, row, "").await.unwrap();
        let refused = insert(&store, table, row, second).await.unwrap_err();
        assert!(refused.to_lowercase().contains("unique constraint"), "{table}: {refused}");
    }
}

async fn a_migration_is_applied_once(engine: Engine) {
    let databases = Databases::new(engine).await;
    let database = connect(&databases).await;
    let applied = database.migrate::<Migrator>().await.unwrap();
    assert!(applied.contains(&"ordering_0001_initial".to_owned()), "{applied:?}");
    assert!(database.migrate::<Migrator>().await.unwrap().is_empty());
    database.require_schema::<Migrator>("ordering").await.unwrap();
    let store = Store::new(database);
    store.save_offer(offer("mail"), &mutation()).await.unwrap();
}

async fn a_version_accepts_migrations_of_a_newer_version(engine: Engine) {
    let databases = Databases::new(engine).await;
    let database = connect(&databases).await;
    database.migrate::<Migrator>().await.unwrap();
    let newer = "INSERT INTO seaql_migrations VALUES ('ordering_9999_of_a_newer_version', 0)";
    database.reader().execute_unprepared(newer).await.unwrap();
    database.require_schema::<Migrator>("ordering").await.unwrap();
    assert!(database.migrate::<Migrator>().await.unwrap().is_empty());
}

#[tokio::test]
async fn an_embedded_database_migrates_itself() {
    let databases = Databases::new(Engine::Sqlite).await;
    let database = connect(&databases).await;
    database.require_schema::<Migrator>("ordering").await.unwrap();
    Store::new(database).save_offer(offer("mail"), &mutation()).await.unwrap();
}

#[tokio::test]
async fn a_database_without_the_schema_is_rejected_with_the_command_to_run() {
    let databases = Databases::new(Engine::Postgres).await;
    let database = connect(&databases).await;
    let refused = database.require_schema::<Migrator>("ordering").await.unwrap_err();
    for part in ["ordering_0001_initial", "`ordering migrate`"] {
        assert!(refused.contains(part), "{refused}");
    }
    let unknown = OrderName::new(Uuid::from_u128(0xff));
    assert!(Store::new(database).order(unknown).await.is_err(), "nothing was applied");
}
