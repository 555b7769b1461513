//! Constraints and migrations of the schema.

use testbed::{Engine, InvalidRows, assert_constraints, assert_migrations, on_both_engines};

use super::store;
use crate::store::Migrator;

on_both_engines! {
    the_schema_rejects_invalid_rows,
    migrations_are_applied_once_or_named_with_their_command,
}

const INVALID: [InvalidRows; 3] = [
    (
        "offers",
        "name 'offers/1', display_name '', family 'azure-shared-services', \
         min_quantity 1, max_quantity 1, markets '\"every\"', third_party FALSE, \
         attestation_required FALSE, plans '[{}]', state 'active', state_reason '', revision 1, create_time 0, update_time 0",
        "name 'orders/1', family 'office', min_quantity 0, min_quantity 2, max_quantity 0, \
         third_party TRUE, plans '[]', state 'sold', state 'retired', state_reason 'why', revision 0",
        "family 'software'",
    ),
    (
        "orders",
        "name 'orders/1', kind 'renew', seller 'partners/1', reseller 'partners/2', \
         customer 'customers/1', attested TRUE, state 'accepted', state_reason '', \
         currency 'EUR', total 0, charge 0, refund 0, lines '[{}]', evidence 'abc', \
         evidence_sha256 '0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef', revision 1, create_time 0, update_time 0",
        "name 'offers/1', seller 'customers/1', reseller 'customers/1', reseller 'partners/1', \
         customer 'partners/1', state 'unknown', state NULL, currency 'EURO', total -1, \
         charge -1, refund -1, kind 'sale', state 'cancelled', lines '[]', \
         lines NULL, evidence 'ab', evidence NULL, \
         evidence_sha256 '', evidence_sha256 NULL, revision 0",
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
];

async fn the_schema_rejects_invalid_rows(engine: Engine) {
    let (_databases, store) = store(engine).await;
    assert_constraints(store.database(), &INVALID).await;
}

async fn migrations_are_applied_once_or_named_with_their_command(engine: Engine) {
    assert_migrations::<Migrator>(engine, "ordering").await;
}
