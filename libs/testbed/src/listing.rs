use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, QueryTrait, Select, Statement};
use storage::{Database, Kind, ListOptions, Listing};

/// Every field type accepts one of these values.
const VALUES: [&str; 7] = [
    "organizations/0195f0a8-7c1e-7b3a-9c55-0242ac120002",
    "partners/0195f0a8-7c1e-7b3a-9c55-0242ac120002",
    "customers/0195f0a8-7c1e-7b3a-9c55-0242ac120002",
    "orders/0195f0a8-7c1e-7b3a-9c55-0242ac120002",
    "offers/x",
    "FR",
    "4847383",
];

/// Asserts that SQLite reads a list along an index, in every order and with an equality filter on each
/// text field.
///
/// # Panics
/// If it does not.
pub async fn assert_indexed<E: EntityTrait>(database: &Database, listing: Listing) {
    let filters = listing.fields.iter().filter_map(|it| match it.kind {
        Kind::Value { read } => {
            let value = VALUES.iter().find(|value| read(value).is_ok());
            let value = value.expect("VALUES has a value for the field");
            Some((format!("{} = {value}", it.name), "name"))
        }
        Kind::Text => Some((format!("{} = fabrikam", it.name), "name")),
        Kind::Time | Kind::Choice { .. } => None,
    });
    let orders = ["name", "name desc", "create_time", "create_time desc"];
    let orders = orders.into_iter().map(|it| (String::new(), it));
    for (filter, order_by) in orders.chain(filters) {
        let options = ListOptions { filter: &filter, order_by, ..ListOptions::default() };
        let page = listing.page(options).expect("the list can be options for");
        let rows = page.select(E::find()).expect("the table has the columns");
        for step in plan(database.reader(), &rows).await {
            let follows = step.contains("USING INDEX");
            assert!(
                follows && (filter.is_empty() || step.starts_with("SEARCH")),
                "{step}: {filter}, {order_by}"
            );
        }
    }
}

/// The steps of the plan of a query with its parameters, as services run it.
///
/// # Panics
/// If the query has no plan.
pub async fn plan<E: EntityTrait>(reader: &impl ConnectionTrait, rows: &Select<E>) -> Vec<String> {
    let backend = reader.get_database_backend();
    let (explain, column) = match backend {
        DbBackend::Sqlite => ("EXPLAIN QUERY PLAN", "detail"),
        _ => ("EXPLAIN", "QUERY PLAN"),
    };
    let query = rows.build(backend);
    let text = format!("{explain} {}", query.sql);
    let values = query.values.expect("the builder returns values");
    let plan = Statement::from_sql_and_values(backend, text, values);
    let plan = reader.query_all_raw(plan).await.expect("the query has a plan");
    plan.iter().map(|it| it.try_get("", column).expect("it is a plan")).collect()
}
