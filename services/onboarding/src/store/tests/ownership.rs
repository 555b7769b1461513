//! How far the store follows ownerships.

use sea_orm::ConnectionTrait;
use testbed::{Engine, insert};
use types::OrganizationName;

use super::{
    COMPANY, PARTNER, at, company, mutation, on_both_engines, organization, partner, saved,
    standings_at, store,
};
use crate::{
    domain::{Buyer, OwnershipGraph},
    store::{Store, Wanted},
};

on_both_engines! {
    too_many_companies_count_as_affiliates,
    companies_that_own_each_other_do_not_loop_the_store,
}

async fn too_many_companies_count_as_affiliates(engine: Engine) {
    let (_databases, store) = store(engine).await;
    let ids = || 0x100..0x100 + OwnershipGraph::MAX_COMPANIES;
    let rows: Vec<_> = ids().map(|id| format!("('{}', 'x', 'x', 'FR', 1, 0, 0)", of(id))).collect();
    let columns =
        "name, display_name, display_name_key, country, revision, create_time, update_time";
    fill(&store, "organizations", columns, &rows).await;
    let ownership = |id| format!("('{}', '{}', 6000, FALSE, 0)", of(id), of(id + 1));
    let rows: Vec<_> = ids().take(OwnershipGraph::MAX_COMPANIES - 1).map(ownership).collect();
    let columns = "organization, owner, share_basis_points, management_control, from_time";
    fill(&store, "organization_owners", columns, &rows).await;
    saved(&store, partner(PARTNER, COMPANY)).await;
    for (from, affiliates) in [(0x101, false), (0x100, true)] {
        let buyer = Buyer { tenant: PARTNER, organization: of(from) };
        let (standings, _) = standings_at(
            &store,
            Wanted { names: &[PARTNER], accounts: &[], buyer: Some(buyer) },
            at(9),
        )
        .await;
        assert_eq!(!standings[0].affiliation.is_empty(), affiliates, "{from}");
    }
}

fn of(id: usize) -> OrganizationName {
    company(u128::try_from(id).unwrap())
}

async fn fill(store: &Store, table: &str, columns: &str, rows: &[String]) {
    let statement = format!("INSERT INTO {table} ({columns}) VALUES {}", rows.join(", "));
    store.database().reader().execute_unprepared(&statement).await.unwrap();
}

async fn companies_that_own_each_other_do_not_loop_the_store(engine: Engine) {
    let (_databases, store) = store(engine).await;
    let owned = organization(company(0xb), &[(COMPANY, 6000)]);
    store.save_organization(owned, &mutation()).await.unwrap();
    let back = format!(
        "organization '{COMPANY}', owner '{}', share_basis_points 6000, management_control TRUE, \
         from_time 0",
        company(0xb)
    );
    insert(store.database(), "organization_owners", &back, "").await.unwrap();
    saved(&store, partner(PARTNER, COMPANY)).await;
    let buyer = Buyer { tenant: PARTNER, organization: company(0xb) };
    let (standings, _) = standings_at(
        &store,
        Wanted { names: &[PARTNER], accounts: &[], buyer: Some(buyer) },
        at(9),
    )
    .await;
    assert_eq!(standings[0].affiliation.len(), 1);
}
