//! Changes the history in every way, and asserts that each changed row is found and named. `TAMPER_EVENTS` sets the
//! number of events.

use std::{collections::BTreeSet, env};

use sea_orm::{ConnectionTrait, Iden, Iterable, Statement};
use seals::PublicKeys;
use storage::{Database, events, sealed::Finding};

use super::{append, audit, audit_with, execute, key, seal};
use crate::{Databases, Engine, migrated, on_both_engines, tests::Migrator};

on_both_engines! {
    every_changed_event_is_named,
    an_event_that_was_renumbered_with_its_seal_is_named,
    every_event_that_was_deleted_inserted_or_swapped_is_named,
    every_changed_seal_is_named,
    every_changed_checkpoint_is_named,
    single_changes_are_found,
    a_cut_off_end_is_found_with_an_exported_checkpoint,
    a_rewritten_log_is_found_by_its_signatures,
}

/// Every fifth row is changed at a time.
const STRIDE: usize = 5;
const TABLES: [&str; 3] = ["events", "event_seals", "checkpoints"];

#[allow(clippy::disallowed_methods, reason = "a test is not configured otherwise")]
fn count() -> usize {
    env::var("TAMPER_EVENTS").map_or(300, |it| it.parse().unwrap())
}

/// A sealed history whose tables have no constraints, and copies of the tables.
struct History {
    _databases: Databases,
    database: Database,
}

impl History {
    async fn new(engine: Engine) -> Self {
        let (databases, database) = migrated::<Migrator>(engine, "ordering").await;
        let count = count();
        for from in (0..count).step_by(100) {
            execute(&database, &append(from, count.min(from + 100))).await.unwrap();
            seal(&database).await;
        }
        assert_eq!(audit(&database).await, []);
        for table in TABLES {
            for statement in [
                format!("CREATE TABLE {table}_copy AS SELECT * FROM {table}"),
                format!("DROP TABLE {table}"),
                format!("CREATE TABLE {table} AS SELECT * FROM {table}_copy"),
            ] {
                execute(&database, &statement).await.unwrap();
            }
        }
        execute(&database, "CREATE INDEX events_seq ON events (seq)").await.unwrap();
        execute(&database, "CREATE INDEX seals_seq ON event_seals (seq)").await.unwrap();
        execute(&database, "CREATE INDEX seals_index ON event_seals (log_index)").await.unwrap();
        assert_eq!(audit(&database).await, []);
        Self { _databases: databases, database }
    }

    /// What is found after a change, which is then undone.
    async fn after(&self, changes: &[&str]) -> Vec<Finding> {
        for change in changes {
            execute(&self.database, change).await.unwrap_or_else(|it| panic!("{change}: {it}"));
        }
        let findings = audit(&self.database).await;
        for table in TABLES {
            let changed = changes.iter().any(|it| it.contains(&format!(" {table}")));
            if changed {
                execute(&self.database, &format!("DELETE FROM {table}")).await.unwrap();
                let copy = format!("INSERT INTO {table} SELECT * FROM {table}_copy");
                execute(&self.database, &copy).await.unwrap();
            }
        }
        findings
    }

    async fn integers(&self, query: &str) -> BTreeSet<i64> {
        let reader = self.database.reader();
        let query = Statement::from_string(reader.get_database_backend(), query);
        let rows = reader.query_all_raw(query).await.unwrap();
        rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
    }

    /// The numbers of the events that a condition holds for.
    async fn events(&self, condition: &str) -> BTreeSet<i64> {
        self.integers(&format!("SELECT seq FROM events_copy WHERE {condition}")).await
    }
}

fn named(findings: &[Finding]) -> BTreeSet<i64> {
    findings.iter().filter_map(|it| it.seq).collect()
}

/// SQL with another value for each column of an event.
fn edits() -> Vec<(String, Vec<&'static str>)> {
    let edits = |column: events::Column| match column {
        events::Column::Seq | events::Column::Revision | events::Column::Time => {
            vec!["{} + 1000000"]
        }
        events::Column::OnBehalfOf | events::Column::RequestId | events::Column::RequestDigest => {
            // NULL to empty, and a value to NULL.
            vec!["coalesce({} || 'x', '')", "CASE WHEN {} IS NULL THEN 'x' END"]
        }
        _ => vec!["{} || 'x'", "''"],
    };
    events::Column::iter().map(|it| (it.unquoted().to_owned(), edits(it))).collect()
}

async fn every_changed_event_is_named(engine: Engine) {
    let history = History::new(engine).await;
    for (column, edits) in edits() {
        for edit in edits {
            for rest in 0..STRIDE {
                let changed = format!("seq % {STRIDE} = {rest}");
                let edit = edit.replace("{}", &column);
                let change = format!("UPDATE events SET {column} = {edit} WHERE {changed}");
                let findings = history.after(&[&change]).await;
                let expected = history.events(&changed).await;
                let mut named = named(&findings);
                if column == "seq" {
                    // Found by its old number; and by its new one, unless it counts as new.
                    named.retain(|it| *it < 1_000_000);
                } else {
                    let of_event = |it: &Finding| it.kind.starts_with("Kind") || column == "kind";
                    assert!(findings.iter().all(of_event), "{findings:?}");
                }
                assert_eq!(named, expected, "{change}");
            }
        }
    }
}

/// The number is in the event and in its seal.
async fn an_event_that_was_renumbered_with_its_seal_is_named(engine: Engine) {
    let history = History::new(engine).await;
    for rest in 0..STRIDE {
        let changed = format!("seq % {STRIDE} = {rest}");
        let [event, seal] = ["events", "event_seals"]
            .map(|table| format!("UPDATE {table} SET seq = -seq WHERE {changed}"));
        let expected = history.events(&changed).await.iter().map(|it| -it).collect();
        assert_eq!(named(&history.after(&[&event, &seal]).await), expected);
    }
}

async fn every_event_that_was_deleted_inserted_or_swapped_is_named(engine: Engine) {
    let history = History::new(engine).await;
    for rest in 0..STRIDE {
        let changed = format!("seq % {STRIDE} = {rest}");
        let delete = format!("DELETE FROM events WHERE {changed}");
        assert_eq!(named(&history.after(&[&delete]).await), history.events(&changed).await);

        let forged = "CREATE TABLE forged AS SELECT * FROM events_copy";
        let number = "UPDATE forged SET seq = -seq";
        let insert = format!("INSERT INTO events SELECT * FROM forged WHERE {changed}");
        let insert = insert.replace("seq", "-seq");
        let found = named(&history.after(&[forged, number, &insert, "DROP TABLE forged"]).await);
        let expected = history.events(&changed).await.iter().map(|it| -it).collect();
        assert_eq!(found, expected);

        let pairs = count() / STRIDE - 2;
        let changed = format!(
            "(seq - {rest}) % {STRIDE} IN (0, 1) AND (seq - {rest}) / {STRIDE} BETWEEN 1 AND {pairs}"
        );
        let swap = format!(
            "UPDATE events SET seq = CASE (seq - {rest}) % {STRIDE} WHEN 0 THEN seq + 1 ELSE seq - 1 END
            WHERE {changed}"
        );
        assert_eq!(named(&history.after(&[&swap]).await), history.events(&changed).await, "{swap}");
    }
}

async fn every_changed_seal_is_named(engine: Engine) {
    let history = History::new(engine).await;
    let [first, last, longer] = match engine {
        Engine::Sqlite => [
            "CAST(X'AB' || substr(hashes, 2) AS BLOB)",
            "CAST(substr(hashes, 1, length(hashes) - 1) || X'AB' AS BLOB)",
            "CAST(hashes || X'AB' AS BLOB)",
        ],
        Engine::Postgres => [
            "'\\xab'::bytea || substr(hashes, 2)",
            "overlay(hashes PLACING '\\xab'::bytea FROM length(hashes))",
            "hashes || '\\xab'::bytea",
        ],
    };
    for change in [
        format!("hashes = {first}"),
        format!("hashes = {last}"),
        "hashes = substr(hashes, 2)".to_owned(),
        format!("hashes = {longer}"),
        "seq = seq + 1000000".to_owned(),
        "seq = -seq".to_owned(),
        "log_index = log_index + 1000000".to_owned(),
        "log_index = -1 - log_index".to_owned(),
    ] {
        for rest in 0..STRIDE {
            let changed = format!("seq % {STRIDE} = {rest}");
            let update = format!("UPDATE event_seals SET {change} WHERE {changed}");
            let differs = format!(
                "{changed} AND EXISTS (SELECT 1 FROM event_seals_copy AS it
                    WHERE it.seq = events_copy.seq AND NOT EXISTS (SELECT 1 FROM event_seals
                        WHERE event_seals.seq = it.seq AND event_seals.log_index = it.log_index
                        AND event_seals.hashes = it.hashes))"
            );
            execute(&history.database, &update).await.unwrap();
            let expected = history.events(&differs).await;
            assert!(expected.len() > count() / STRIDE / 2, "{update}");
            let found = named(&history.after(&["DELETE FROM event_seals WHERE FALSE"]).await);
            // A moved seal is found by the one that should follow it.
            let missing: Vec<_> = expected.difference(&found).collect();
            assert!(missing.is_empty(), "{update}: {missing:?}");
        }
    }
    for rest in 0..STRIDE {
        let changed = format!("seq % {STRIDE} = {rest}");
        let delete = format!("DELETE FROM event_seals WHERE {changed}");
        let found = named(&history.after(&[&delete]).await);
        assert!(history.events(&changed).await.is_subset(&found), "{delete}");
    }
}

async fn every_changed_checkpoint_is_named(engine: Engine) {
    let history = History::new(engine).await;
    let sizes = history.integers("SELECT size FROM checkpoints_copy").await;
    assert!(sizes.len() > 2);
    for size in &sizes {
        let of = format!("WHERE size = {size}");
        for change in [
            format!("UPDATE checkpoints SET note = replace(note, 'position', 'Position') {of}"),
            format!("UPDATE checkpoints SET note = replace(note, 'time 20', 'time 19') {of}"),
            format!("UPDATE checkpoints SET note = substr(note, 1, length(note) - 20) {of}"),
            format!("UPDATE checkpoints SET size = size + 1000000 {of}"),
            format!(
                "UPDATE checkpoints SET note = (SELECT it.note FROM checkpoints_copy AS it
                WHERE it.size <> checkpoints.size ORDER BY it.size LIMIT 1) {of}"
            ),
            format!("DELETE FROM checkpoints {of}"),
        ] {
            let findings = history.after(&[&change]).await;
            let next = sizes.iter().find(|it| *it > size);
            let near = next.into_iter().chain([size]);
            let mut near = near.map(|it| format!("the checkpoint of size {it} "));
            let found = findings.iter().any(|it| near.any(|name| it.problem.starts_with(&name)));
            let at_end = next.is_none() && !findings.is_empty();
            assert!(found || at_end, "{change}: {findings:?}");
        }
    }
}

/// Changes of one row, at different places.
async fn single_changes_are_found(engine: Engine) {
    let history = History::new(engine).await;
    let all: Vec<_> = history.events("TRUE").await.into_iter().collect();
    let mut place = 7;
    for (column, edits) in edits() {
        for edit in &edits {
            place = (place * 31 + 11) % all.len();
            let seq = all[place];
            let edit = edit.replace("{}", &column);
            let change = format!("UPDATE events SET {column} = {edit} WHERE seq = {seq}");
            assert!(named(&history.after(&[&change]).await).contains(&seq), "{change}");
        }
        let seq = all[place];
        let delete = format!("DELETE FROM events WHERE seq = {seq}");
        assert_eq!(named(&history.after(&[&delete]).await), BTreeSet::from([seq]), "{delete}");
        let other = all[(place + 1) % all.len()];
        let swap = format!(
            "UPDATE events SET seq = CASE WHEN seq = {seq} THEN {other} ELSE {seq} END
            WHERE seq IN ({seq}, {other})"
        );
        assert_eq!(named(&history.after(&[&swap]).await), BTreeSet::from([seq, other]), "{swap}");
    }
}

async fn a_cut_off_end_is_found_with_an_exported_checkpoint(engine: Engine) {
    let history = History::new(engine).await;
    let exported = history.database.newest_checkpoint().await.unwrap().unwrap();
    let end = exported.checkpoint().size - 100;
    for cut in [
        format!(
            "DELETE FROM events WHERE seq IN (SELECT seq FROM event_seals WHERE log_index >= {end})"
        ),
        format!("DELETE FROM event_seals WHERE log_index >= {end}"),
        format!("DELETE FROM checkpoints WHERE size > {end}"),
    ] {
        execute(&history.database, &cut).await.unwrap();
    }
    let (auditor, findings) = audit_with(&history.database, key().public()).await;
    assert_eq!(findings, [], "alone, the rest is a whole log");
    assert!(auditor.index() < exported.checkpoint().size);
}

async fn a_rewritten_log_is_found_by_its_signatures(engine: Engine) {
    let (_databases, database) = migrated::<Migrator>(engine, "ordering").await;
    execute(&database, &append(0, 10)).await.unwrap();
    seal(&database).await;
    let exported = database.newest_checkpoint().await.unwrap().unwrap();
    for change in [
        "UPDATE events SET actor = 'eve' WHERE actor = 'ada' AND revision = 2",
        "DELETE FROM event_seals",
        "DELETE FROM checkpoints",
    ] {
        execute(&database, change).await.unwrap();
    }
    let forger =
        storage::sealed::Sealer::new(database.clone(), "ordering", None, types::Clock::system());
    forger.seal().await.unwrap();
    assert_eq!(
        audit_with(&database, PublicKeys::default()).await.1,
        [],
        "without a key nothing is found"
    );
    let (auditor, findings) = audit_with(&database, key().public()).await;
    assert!(
        findings.iter().all(|it| it.problem.ends_with("is not signed (log size 10)")),
        "{findings:?}"
    );
    assert!(!findings.is_empty());
    assert_eq!(auditor.index(), exported.checkpoint().size);
    assert_ne!(auditor.root(), exported.checkpoint().root, "the exported checkpoint shows it, too");
}
