//! Rows of the tables, one module for each table.

use storage::entity;

entity!(offers, "offers", {
    #[sea_orm(primary_key, auto_increment = false)]
    name: String,
    display_name: String,
    family: String,
    min_quantity: i32,
    max_quantity: i32,
    markets: String,
    third_party: bool,
    attestation_required: bool,
    plans: String,
    state: String,
    state_reason: String,
    revision: i64,
    create_time: i64,
    update_time: i64,
});

entity!(orders, "orders", {
    #[sea_orm(primary_key, auto_increment = false)]
    name: String,
    kind: String,
    seller: String,
    reseller: Option<String>,
    customer: String,
    attested: bool,
    state: String,
    state_reason: String,
    currency: String,
    total: i64,
    charge: i64,
    refund: i64,
    lines: String,
    evidence: Option<Vec<u8>>,
    evidence_sha256: String,
    commit_by: Option<i64>,
    commit_server: Option<i64>,
    revision: i64,
    create_time: i64,
    update_time: i64,
});

entity!(subscriptions, "subscriptions", {
    #[sea_orm(primary_key, auto_increment = false)]
    name: String,
    order_name: String,
    customer: String,
    seller: String,
    reseller: Option<String>,
    offer: String,
    family: String,
    quantity: i32,
    term: String,
    billing_cycle: String,
    partner_id: Option<String>,
    additional_ids: String,
    currency: String,
    unit_price: i64,
    batches: String,
    term_start: i64,
    term_end: i64,
    automatic_renewal: bool,
    next_term: Option<String>,
    refused_increase: Option<String>,
    transferred_from: Option<String>,
    transferred_to: Option<String>,
    state: String,
    state_time: i64,
    state_reason: String,
    due_time: Option<i64>,
    revision: i64,
    create_time: i64,
    update_time: i64,
});

entity!(transfers, "transfers", {
    #[sea_orm(primary_key, auto_increment = false)]
    name: String,
    source: String,
    seller: String,
    reseller: Option<String>,
    customer: String,
    attested: bool,
    state: String,
    state_time: i64,
    state_reason: String,
    expire_time: i64,
    order_name: Option<String>,
    revision: i64,
    create_time: i64,
    update_time: i64,
});

entity!(transfer_items, "transfer_items", {
    #[sea_orm(primary_key, auto_increment = false)]
    transfer: String,
    #[sea_orm(primary_key, auto_increment = false)]
    place: i32,
    subscription: String,
    partner_id: Option<String>,
    additional_ids: String,
    transferred_to: Option<String>,
    credit_currency: Option<String>,
    credit: Option<i64>,
    pending: bool,
});

entity!(partner_customer_epochs, "partner_customer_epochs", {
    #[sea_orm(primary_key, auto_increment = false)]
    customer: String,
    #[sea_orm(primary_key, auto_increment = false)]
    partner: String,
    epoch: i64,
    closed_until: i64,
});
