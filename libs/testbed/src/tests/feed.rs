//! The feed returns every committed change one time, neither before its commit nor after the next read.

use std::{
    collections::BTreeSet,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
};

use sea_orm::{ConnectionTrait, DatabaseTransaction};
use storage::{
    Database, Transaction,
    feed::{Changes, Feed, Position},
};

use super::Migrator;
use crate::{Engine, migrated, on_both_engines};

on_both_engines! {
    changes_are_returned_one_time_after_their_commit,
    too_many_changes_are_unknown,
}

const WRITERS: usize = 6;
/// Transactions of all writers together.
const TRANSACTIONS: usize = 10_000;

async fn record(transaction: &DatabaseTransaction, resource: &str) {
    let statement = format!(
        "INSERT INTO events (resource, revision, kind, actor, proof, time, content)
         VALUES ('{resource}', 1, 'Changed', 'ada', 'none', 0, '{{}}')"
    );
    transaction.execute_unprepared(&statement).await.unwrap();
}

async fn changing(database: &Database, resource: &str) -> Transaction {
    let transaction = database.begin().await.unwrap();
    record(&transaction, resource).await;
    transaction
}

/// A feed, and the position after all earlier changes.
struct Reader(Feed, Position);

impl Reader {
    async fn new(database: &Database) -> Self {
        let mut feed = Feed::new(database.clone());
        let (changes, position) = feed.changes_since(None).await.unwrap();
        assert_eq!(changes, Changes::Unknown);
        Self(feed, position)
    }

    /// The resources changed since the last call.
    async fn next(&mut self) -> Vec<String> {
        let (changes, position) = self.0.changes_since(Some(&self.1)).await.unwrap();
        self.1 = position;
        let Changes::Known(changes) = changes else { panic!("too many changes") };
        changes.into_iter().map(|it| it.resource).collect()
    }
}

async fn changes_are_returned_one_time_after_their_commit(engine: Engine) {
    let (_databases, database) = migrated::<Migrator>(engine, "ordering").await;
    changing(&database, "earlier").await.commit().await.unwrap();
    let mut reader = Reader::new(&database).await;
    assert_eq!(reader.next().await, [""; 0]);
    let transaction = changing(&database, "one").await;
    record(&transaction, "two").await;
    assert_eq!(reader.next().await, [""; 0], "not committed yet");
    transaction.commit().await.unwrap();
    let mut both = reader.next().await;
    both.sort();
    assert_eq!(both, ["one", "two"]);
    changing(&database, "none").await.rollback().await.unwrap();
    assert_eq!(reader.next().await, [""; 0], "rolled back");
    changing(&database, "three").await.commit().await.unwrap();
    assert_eq!(reader.next().await, ["three"]);
    assert_eq!(reader.next().await, [""; 0]);
}

async fn too_many_changes_are_unknown(engine: Engine) {
    let (_databases, database) = migrated::<Migrator>(engine, "ordering").await;
    let mut reader = Reader::new(&database).await;
    for count in [1000, 1001] {
        let transaction = database.begin().await.unwrap();
        for number in 0..count {
            record(&transaction, &format!("{count}/{number}")).await;
        }
        transaction.commit().await.unwrap();
        let (changes, position) = reader.0.changes_since(Some(&reader.1)).await.unwrap();
        reader.1 = position;
        assert_eq!(changes == Changes::Unknown, count == 1001);
    }
    assert_eq!(reader.next().await, [""; 0], "the position is after the unknown changes");
}

#[tokio::test]
async fn a_transaction_that_begins_early_and_commits_late_is_not_skipped() {
    let (_databases, database) = migrated::<Migrator>(Engine::Postgres, "ordering").await;
    let mut reader = Reader::new(&database).await;
    let early = changing(&database, "early").await;
    changing(&database, "late").await.commit().await.unwrap();
    assert_eq!(reader.next().await, ["late"]);
    assert_eq!(reader.next().await, [""; 0]);
    early.commit().await.unwrap();
    assert_eq!(reader.next().await, ["early"], "its number is the lower one");
    assert_eq!(reader.next().await, [""; 0]);
}

#[tokio::test]
async fn the_changes_since_a_position_of_an_earlier_connection_are_unknown() {
    let (_databases, database) = migrated::<Migrator>(Engine::Postgres, "ordering").await;
    let mut reader = Reader::new(&database).await;
    let close = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                 WHERE datname = current_database() AND query LIKE 'SELECT pg_current_snapshot()%'";
    database.reader().execute_unprepared(close).await.unwrap();
    let (changes, position) = reader.0.changes_since(Some(&reader.1)).await.unwrap();
    assert_eq!(changes, Changes::OtherConnection);
    reader.1 = position;
    changing(&database, "new").await.commit().await.unwrap();
    assert_eq!(reader.next().await, ["new"]);
}

#[tokio::test]
async fn rows_of_a_dump_of_another_server_are_not_changes() {
    let (_databases, database) = migrated::<Migrator>(Engine::Postgres, "ordering").await;
    let mut reader = Reader::new(&database).await;
    changing(&database, "restored").await.commit().await.unwrap();
    let future = "UPDATE events SET xid = '9000000000000'";
    database.reader().execute_unprepared(future).await.unwrap();
    assert_eq!(reader.next().await, [""; 0]);
    changing(&database, "new").await.commit().await.unwrap();
    assert_eq!(reader.next().await, ["new"]);
}

/// What the writers have done.
#[derive(Default)]
struct Written {
    begun: AtomicUsize,
    ended: AtomicUsize,
    /// Resources of transactions whose commit has begun, and of those whose commit is acknowledged.
    committing: Mutex<BTreeSet<String>>,
    committed: Mutex<Vec<String>>,
}

impl Written {
    async fn write(&self, database: &Database) {
        loop {
            let number = self.begun.fetch_add(1, SeqCst);
            if number >= TRANSACTIONS {
                return;
            }
            // Multiplied by a large prime, so that neighbours differ.
            let random = number.wrapping_mul(2_654_435_761) >> 8;
            let resource = number.to_string();
            let transaction = changing(database, &resource).await;
            for _ in 0..random % 4 {
                tokio::task::yield_now().await;
                transaction.execute_unprepared("SELECT 1").await.unwrap();
            }
            if random.is_multiple_of(5) {
                transaction.rollback().await.unwrap();
            } else {
                self.committing.lock().unwrap().insert(resource.clone());
                transaction.commit().await.unwrap();
                self.committed.lock().unwrap().push(resource);
            }
            self.ended.fetch_add(1, SeqCst);
        }
    }

    /// Reads until all transactions have ended, and returns the number of reads.
    async fn read(&self, mut reader: Reader) -> usize {
        let (mut seen, mut checked, mut reads) = (BTreeSet::new(), 0, 0);
        loop {
            let last = self.ended.load(SeqCst) == TRANSACTIONS;
            let acknowledged = self.committed.lock().unwrap().len();
            for resource in reader.next().await {
                assert!(self.committing.lock().unwrap().contains(&resource), "{resource} is early");
                assert!(seen.insert(resource.clone()), "{resource} is duplicated");
            }
            for resource in &self.committed.lock().unwrap()[checked..acknowledged] {
                assert!(seen.contains(resource), "{resource} is late");
            }
            checked = acknowledged;
            reads += 1;
            if last {
                assert_eq!(seen, *self.committing.lock().unwrap());
                return reads;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_interleaving_of_transactions_skips_or_duplicates_a_change() {
    let (_databases, database) = migrated::<Migrator>(Engine::Postgres, "ordering").await;
    let reader = Reader::new(&database).await;
    let written = Written::default();
    let writers = || futures_util::future::join_all((0..WRITERS).map(|_| written.write(&database)));
    let (reads, _) = tokio::join!(written.read(reader), writers());
    println!("{TRANSACTIONS} transactions, {reads} reads");
    assert!(reads > TRANSACTIONS / 100, "the reads interleave with the transactions: {reads}");
}
