//! Changes that may take a permission away are acknowledged when they are in force.

use std::time::Duration;

use tokio::time::timeout;
use types::Clock;

use super::*;

on_both_engines! {
    a_revocation_and_its_retry_wait_until_it_is_in_force,
}

/// Longer than any change here takes.
const WAIT: Duration = Duration::from_secs(2);

async fn a_revocation_and_its_retry_wait_until_it_is_in_force(engine: Engine) {
    let (_databases, store) = store(engine).await;
    let calls = |id| [call(id, "end"), dry_run(id, "end")].map(|it| it.in_force_after(WAIT));
    let save = async |change: Approved<Partnership>, call: &MutationContext| {
        let watch = Clock::system().stopwatch();
        let saved = store.database().idempotent(call, store.save(change, call)).await.unwrap();
        (saved, watch.elapsed() >= WAIT)
    };
    let [granting, _] = calls(1);
    let (invited, waited) = save(invite(PROVIDER, RESELLER).main, &granting).await;
    assert!(!waited, "an invitation");
    let [granting, _] = calls(2);
    let (active, waited) = save(accepted(invited, 9), &granting).await;
    assert!(!waited, "an acceptance");
    let end = || active.clone().end(PartnershipSide::Provider, "why".to_owned(), at(9)).unwrap();
    let [revoking, dry_run] = calls(3);
    let (preview, waited) = save(end(), &dry_run).await;
    assert!(!waited, "a dry run");
    // The caller leaves during the wait.
    timeout(WAIT / 2, save(end(), &revoking)).await.unwrap_err();
    assert_eq!(store.partnership(preview.name).await.unwrap(), Some(preview.clone()));
    let (first, waited) = save(end(), &revoking).await;
    assert_eq!((first, waited), (preview, true), "a retry");
}
