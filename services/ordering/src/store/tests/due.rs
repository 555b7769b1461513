//! Which subscriptions time has changed.

use testbed::Engine;
use types::Timestamp;

use super::{cancelled, commit, fresh, once, placed, store};
use crate::store::{DuePlace, Store};

on_both_engines! {
    what_is_due_comes_in_the_order_of_its_time_and_goes_on_behind_a_place,
}

const MICROSECOND: std::time::Duration = std::time::Duration::from_micros(1);

/// The names of what is due by then behind a place, in the order in which it comes.
async fn due(
    store: &Store,
    now: Timestamp,
    after: Option<DuePlace>,
    limit: u64,
) -> Vec<types::SubscriptionName> {
    let due = store.subscriptions_due(now, after, limit).await.unwrap();
    due.into_iter().map(|it| it.name).collect()
}

async fn what_is_due_comes_in_the_order_of_its_time_and_goes_on_behind_a_place(engine: Engine) {
    let (_databases, store) = store(engine).await;
    // All are due at one time, so that names alone put them in order.
    let mut all = [placed(&store).await, placed(&store).await].map(|it| it.subscriptions).concat();
    all.sort_by_key(|it| it.name.to_string());
    let time = all[0].due_time().unwrap();
    let names: Vec<_> = all.iter().map(|it| it.name).collect();
    let behind = |at: usize| DuePlace::of(&all[at]);
    assert!(due(&store, time - MICROSECOND, None, 9).await.is_empty());
    assert_eq!(due(&store, time, None, 9).await, names);
    assert_eq!(due(&store, time, None, 2).await, names[..2]);
    assert_eq!(due(&store, time, behind(1), 9).await, names[2..]);
    assert!(due(&store, time, behind(3), 9).await.is_empty());
    let text = behind(1).unwrap().to_string();
    assert_eq!(text.parse().ok(), behind(1));

    // One that has ended is not due; one that lapses later is behind the others.
    let ended = placed(&store).await;
    commit(&store, cancelled(&ended), fresh(), &once()).await.unwrap();
    let lapsed = all[0].clone().lapse(time);
    let later = lapsed.after().due_time().unwrap();
    store.commit(&lapsed.into(), &once()).await.unwrap();
    assert!(later > time);
    assert_eq!(due(&store, time, None, 9).await, names[1..]);
    let last = [&names[1..], &names[..1]].concat();
    assert_eq!(due(&store, later, None, 9).await, last);
    assert_eq!(due(&store, later, behind(3), 9).await, names[..1]);
}
