//! PostgreSQL refuses a commit that comes after the validity of its decisions, even if the process does not
//! notice: the decisions of these tests are measured with a clock that stands, as in a paused process.

use std::time::Duration;

use errors::Failure;
use sea_orm::ConnectionTrait;
use storage::{Database, Transaction};
use testbed::{Databases, Engine, migrated, mutation};
use tokio::time::sleep;
use types::Clock;

use super::{
    super::order, Decided, DecisionValidity, Migrator, Store, accepted, after, answer, at,
    cancelled, commit, offer, placed, stored,
};
use crate::domain::Changes;

const VALID_FOR: Duration = Duration::from_millis(400);

/// A store whose server checks the age of decisions.
async fn enforcing() -> (Databases, Store) {
    let (databases, database) = migrated::<Migrator>(Engine::Postgres, "ordering").await;
    let store = Store::new(database, &Clock::system());
    store.save_offer(offer("mail"), &mutation()).await.unwrap();
    (databases, store)
}

fn validity() -> DecisionValidity {
    let age = Clock::manual(at(0)).stopwatch();
    DecisionValidity { age, valid_for: VALID_FOR, epochs: Vec::new() }
}

/// Commits changes while another transaction blocks them for a time.
async fn commit_after(store: &Store, changes: Changes, pause: Duration) -> Result<(), Failure> {
    let other: Transaction = store.database().begin().await.unwrap();
    other.execute_unprepared("LOCK TABLE events IN EXCLUSIVE MODE").await.unwrap();
    let unlock = async {
        sleep(pause).await;
        other.rollback().await.unwrap();
    };
    let context = mutation();
    let (committed, ()) = tokio::join!(commit(store, changes, validity(), &context), unlock);
    committed.map(drop)
}

#[tokio::test]
async fn the_server_refuses_a_commit_after_a_pause() {
    let (_databases, store) = enforcing().await;
    for (pause, in_time) in [(VALID_FOR * 2, false), (Duration::ZERO, true)] {
        let outcome = commit_after(&store, accepted(), pause).await;
        match in_time {
            true => outcome.unwrap(),
            false => assert!(matches!(outcome, Err(Failure::DecisionExpired)), "{outcome:?}"),
        }
        assert_eq!(stored(&store).await.0.len(), usize::from(in_time));
    }
}

/// A change of an order writes on its own, with the row of the earlier order, whose time is long over.
#[tokio::test]
async fn a_commit_outside_of_a_group_is_checked_too() {
    let (_databases, store) = enforcing().await;
    let placement = placed(&store).await;
    for (pause, orders) in [(VALID_FOR * 2, 1), (Duration::ZERO, 2)] {
        let outcome = commit_after(&store, cancelled(&placement), pause).await;
        assert_eq!(outcome.is_ok(), pause.is_zero(), "{outcome:?}");
        assert_eq!(stored(&store).await.0.len(), orders);
    }
}

#[tokio::test]
async fn an_order_is_committed_only_on_the_server_whose_clock_was_read() {
    let (_databases, store) = enforcing().await;
    let reading = store.server_clock.as_ref().unwrap().reading().await.unwrap();
    let here = reading.after(|| VALID_FOR);
    let restarted = storage::ServerTime { server: here.server + 1, ..here };
    for (commit_by, accepts) in [(restarted, false), (here, true)] {
        let changes = accepted();
        let transaction = store.database().begin().await.unwrap();
        order::write(&transaction, changes.orders(), Some(commit_by)).await.unwrap();
        let outcome = transaction.commit().await;
        assert_eq!(outcome.is_ok(), accepts, "{outcome:?}");
        let found = store.order(after(&changes).order.name).await.unwrap();
        assert_eq!(found.is_some(), accepts);
    }
}

#[tokio::test]
async fn an_order_without_a_time_of_an_older_version_is_accepted() {
    let (_databases, store) = enforcing().await;
    let older = Store::new(store.database().clone(), &Clock::manual(at(0)));
    let decided = Decided::new(answer(), validity()).map(|_| accepted());
    older.commit(&decided, &mutation()).await.unwrap();
    assert_eq!(stored(&store).await.0.len(), 1);
}

#[tokio::test]
async fn an_embedded_database_has_no_other_clock() {
    let (_databases, database) = migrated::<Migrator>(Engine::Sqlite, "ordering").await;
    let has_clock =
        |database: Database| Store::new(database, &Clock::system()).server_clock.is_some();
    assert!(!has_clock(database));
}
