//! Holds the events of a service against what its store reads.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Debug,
    time::Duration,
};

use sea_orm::{ConnectionTrait, EntityTrait, QueryOrder};
use serde::de::DeserializeOwned;
use storage::{Database, as_of, events};
use types::Timestamp;

use crate::listing::plan;

/// The shortest span of time that a database tells apart.
const TICK: Duration = Duration::from_micros(1);
/// Tables that every service has beside those of its resources.
const OTHERS: [&str; 2] = ["events", "seaql_migrations"];

/// What a store reads of one kind of resource, change after change.
#[derive(Debug)]
pub struct Chronicle<T> {
    name: fn(&T) -> String,
    pages: Vec<(Timestamp, BTreeMap<String, T>)>,
}

impl<T: DeserializeOwned + PartialEq + Debug> Chronicle<T> {
    /// An empty one of resources with such names.
    #[must_use]
    pub const fn of(name: fn(&T) -> String) -> Self {
        Self { name, pages: Vec::new() }
    }

    /// Notes all resources of the kind, as they are read after a change at a moment.
    ///
    /// # Panics
    /// When a later change is noted already.
    pub fn note(&mut self, moment: Timestamp, all: Vec<T>) {
        let in_order = self.pages.last().is_none_or(|(last, _)| *last <= moment);
        assert!(in_order, "a change at {moment} is noted too late");
        self.pages.push((moment, all.into_iter().map(|it| ((self.name)(&it), it)).collect()));
    }

    /// The names of all resources that were noted.
    #[must_use]
    pub fn names(&self) -> BTreeSet<String> {
        self.pages.iter().flat_map(|(_, all)| all.keys().cloned()).collect()
    }

    /// Makes sure that every resource is rebuilt from its events as it was noted: at every
    /// moment of a change, just before and just after.
    ///
    /// # Panics
    /// When one is not.
    pub async fn assert_rebuilt(&self, database: &Database) {
        let around = |moment: Timestamp| [moment - TICK, moment, moment + TICK];
        let moments: BTreeSet<_> = self.pages.iter().flat_map(|(at, _)| around(*at)).collect();
        for name in self.names() {
            for moment in &moments {
                let rebuilt = database.at::<T>(&name, *moment).await.expect("it reads back");
                assert_eq!(rebuilt.as_ref(), self.noted(&name, *moment), "{name} at {moment}");
            }
        }
    }

    /// A resource as it was read after the last change by a moment.
    fn noted(&self, name: &str, moment: Timestamp) -> Option<&T> {
        self.pages.iter().rfind(|(at, _)| *at <= moment)?.1.get(name)
    }
}

/// Makes sure that the events tell of the resources that a store reads and of no others, and that
/// every row of every table belongs to one of them. With each table goes the column that says to
/// which; tables that stand apart hold nothing of any.
///
/// # Panics
/// When a table is not named, is empty, or holds what the events do not tell of.
pub async fn assert_traced(
    database: &Database,
    read: &BTreeSet<String>,
    tables: &[(&str, &str)],
    apart: &[&str],
) {
    let told: BTreeSet<_> = revisions(database).await.into_keys().collect();
    assert_eq!(told, *read, "told by events, and read by the store");
    let named = tables.iter().map(|(table, _)| table).chain(apart);
    let named: BTreeSet<_> = named.map(|table| (*table).to_owned()).collect();
    assert_eq!(tables_of(database).await, named, "tables that there are, and that are named");
    for (table, column) in tables {
        let kept = texts(database, &format!("SELECT DISTINCT {column} AS it FROM {table}")).await;
        assert!(!kept.is_empty(), "nothing was put into {table}");
        let untold: Vec<_> = kept.difference(&told).collect();
        assert!(untold.is_empty(), "no event tells of {untold:?} in {table}");
    }
}

/// The revision of every resource, as its events tell. Makes sure that they count from 1 without
/// a gap, follow time, and name an actor.
///
/// # Panics
/// When they do not.
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

/// Makes sure that an embedded database finds out how a resource was by following an index, and
/// sorts nothing.
///
/// # Panics
/// When it does not.
pub async fn assert_as_of_indexed(database: &Database) {
    let steps = plan(database, &as_of("partners/1", Timestamp::UNIX_EPOCH)).await;
    let follows = |it: &String| it.starts_with("SEARCH") && it.contains("USING INDEX");
    assert!(steps.len() == 1 && steps.iter().all(follows), "{steps:?}");
}

async fn tables_of(database: &Database) -> BTreeSet<String> {
    let tables = match database.embedded() {
        true => "SELECT name AS it FROM sqlite_master WHERE type = 'table'",
        false => "SELECT tablename::text AS it FROM pg_tables WHERE schemaname = 'public'",
    };
    let mut tables = texts(database, tables).await;
    tables.retain(|it| !it.starts_with("sqlite_") && !OTHERS.contains(&it.as_str()));
    tables
}

/// What a query gives in its column `it`.
async fn texts(database: &Database, query: &str) -> BTreeSet<String> {
    let reader = database.reader();
    let query = sea_orm::Statement::from_string(reader.get_database_backend(), query);
    let rows = reader.query_all_raw(query).await.expect("it is a query");
    rows.iter().map(|row| row.try_get("", "it").expect("it is a text")).collect()
}
