//! Constraints of the schema, and its migration.

use testbed::{Engine, InvalidRows, assert_constraints, assert_migrations, on_both_engines};

use super::store;
use crate::store::Migrator;

on_both_engines! {
    the_database_rejects_rows_that_no_decision_produces,
    migrations_are_applied_once_or_named_with_their_command,
}

const INVALID: [InvalidRows; 9] = [
    (
        "partner_ids",
        "id '4001', holder 'organizations/1'",
        "holder 'customers/1', holder NULL, id '4000'",
        "holder 'partners/1'",
    ),
    ("partner_ids", "id '1001', holder 'partners/1'", "id '4000'", "id '1002'"),
    (
        "organizations",
        "name 'organizations/1', display_name '', display_name_key '', country 'FR', global_account '4001', \
         revision 1, create_time 0, update_time 0",
        "name 'partners/1', name 'organizations/9', country 'FRA', display_name NULL, display_name_key NULL, revision 0, \
         global_account '4000'",
        "name 'organizations/2'",
    ),
    (
        "organization_owners",
        "organization 'organizations/1', owner 'organizations/00000000-0000-0000-0000-00000000000a', share_basis_points 0, \
         management_control TRUE, from_time 0, end_time NULL, end_reason NULL",
        "organization 'organizations/9', owner 'organizations/9', owner 'organizations/1', \
         share_basis_points -1, share_basis_points 10001, end_time 1, end_reason ''",
        "from_time 1",
    ),
    (
        "partners",
        "name 'partners/1', organization 'organizations/1', country 'FR', \
         location_account '1001', location_country 'FR', revision 1, create_time 0, update_time 0",
        "name 'organizations/1', organization 'organizations/9', country 'FRA', country 'DE', \
         location_country 'DE', location_country NULL, location_account NULL, revision 0",
        "name 'partners/2'",
    ),
    (
        "enrollments",
        "partner 'partners/1', role 'direct-bill', application 1, state 'active', state_time 0, \
         state_reason '', suspension_cause NULL, open_check NULL, reapply_time NULL, \
         review_time 1, shortfall_time NULL, contact_email '', revision 1, create_time 0, update_time 0",
        "partner 'partners/9', role 'advisor', application 0, state 'unknown', state NULL, revision 0, \
         state 'suspended', suspension_cause 'abuse', state 'revoked', reapply_time 1, \
         state 'draft', state 'vetting', state 'rejected', open_check 'business', \
         state 'restricted', review_time NULL, shortfall_time 1, role 'indirect-provider'",
        "state 'qualified'",
    ),
    (
        "evidence",
        "partner 'partners/1', role 'direct-bill', requirement 'mfa', figure 1, \
         observed_time 0, attested_by '', reference ''",
        "role 'indirect-reseller', requirement 'beauty', figure -1, reference NULL",
        "figure 2",
    ),
    (
        "agreements",
        "name 'partners/1/agreements/1', partner 'partners/1', kind 'direct-bill', \
         version '2019-09', first_name '', last_name '', email '', signatory_role 'global-admin', accept_time 0, location_account '1001', application 1, revision 1, create_time 0",
        "application 0, version '2025-10', signatory_role 'admin-agent', \
         name 'partners/1', partner 'partners/9', kind 'advisor', accept_time 1, \
         location_account NULL, revision 0",
        "kind 'indirect-reseller'",
    ),
    (
        "events",
        "resource 'partners/1', revision 1, kind '', actor '', proof 'none', time 0, content '', \
         request_id '1', request_digest '1'",
        "request_id NULL, request_digest NULL, content NULL, revision 0, proof 'x'",
        "revision 2",
    ),
];

async fn the_database_rejects_rows_that_no_decision_produces(engine: Engine) {
    let (_databases, store) = store(engine).await;
    assert_constraints(store.database(), &INVALID).await;
}

async fn migrations_are_applied_once_or_named_with_their_command(engine: Engine) {
    assert_migrations::<Migrator>(engine, "onboarding").await;
}
