//! Repeated requests and dry runs.

use storage::MutationContext;
use testbed::assert_idempotent;

use super::*;

on_both_engines! {
    a_request_id_has_one_response,
    a_dry_run_returns_the_response_and_writes_nothing,
    a_dry_run_fails_if_the_call_would_lose_its_race,
}

async fn a_request_id_has_one_response(engine: Engine) {
    let (_databases, store) = store(engine).await;
    let create = async |call: &MutationContext| match store.partner(PARTNER).await? {
        Some(taken) => Err(Failure::exists(taken.name)),
        None => store.save_partner(partner(PARTNER, COMPANY), call).await,
    };
    let update = async |first| drop(saved(&store, located(first, "1001")).await);
    assert_idempotent(store.database(), create, update).await;
    assert_eq!(all_partners(&store).await.len(), 1);
    assert_eq!(history(&store).await.len(), 2);
}

async fn a_dry_run_returns_the_response_and_writes_nothing(engine: Engine) {
    let (_databases, store) = store(engine).await;
    let (dry_run, call) = (dry_run(7, "content"), call(7, "content"));
    let previewed = store.save_partner(partner(PARTNER, COMPANY), &dry_run);
    let previewed = store.database().idempotent(&dry_run, previewed).await.unwrap();
    assert_eq!(store.partner(PARTNER).await.unwrap(), None);
    assert_eq!(history(&store).await, []);
    let done = store.save_partner(partner(PARTNER, COMPANY), &call);
    assert_eq!(store.database().idempotent(&call, done).await.unwrap(), previewed);

    let before = store.organization(COMPANY).await.unwrap().unwrap();
    let name = Some("Fabrikam".to_owned());
    let renamed = before.clone().update(NewProfile { display_name: name, country: None }, at(11));
    let enrolled = previewed.enroll(Role::DirectBill, "ada@contoso.com".parse().unwrap(), at(11));
    store.save_organization_with_partners(renamed, &[enrolled.unwrap()], &dry_run).await.unwrap();
    assert_eq!(store.organization(COMPANY).await.unwrap(), Some(before));
    assert_eq!(all_partners(&store).await, [partner(PARTNER, COMPANY).into_after()]);
    assert_eq!(history(&store).await.len(), 1);
}

async fn a_dry_run_fails_if_the_call_would_lose_its_race(engine: Engine) {
    let (_databases, store) = store(engine).await;
    let before = saved(&store, partner(PARTNER, COMPANY)).await;
    saved(&store, located(before.clone(), "1001")).await;
    for late in [located(before, "1002"), partner(PARTNER, COMPANY)] {
        let late = store.save_partner(late, &dry_run(7, "content")).await;
        assert!(matches!(late, Err(Failure::LostRace)), "{late:?}");
    }
}
