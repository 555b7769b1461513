//! Constraints and migrations of the schema.

use testbed::{
    Engine, InvalidRows, assert_constraints, assert_migrations, assert_not_unique, insert,
    on_both_engines,
};

use super::store;
use crate::store::Migrator;

on_both_engines! {
    constraints_reject_states_that_no_decision_produces,
    migrations_are_applied_once_or_named_with_their_command,
}

/// Rows as column names and SQL literals.
const PARTNERSHIP: &str = "name 'partnerships/1', provider 'partners/1', reseller 'partners/2', \
    state 'ended', expire_time 1, accept_time 0, provider_application 1, \
    reseller_application 1, ended_by 'provider', state_reason 'why', \
    end_time 0, predecessor NULL, revision 1, create_time 0, update_time 0";
const INVITED: &str = "state 'invited', accept_time NULL, provider_application NULL, \
    reseller_application NULL, ended_by NULL, state_reason '', \
    end_time NULL";
const CUSTOMER_ROW: &str = "name 'customers/1', display_name '', display_name_key '', organization 'organizations/1', \
    country 'FR', registration_number NULL, kind 'company', shared_services_number NULL, \
    created_by NULL, mca_template_id '1', mca_version '1', mca_first_name 'Ada', \
    mca_last_name 'Lovelace', mca_email 'ada@contoso.com', mca_accept_time 0, \
    account_state 'verified', account_detail '', account_time 0, revision 1, create_time 0, \
    update_time 0";
const RELATIONSHIP: &str = "name 'customers/1/relationships/1', customer 'customers/1', \
    partner 'partners/1', kind 'resale', role 'direct-bill', state 'active', expire_time 1, \
    accept_time 0, removed_by NULL, state_reason '', end_time NULL, companion NULL, \
    mca_template_id '1', mca_version '1', mca_first_name 'Ada', mca_last_name 'Lovelace', \
    mca_email 'ada@contoso.com', mca_accept_time 0, revision 1, create_time 0, update_time 0";

const INVALID: [InvalidRows; 3] = [
    (
        "partnerships",
        PARTNERSHIP,
        "name 'pairs/1', provider 'customers/1', reseller 'customers/1', \
             reseller 'partners/1', reseller NULL, state 'unknown', state NULL, state 'active', \
             state 'declined', state 'withdrawn', state 'expired', state 'invited', \
             expire_time 0, accept_time NULL, accept_time 1, ended_by 'both', \
             provider_application NULL, reseller_application NULL, \
             state_reason '', end_time NULL, end_time 1, predecessor 'partnerships/1', \
             predecessor 'partnerships/9', revision 0",
        "",
    ),
    (
        "customers",
        CUSTOMER_ROW,
        "name 'partners/1', display_name_key NULL, organization 'partners/1', country 'FRA', kind 'person', \
             kind 'shared-services', shared_services_number 1, registration_number '', \
             created_by 'customers/1', mca_template_id NULL, mca_version NULL, \
             mca_first_name NULL, mca_last_name NULL, mca_email NULL, account_state NULL, \
             account_state 'lost', account_detail NULL, account_time NULL, account_time 1, \
             mca_accept_time 1, revision 0",
        "",
    ),
    (
        "customer_relationships",
        RELATIONSHIP,
        "name 'customers/2/relationships/1', customer 'customers/2', partner 'customers/1', kind 'both', kind 'management', role NULL, role 'advisor', state 'unknown', \
             state 'requested', state 'removed', state 'refused', state 'expired', \
             expire_time 0, accept_time NULL, accept_time 1, removed_by 'partners/1', \
             removed_by 'customers/1', state_reason 'why', end_time 0, \
             companion 'customers/1/relationships/1', companion 'customers/1/relationships/9', \
             companion 'customers/2/relationships/1', kind 'management', \
             mca_template_id NULL, mca_version NULL, mca_first_name NULL, mca_last_name NULL, \
             mca_email NULL, mca_accept_time 1, revision 0",
        "",
    ),
];

async fn constraints_reject_states_that_no_decision_produces(engine: Engine) {
    let (_databases, store) = store(engine).await;
    let database = store.database();
    assert_constraints(database, &INVALID).await;
    let shared = |id, number| {
        format!("name 'customers/{id}', kind 'shared-services', shared_services_number {number}")
    };
    insert(database, "customers", CUSTOMER_ROW, &shared(2, 1)).await.unwrap();
    assert_not_unique(database, "customers", CUSTOMER_ROW, &shared(3, 1)).await;
    insert(database, "customers", CUSTOMER_ROW, &shared(3, 2)).await.unwrap();
    let open = |id| format!("name 'partnerships/{id}', {INVITED}");
    insert(database, "partnerships", PARTNERSHIP, &open(2)).await.unwrap();
    assert_not_unique(database, "partnerships", PARTNERSHIP, &open(3)).await;
    let after = |id| format!("name 'partnerships/{id}', predecessor 'partnerships/1'");
    insert(database, "partnerships", PARTNERSHIP, &after(4)).await.unwrap();
    assert_not_unique(database, "partnerships", PARTNERSHIP, &after(5)).await;
    let table = "customer_relationships";
    let second = "name 'customers/1/relationships/2', state 'requested', accept_time NULL";
    assert_not_unique(database, table, RELATIONSHIP, second).await;
    // A management relationship has no attestation.
    let manages = |id| {
        format!(
            "name 'customers/1/relationships/{id}', kind 'management', role NULL, \
             mca_template_id NULL, mca_version NULL, mca_first_name NULL, mca_last_name NULL, \
             mca_email NULL, mca_accept_time NULL"
        )
    };
    insert(database, table, RELATIONSHIP, &manages(3)).await.unwrap();
    assert_not_unique(database, table, RELATIONSHIP, &manages(4)).await;
    let other_role = "name 'customers/1/relationships/5', role 'indirect-reseller'";
    insert(database, table, RELATIONSHIP, other_role).await.unwrap();
}

async fn migrations_are_applied_once_or_named_with_their_command(engine: Engine) {
    assert_migrations::<Migrator>(engine, "relationship").await;
}
