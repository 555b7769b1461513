//! The list of due subscriptions.

use testbed::Engine;
use types::Timestamp;

use super::{cancelled, commit, mutation, on_both_engines, placed, store, valid};
use crate::store::{DueCursor, Store};

on_both_engines! {
    due_subscriptions_are_listed_in_the_order_of_due_time_from_a_cursor_on,
}

const MICROSECOND: std::time::Duration = std::time::Duration::from_micros(1);

/// The names of the subscriptions that are due at `now`, from behind a cursor on.
async fn due(
    store: &Store,
    now: Timestamp,
    after: Option<DueCursor>,
    limit: u64,
) -> Vec<types::SubscriptionName> {
    let due = store.subscriptions_due(now, after, limit).await.unwrap();
    due.into_iter().map(|it| it.name).collect()
}

async fn due_subscriptions_are_listed_in_the_order_of_due_time_from_a_cursor_on(engine: Engine) {
    let (_databases, store) = store(engine).await;
    // All have the same due time, so only their names determine the order.
    let mut all = [placed(&store).await, placed(&store).await].map(|it| it.subscriptions).concat();
    all.sort_by_key(|it| it.name.to_string());
    let time = all[0].due_time().unwrap();
    let names: Vec<_> = all.iter().map(|it| it.name).collect();
    let behind = |at: usize| DueCursor::of(&all[at]);
    assert!(due(&store, time - MICROSECOND, None, 9).await.is_empty());
    assert_eq!(due(&store, time, None, 9).await, names);
    assert_eq!(due(&store, time, None, 2).await, names[..2]);
    assert_eq!(due(&store, time, behind(1), 9).await, names[2..]);
    assert!(due(&store, time, behind(3), 9).await.is_empty());
    let text = behind(1).unwrap().to_string();
    assert_eq!(text.parse().ok(), behind(1));

    // A cancelled subscription is not due; one that lapses later comes last.
    let ended = placed(&store).await;
    commit(&store, cancelled(&ended), valid(), &mutation()).await.unwrap();
    let lapsed = all[0].clone().lapse(time);
    let later = lapsed.after().due_time().unwrap();
    store.commit(&lapsed.into(), &mutation()).await.unwrap();
    assert!(later > time);
    assert_eq!(due(&store, time, None, 9).await, names[1..]);
    let last = [&names[1..], &names[..1]].concat();
    assert_eq!(due(&store, later, None, 9).await, last);
    assert_eq!(due(&store, later, behind(3), 9).await, names[..1]);
}
