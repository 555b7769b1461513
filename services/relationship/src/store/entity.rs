//! SeaORM entities, one module per table.

use storage::entity;

entity!(partnerships, "partnerships", {
    #[sea_orm(primary_key, auto_increment = false)]
    name: String,
    provider: String,
    reseller: String,
    state: String,
    expire_time: i64,
    accept_time: Option<i64>,
    provider_application: Option<i32>,
    reseller_application: Option<i32>,
    ended_by: Option<String>,
    state_reason: String,
    end_time: Option<i64>,
    predecessor: Option<String>,
    revision: i64,
    create_time: i64,
    update_time: i64,
});

entity!(customers, "customers", {
    #[sea_orm(primary_key, auto_increment = false)]
    name: String,
    display_name: String,
    display_name_key: Vec<u8>,
    organization: String,
    country: String,
    registration_number: Option<String>,
    kind: String,
    shared_services_number: Option<i32>,
    created_by: Option<String>,
    mca_template_id: Option<String>,
    mca_version: Option<String>,
    mca_first_name: Option<String>,
    mca_last_name: Option<String>,
    mca_email: Option<String>,
    mca_accept_time: Option<i64>,
    account_state: Option<String>,
    account_detail: Option<String>,
    account_time: Option<i64>,
    revision: i64,
    create_time: i64,
    update_time: i64,
});

entity!(customer_relationships, "customer_relationships", {
    #[sea_orm(primary_key, auto_increment = false)]
    name: String,
    customer: String,
    partner: String,
    kind: String,
    role: Option<String>,
    state: String,
    expire_time: i64,
    accept_time: Option<i64>,
    removed_by: Option<String>,
    state_reason: String,
    end_time: Option<i64>,
    companion: Option<String>,
    mca_template_id: Option<String>,
    mca_version: Option<String>,
    mca_first_name: Option<String>,
    mca_last_name: Option<String>,
    mca_email: Option<String>,
    mca_accept_time: Option<i64>,
    revision: i64,
    create_time: i64,
    update_time: i64,
});
