//! Compares the events of a service with what its store reads.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Debug,
    time::Duration,
};

use sea_orm::{ConnectionTrait, EntityTrait, QueryOrder};
use serde::de::DeserializeOwned;
use storage::{Database, events};
use types::Timestamp;

/// Time resolution of the databases.
const RESOLUTION: Duration = Duration::from_micros(1);
/// Tables of every service that hold no resources.
const SHARED_TABLES: [&str; 4] = ["checkpoints", "event_seals", "events", "seaql_migrations"];

/// The states of all resources of one kind, as a store reads them after each change.
#[derive(Debug)]
pub struct RecordedStates<T> {
    name: fn(&T) -> String,
    states: Vec<(Timestamp, BTreeMap<String, T>)>,
}

impl<T: DeserializeOwned + PartialEq + Debug> RecordedStates<T> {
    /// No states yet; `name` returns the name of a resource.
    #[must_use]
    pub const fn of(name: fn(&T) -> String) -> Self {
        Self { name, states: Vec::new() }
    }

    /// Records all resources, as read after a change at a moment.
    ///
    /// # Panics
    /// If a later change is recorded already.
    pub fn note(&mut self, moment: Timestamp, all: Vec<T>) {
        let in_order = self.states.last().is_none_or(|(last, _)| *last <= moment);
        assert!(in_order, "the change at {moment} is recorded after a later one");
        self.states.push((moment, all.into_iter().map(|it| ((self.name)(&it), it)).collect()));
    }

    /// The names of all recorded resources.
    #[must_use]
    pub fn names(&self) -> BTreeSet<String> {
        self.states.iter().flat_map(|(_, all)| all.keys().cloned()).collect()
    }

    /// Asserts that the events of every resource give its recorded state at the moment of each change,
    /// just before it and just after it.
    ///
    /// # Panics
    /// If one does not.
    pub async fn assert_rebuilt(&self, database: &Database) {
        let around = |moment: Timestamp| [moment - RESOLUTION, moment, moment + RESOLUTION];
        let moments: BTreeSet<_> = self.states.iter().flat_map(|(at, _)| around(*at)).collect();
        for name in self.names() {
            for moment in &moments {
                let rebuilt =
                    database.resource_as_of::<T>(&name, *moment).await.expect("it reads back");
                assert_eq!(
                    rebuilt.as_ref(),
                    self.recorded_at(&name, *moment),
                    "{name} at {moment}"
                );
            }
        }
    }

    /// The recorded state of a resource at a moment.
    fn recorded_at(&self, name: &str, moment: Timestamp) -> Option<&T> {
        self.states.iter().rfind(|(at, _)| *at <= moment)?.1.get(name)
    }
}

/// Asserts that the events are about exactly the resources that a store reads, and that every row of
/// `tables` belongs to one of them, named by the given column. `other_tables` hold no resources.
///
/// # Panics
/// If a table is not listed, is empty, or has a row of a resource without events.
pub async fn assert_rows_have_events(
    database: &Database,
    read: &BTreeSet<String>,
    tables: &[(&str, &str)],
    other_tables: &[&str],
) {
    let recorded: BTreeSet<_> = revisions(database).await.into_keys().collect();
    assert_eq!(recorded, *read, "resources with events, and resources that the store reads");
    let named = tables.iter().map(|(table, _)| table).chain(other_tables);
    let named: BTreeSet<_> = named.map(|table| (*table).to_owned()).collect();
    assert_eq!(tables_of(database).await, named, "tables of the database, and listed tables");
    for (table, column) in tables {
        let stored = texts(database, &format!("SELECT DISTINCT {column} AS it FROM {table}")).await;
        assert!(!stored.is_empty(), "{table} is empty");
        let unknown: Vec<_> = stored.difference(&recorded).collect();
        assert!(unknown.is_empty(), "{table} has rows of {unknown:?}, which have no events");
    }
}

/// The last revision of every resource in its events. Asserts that revisions count from 1 without a gap,
/// that times do not decrease, and that every event has an actor.
///
/// # Panics
/// If one of these does not hold.
pub async fn revisions(database: &Database) -> BTreeMap<String, i64> {
    let events = events::Entity::find().order_by_asc(events::Column::Seq);
    let events = events.all(database.reader()).await.expect("there are events");
    let mut last = BTreeMap::<_, events::Model>::new();
    for event in events {
        let (revision, time) =
            last.get(&event.resource).map_or((0, i64::MIN), |it| (it.revision, it.time));
        assert_eq!(event.revision, revision + 1, "{event:?}");
        assert!(event.time >= time && !event.actor.is_empty(), "{event:?}");
        last.insert(event.resource.clone(), event);
    }
    last.into_iter().map(|(name, event)| (name, event.revision)).collect()
}

async fn tables_of(database: &Database) -> BTreeSet<String> {
    let tables = match database.embedded() {
        true => "SELECT name AS it FROM sqlite_master WHERE type = 'table'",
        false => "SELECT tablename::text AS it FROM pg_tables WHERE schemaname = 'public'",
    };
    let mut tables = texts(database, tables).await;
    tables.retain(|it| !it.starts_with("sqlite_") && !SHARED_TABLES.contains(&it.as_str()));
    tables
}

/// The values of a query's column `it`.
async fn texts(database: &Database, query: &str) -> BTreeSet<String> {
    let reader = database.reader();
    let query = sea_orm::Statement::from_string(reader.get_database_backend(), query);
    let rows = reader.query_all_raw(query).await.expect("it is a query");
    rows.iter().map(|row| row.try_get("", "it").expect("it is a text")).collect()
}
