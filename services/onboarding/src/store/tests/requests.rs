//! Repeated requests and dry runs.

use super::*;

on_both_engines! {
    a_repeated_request_returns_the_first_response,
    a_request_id_cannot_be_reused_for_other_content,
    a_failed_request_is_decided_again,
    eight_concurrent_copies_of_a_request_get_one_response,
    a_dry_run_returns_the_response_and_writes_nothing,
    a_dry_run_fails_if_the_call_would_lose_its_race,
}

async fn a_repeated_request_returns_the_first_response(engine: Engine) {
    let (_databases, store) = store(engine).await;
    let call = call(7, "content");
    let create = || store.save_partner(partner(PARTNER, COMPANY), &call);
    let first = store.database().idempotent(&call, create()).await.unwrap();
    saved(&store, located(first.clone(), "1001")).await;
    let again = store.database().idempotent(&call, create()).await.unwrap();
    assert_eq!(again, first, "as of the first response, not the current state");
    assert_eq!(history(&store).await.len(), 2);
}

async fn a_request_id_cannot_be_reused_for_other_content(engine: Engine) {
    let (_databases, store) = store(engine).await;
    let (first, other) = (call(7, "content"), call(7, "other content"));
    let saved =
        store.database().idempotent(&first, store.save_partner(partner(PARTNER, COMPANY), &first));
    saved.await.unwrap();
    let change = store.save_organization(organization(company(0xb), &[]), &other);
    let reused = store.database().idempotent(&other, change).await;
    let Err(Failure::RequestIdReused { changed, .. }) = reused else { unreachable!("{reused:?}") };
    assert_eq!(changed.name, PARTNER.to_string());
    assert_eq!(store.organization(company(0xb)).await.unwrap(), None);
    assert_eq!(history(&store).await.len(), 1);
}

async fn a_failed_request_is_decided_again(engine: Engine) {
    let (_databases, store) = store(engine).await;
    let call = call(7, "content");
    let missing = async { Err::<Partner, _>(Failure::missing("name")) };
    let failed = store.database().idempotent(&call, missing).await;
    assert!(matches!(failed, Err(Failure::Missing(_))), "{failed:?}");
    let create = store.save_partner(partner(PARTNER, COMPANY), &call);
    let created = store.database().idempotent(&call, create).await.unwrap();
    assert_eq!(created, partner(PARTNER, COMPANY).into_after());
}

async fn eight_concurrent_copies_of_a_request_get_one_response(engine: Engine) {
    let (_databases, store) = store(engine).await;
    let call = call(7, "content");
    let answers = eight_times(async || {
        let change = async {
            match store.partner(PARTNER).await? {
                Some(taken) => Err(Failure::exists(taken.name)),
                None => store.save_partner(partner(PARTNER, COMPANY), &call).await,
            }
        };
        store.database().idempotent(&call, change).await.unwrap()
    });
    let answers = answers.await;
    assert!(answers.iter().all(|it| *it == answers[0]), "{answers:?}");
    assert_eq!(all_partners(&store).await, [answers[0].clone()]);
    assert_eq!(history(&store).await.len(), 1);
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
