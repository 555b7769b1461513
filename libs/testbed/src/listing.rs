use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, QueryTrait, Select, Statement};
use storage::{Database, Kind, ListOptions, Listing};

/// Values, of which each type of a field has one.
const VALUES: [&str; 7] = [
    "organizations/0195f0a8-7c1e-7b3a-9c55-0242ac120002",
    "partners/0195f0a8-7c1e-7b3a-9c55-0242ac120002",
    "customers/0195f0a8-7c1e-7b3a-9c55-0242ac120002",
    "orders/0195f0a8-7c1e-7b3a-9c55-0242ac120002",
    "offers/x",
    "FR",
    "4847383",
];

/// Makes sure that an embedded database reads a list in every order, and those items that have
/// one value of a text, by following an index.
///
/// # Panics
/// When it does not.
pub async fn assert_indexed<E: EntityTrait>(database: &Database, listing: Listing) {
    let filters = listing.fields.iter().filter_map(|it| match it.kind {
        Kind::Value { read } => {
            let value = VALUES.iter().find(|value| read(value).is_ok());
            let value = value.expect("VALUES has one for the field");
            Some((format!("{} = {value}", it.name), "name"))
        }
        Kind::Time | Kind::Choice { .. } => None,
    });
    let orders = ["name", "name desc", "create_time", "create_time desc"];
    let orders = orders.into_iter().map(|it| (String::new(), it));
    for (filter, order_by) in orders.chain(filters) {
        let asked = ListOptions { filter: &filter, order_by, ..ListOptions::default() };
        let page = listing.page(asked).expect("the list can be asked for");
        let rows = page.select(E::find()).expect("the table has the columns");
        for step in plan(database, &rows).await {
            let follows = step.contains("USING INDEX");
            assert!(
                follows && (filter.is_empty() || step.starts_with("SEARCH")),
                "{step}: {filter}, {order_by}"
            );
        }
    }
}

/// The steps in which an embedded database reads rows.
pub(crate) async fn plan<E: EntityTrait>(database: &Database, rows: &Select<E>) -> Vec<String> {
    let query = rows.build(DbBackend::Sqlite).to_string();
    let explain = Statement::from_string(DbBackend::Sqlite, format!("EXPLAIN QUERY PLAN {query}"));
    let plan = database.reader().query_all_raw(explain).await.expect("the query has a plan");
    plan.iter().map(|it| it.try_get("", "detail").expect("it is a plan")).collect()
}
