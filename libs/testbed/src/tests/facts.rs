//! Facts of a reading that is unchanged at its end held together at one instant.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering::SeqCst},
};

use errors::Failure;
use sea_orm::{ConnectionTrait, Statement};
use storage::{Database, Facts, Reading, Settings, Source, feed::Change};

use super::Migrator;
use crate::{Databases, Engine, migrated, on_both_engines};

on_both_engines! {
    a_fact_is_loaded_one_time_until_it_changes,
    facts_without_memory_are_right,
    concurrent_readings_see_states_that_existed,
}

/// Values by name.
#[derive(Debug)]
struct Things {
    database: Database,
    loads: Arc<AtomicUsize>,
}

impl Source for Things {
    type Key = String;
    type Fact = Option<i64>;

    async fn load(&self, keys: &[String]) -> Result<Vec<Option<i64>>, Failure> {
        self.loads.fetch_add(1, SeqCst);
        let mut values = Vec::new();
        for key in keys {
            let text = format!("SELECT value FROM things WHERE name = '{key}'");
            let reader = self.database.reader();
            let statement = Statement::from_string(reader.get_database_backend(), text);
            let row = reader.query_one_raw(statement).await.map_err(storage::fault)?;
            values.push(row.map(|row| row.try_get_by_index(0).unwrap()));
        }
        Ok(values)
    }

    fn changed(change: &Change) -> Option<Vec<String>> {
        Some(vec![change.resource.clone()])
    }
}

struct World {
    _databases: Databases,
    database: Database,
    facts: Facts<Things>,
    loads: Arc<AtomicUsize>,
}

impl World {
    async fn new(engine: Engine, max_fact_mib: u32) -> Self {
        let (databases, database) = migrated::<Migrator>(engine, "ordering").await;
        let table = "CREATE TABLE things (name TEXT PRIMARY KEY, value BIGINT NOT NULL)";
        database.reader().execute_unprepared(table).await.unwrap();
        let settings =
            Settings { url: databases.url("ordering"), max_connections: 10, max_fact_mib };
        let database = Database::open(&settings).await.unwrap();
        let loads = Arc::<AtomicUsize>::default();
        let facts = database.facts(Things { database: database.clone(), loads: loads.clone() });
        Self { _databases: databases, database, facts, loads }
    }

    /// Sets both values, in one transaction.
    async fn set(&self, names: [&str; 2], value: i64) {
        let transaction = self.database.begin().await.unwrap();
        for name in names {
            let statement = format!(
                "INSERT INTO things (name, value) VALUES ('{name}', {value})
                 ON CONFLICT (name) DO UPDATE SET value = {value};
                 INSERT INTO events (resource, revision, kind, actor, proof, time, content)
                 VALUES ('{name}', {value}, 'Changed', 'ada', 'none', 0, '{{}}');"
            );
            transaction.execute_unprepared(&statement).await.unwrap();
        }
        transaction.commit().await.unwrap();
    }

    /// The values, if none has changed.
    async fn get(&self, names: [&str; 2]) -> Option<[Option<i64>; 2]> {
        let mut reading = self.facts.read().await.unwrap();
        let values = values(&mut reading, names).await;
        reading.is_unchanged().await.unwrap().then_some(values)
    }

    fn loads(&self) -> usize {
        self.loads.swap(0, SeqCst)
    }
}

async fn values(reading: &mut Reading<'_, Things>, names: [&str; 2]) -> [Option<i64>; 2] {
    let values = reading.get(&names.map(str::to_owned)).await.unwrap();
    [*values[0], *values[1]]
}

async fn a_fact_is_loaded_one_time_until_it_changes(engine: Engine) {
    let world = World::new(engine, 1).await;
    assert_eq!(world.get(["a", "b"]).await, Some([None, None]));
    assert_eq!(world.get(["b", "a"]).await, Some([None, None]));
    assert_eq!(world.loads(), 1, "also that something does not exist is a fact");
    world.set(["a", "c"], 1).await;
    assert_eq!(world.get(["a", "b"]).await, None, "the change is seen by validation");
    assert_eq!(world.get(["a", "b"]).await, Some([Some(1), None]));
    assert_eq!(world.get(["a", "b"]).await, Some([Some(1), None]));
    assert_eq!(world.loads(), 1);
    world.set(["c", "d"], 2).await;
    assert_eq!(world.get(["a", "b"]).await, Some([Some(1), None]), "others have changed");
    assert_eq!(world.loads(), 0);

    let mut reading = world.facts.read().await.unwrap();
    world.set(["a", "b"], 3).await;
    assert_eq!(values(&mut reading, ["a", "b"]).await, [Some(1), None]);
    assert!(!reading.is_unchanged().await.unwrap(), "changed before the facts were read");
    let mut reading = world.facts.read().await.unwrap();
    assert_eq!(values(&mut reading, ["a", "b"]).await, [Some(3), Some(3)]);
    world.set(["a", "b"], 4).await;
    assert!(!reading.is_unchanged().await.unwrap(), "changed after the facts were read");
}

async fn facts_without_memory_are_right(engine: Engine) {
    let world = World::new(engine, 0).await;
    world.get(["a", "b"]).await;
    for value in 1..5 {
        world.set(["a", "b"], value).await;
        assert_eq!(world.get(["a", "b"]).await, None);
        assert_eq!(world.get(["a", "b"]).await, Some([Some(value); 2]));
    }
    world.loads();
    assert_eq!(world.get(["a", "b"]).await, Some([Some(4); 2]));
    assert_eq!(world.loads(), 1, "nothing is kept");
}

/// Writers set two values to the same number; readers never see two numbers, nor one that is older than
/// the last acknowledged one before they began.
async fn concurrent_readings_see_states_that_existed(engine: Engine) {
    const CHANGES: i64 = 300;
    let world = World::new(engine, 1).await;
    let (acknowledged, done) = (AtomicI64::new(0), AtomicBool::new(false));
    let write = async {
        for value in 1..=CHANGES {
            world.set(["a", "b"], value).await;
            acknowledged.store(value, SeqCst);
            for _ in 0..value % 7 {
                tokio::task::yield_now().await;
            }
        }
        done.store(true, SeqCst);
    };
    let read = async || {
        let mut seen = 0;
        while !done.load(SeqCst) {
            let before = acknowledged.load(SeqCst);
            if let Some([a, b]) = world.get(["a", "b"]).await {
                assert_eq!(a, b);
                assert!(a.unwrap_or(0) >= before, "{a:?} is older than {before}");
                seen += 1;
            }
            tokio::task::yield_now().await;
        }
        seen
    };
    let (_, one, other, third) = tokio::join!(write, read(), read(), read());
    assert!(one + other + third > 10, "{one}, {other} and {third} readings");
}
