//! Dry runs (`validate_only`).

use super::*;

on_both_engines! {
    a_dry_run_returns_the_result_and_writes_nothing,
}

async fn a_dry_run_returns_the_result_and_writes_nothing(engine: Engine) {
    let (_databases, store) = store(engine).await;
    store.save(new_customer(), &mutation()).await.unwrap();
    let (before, events) = (stored(&store).await, history(&store).await);
    let dry_run = dry_run(7, "content");
    let both = || {
        let main = invite(PROVIDER, RESELLER).main;
        Change { related: vec![invite(RESELLER, PROVIDER).main], main }
    };
    let preview =
        store.database().idempotent(&dry_run, store.save(both(), &dry_run)).await.unwrap();
    assert_eq!(stored(&store).await, before);
    assert_eq!(history(&store).await, events);
    let call = call(7, "content");
    let done = store.database().idempotent(&call, store.save(both(), &call)).await.unwrap();
    assert_eq!(Partnership { name: preview.name, ..done }, preview);
    assert_eq!(stored(&store).await.2.len(), 2);
}
