//! Every committed event is sealed one time, in whichever order transactions commit.

use std::collections::BTreeSet;

use sea_orm::ConnectionTrait;
use storage::Database;

use super::{append, appended, audit, audit_with, execute, key, seal, sealer};
use crate::{Engine, eight_times, events_of, migrated, on_both_engines, tests::Migrator};

on_both_engines! {
    batches_follow_each_other,
    concurrent_sealers_seal_each_event_one_time,
    a_sealer_does_not_continue_a_log_that_was_changed,
}

async fn assert_sealed(database: &Database, count: usize) {
    let (auditor, findings) = audit_with(database, key().public()).await;
    assert_eq!(findings, []);
    assert_eq!(auditor.index(), count as u64);
    assert_eq!(events_of(database).await.len(), count);
}

async fn batches_follow_each_other(engine: Engine) {
    let (_databases, database) = migrated::<Migrator>(engine, "ordering").await;
    assert_eq!(seal(&database).await, 1);
    assert_eq!(database.newest_checkpoint().await.unwrap(), None, "nothing to seal");
    appended(&database, 600).await;
    assert_eq!(database.count_unsealed(None).await.unwrap(), 600);
    assert_eq!(seal(&database).await, 3);
    assert_sealed(&database, 600).await;
    let first = database.newest_checkpoint().await.unwrap().unwrap();
    assert_eq!(seal(&database).await, 1);
    execute(&database, &append(600, 601)).await.unwrap();
    assert_eq!(database.count_unsealed(Some(&first)).await.unwrap(), 1);
    assert_eq!(seal(&database).await, 1);
    assert_sealed(&database, 601).await;
    let second = database.newest_checkpoint().await.unwrap().unwrap();
    assert_eq!(second.checkpoint().previous, Some(first.digest()));
    assert_eq!(second.checkpoint().log, first.checkpoint().log);
}

async fn concurrent_sealers_seal_each_event_one_time(engine: Engine) {
    let (_databases, database) = migrated::<Migrator>(engine, "ordering").await;
    for from in (0..900).step_by(300) {
        execute(&database, &append(from, from + 300)).await.unwrap();
        eight_times(async || {
            let sealer = sealer(&database);
            // Only one holds the lock; the next tick repeats what failed on a busy SQLite file.
            while sealer.seal().await.unwrap_or_default() {}
        })
        .await;
    }
    seal(&database).await;
    assert_sealed(&database, 900).await;
}

async fn a_sealer_does_not_continue_a_log_that_was_changed(engine: Engine) {
    let (_databases, database) = migrated::<Migrator>(engine, "ordering").await;
    appended(&database, 3).await;
    seal(&database).await;
    execute(&database, "UPDATE event_seals SET hashes = (SELECT hashes FROM event_seals WHERE log_index = 0) WHERE log_index = 2").await.unwrap();
    execute(&database, &append(3, 4)).await.unwrap();
    sealer(&database).seal().await.unwrap_err();
    assert_eq!(database.newest_checkpoint().await.unwrap().unwrap().checkpoint().size, 3);
}

/// A later transaction commits first; the sealer runs between all commits.
#[tokio::test]
async fn a_long_transaction_delays_only_its_own_events_and_none_is_skipped() {
    let (_databases, database) = migrated::<Migrator>(Engine::Postgres, "ordering").await;
    let long = database.begin().await.unwrap();
    long.execute_unprepared(&append(0, 2)).await.unwrap();
    execute(&database, &append(2, 3)).await.unwrap();
    seal(&database).await;
    assert_eq!(database.newest_checkpoint().await.unwrap().unwrap().checkpoint().size, 1);
    let longer = database.begin().await.unwrap();
    longer.execute_unprepared(&append(3, 4)).await.unwrap();
    for at in 4..40 {
        execute(&database, &append(at, at + 1)).await.unwrap();
        seal(&database).await;
    }
    assert_eq!(database.newest_checkpoint().await.unwrap().unwrap().checkpoint().size, 37);
    assert_eq!(audit(&database).await, []);
    // More than a batch while both are open.
    appended_from(&database, 40, 400).await;
    seal(&database).await;
    long.commit().await.unwrap();
    seal(&database).await;
    longer.commit().await.unwrap();
    seal(&database).await;
    assert_sealed(&database, 400).await;
}

async fn appended_from(database: &Database, from: usize, to: usize) {
    for at in (from..to).step_by(40) {
        execute(database, &append(at, to.min(at + 40))).await.unwrap();
    }
}

/// Six writers with transactions of random length, and a sealer that runs all the time.
#[tokio::test]
async fn every_event_of_concurrent_transactions_is_sealed() {
    let (_databases, database) = migrated::<Migrator>(Engine::Postgres, "ordering").await;
    let writers = (0..6_usize).map(|writer| {
        let database = database.clone();
        deadline::spawn(async move {
            for at in 0..60 {
                let from = (writer * 60 + at) * 3;
                let transaction = database.begin().await.unwrap();
                transaction.execute_unprepared(&append(from, from + 1)).await.unwrap();
                for _ in 0..(from * 7 % 5) {
                    transaction.execute_unprepared("SELECT pg_sleep(0.002)").await.unwrap();
                }
                transaction.execute_unprepared(&append(from + 1, from + 3)).await.unwrap();
                match from % 7 {
                    0 => transaction.rollback().await.unwrap(),
                    _ => transaction.commit().await.unwrap(),
                }
            }
        })
    });
    let writers: Vec<_> = writers.collect();
    while writers.iter().any(|it| !it.is_finished()) {
        seal(&database).await;
    }
    for writer in writers {
        writer.await.unwrap();
    }
    seal(&database).await;
    let events = events_of(&database).await;
    assert!(events.len() > 500, "{}", events.len());
    let kinds: BTreeSet<_> = events.iter().map(|it| it.seq).collect();
    assert_eq!(kinds.len(), events.len());
    assert_sealed(&database, events.len()).await;
}

/// A dump has transaction numbers that the new server has not reached.
#[tokio::test]
async fn events_restored_from_another_server_are_sealed() {
    let (_databases, database) = migrated::<Migrator>(Engine::Postgres, "ordering").await;
    appended(&database, 300).await;
    execute(&database, "UPDATE events SET xid = '4000000000000' WHERE seq > 100").await.unwrap();
    seal(&database).await;
    assert_sealed(&database, 300).await;
    // The checkpoint is of the other server, too.
    appended_from(&database, 300, 900).await;
    execute(&database, "UPDATE events SET xid = '4000000000001' WHERE seq > 600").await.unwrap();
    let position = "UPDATE checkpoints SET note = regexp_replace(note, 'position \\d+', 'position 4000000000000')";
    execute(&database, position).await.unwrap();
    seal(&database).await;
    appended_from(&database, 900, 901).await;
    seal(&database).await;
    let (auditor, findings) = audit_with(&database, key().public()).await;
    assert_eq!(auditor.index(), 901);
    assert!(findings.iter().all(|it| it.problem.starts_with("the checkpoint")), "{findings:#?}");
}
