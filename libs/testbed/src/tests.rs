mod facts;
mod feed;
mod sealed;

use sea_orm::{ConnectionTrait, DatabaseBackend, DbErr, Statement};
use sea_orm_migration::{MigrationTrait, MigratorTrait};
use storage::{Database, EventsTable, Settings, as_of};
use types::Timestamp;

use crate::{Databases, Engine, Folder, listing::plan, migrated, postgres};

const ENGINES: [Engine; 2] = [Engine::Sqlite, Engine::Postgres];

async fn open(url: String) -> Result<Database, String> {
    Database::open(&Settings { url, max_connections: 2, max_fact_mib: 1 }).await
}

async fn execute(database: &Database, statement: &str) -> Result<(), DbErr> {
    database.reader().execute_unprepared(statement).await.map(drop)
}

/// Whether a table created in one database exists in the other.
async fn shared(one: String, other: String) -> bool {
    let (one, other) = (open(one).await.unwrap(), open(other).await.unwrap());
    execute(&one, "CREATE TABLE things (id BIGINT)").await.unwrap();
    execute(&other, "SELECT id FROM things").await.is_ok()
}

#[tokio::test]
async fn two_tests_have_separate_databases() {
    for engine in ENGINES {
        let (one, other) = (Databases::new(engine).await, Databases::new(engine).await);
        assert!(!shared(one.url("ordering"), other.url("ordering")).await, "{engine:?}");
    }
}

#[tokio::test]
async fn two_services_have_separate_databases() {
    for engine in ENGINES {
        let databases = Databases::new(engine).await;
        assert!(
            !shared(databases.url("ordering"), databases.url("onboarding")).await,
            "{engine:?}"
        );
    }
}

#[tokio::test]
async fn a_restarted_service_has_the_same_database() {
    for engine in ENGINES {
        let databases = Databases::new(engine).await;
        assert!(shared(databases.url("ordering"), databases.url("ordering")).await, "{engine:?}");
    }
}

#[tokio::test]
async fn databases_are_deleted_with_their_value() {
    for engine in ENGINES {
        let databases = Databases::new(engine).await;
        let url = databases.url("ordering");
        let database = open(url.clone()).await.unwrap();
        execute(&database, "CREATE TABLE things (id BIGINT)").await.unwrap();
        drop(databases);
        match engine {
            Engine::Sqlite => assert!(!std::path::Path::new(&url["sqlite://".len()..]).exists()),
            Engine::Postgres => assert!(open(url).await.is_err()),
        }
    }
}

#[tokio::test]
async fn a_commit_on_postgres_waits_for_the_disk_with_every_setting() {
    let databases = Databases::new(Engine::Postgres).await;
    let url = databases.url("ordering");
    for (set, expected) in
        [("off", "on"), ("local", "on"), ("remote_write", "on"), ("remote_apply", "remote_apply")]
    {
        let (before, _) = url.split_once('?').unwrap();
        let (_, name) = before.rsplit_once('/').unwrap();
        let setting = format!("ALTER DATABASE \"{name}\" SET synchronous_commit = {set}");
        execute(&open(url.clone()).await.unwrap(), &setting).await.unwrap();
        let transaction = open(url.clone()).await.unwrap().begin().await.unwrap();
        let show = Statement::from_string(DatabaseBackend::Postgres, "SHOW synchronous_commit");
        let row = transaction.query_one_raw(show).await.unwrap().unwrap();
        let shown: String = row.try_get_by_index(0).unwrap();
        assert_eq!(shown, expected, "set to {set}");
    }
}

struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(EventsTable)]
    }
}

#[tokio::test]
async fn the_past_state_of_a_resource_is_read_along_an_index_without_a_sort() {
    let (_databases, database) = migrated::<Migrator>(Engine::Sqlite, "ordering").await;
    let steps = plan(database.reader(), &as_of("partners/1", Timestamp::UNIX_EPOCH)).await;
    let follows = |it: &String| it.starts_with("SEARCH") && it.contains("USING INDEX");
    assert!(steps.len() == 1 && steps.iter().all(follows), "{steps:?}");
}

#[test]
fn tests_share_a_server() {
    let (first, second) = (postgres::server().unwrap(), postgres::server().unwrap());
    assert!(std::sync::Arc::ptr_eq(&first, &second));
}

#[test]
fn a_folder_is_deleted_with_its_value() {
    let folder = Folder::new();
    let path = folder.path().to_owned();
    std::fs::write(path.join("file"), "content").unwrap();
    drop(folder);
    assert!(!path.exists());
}
