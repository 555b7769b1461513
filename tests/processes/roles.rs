//! The roles of `k8s/sql/roles.sql`: an owner that migrates, and a serving role with fewer rights.

use std::process::Command;

use contracts::{
    ordering::{GetOfferRequest, UpdateOfferRequest},
    relationship::ProductFamily,
};
use prost_types::FieldMask;
use sea_orm::{ConnectionTrait, Database, DatabaseConnection};
use tests::{Engine, process::run};
use tonic::Status;
use url::Url;

use crate::trio::{SERVICES, Trio, sale};

/// Errors of PostgreSQL about missing rights.
const REFUSALS: [&str; 2] = ["permission denied", "must be owner"];

/// A database and its roles, created as by an operator; dropping the value deletes them.
struct ServiceDatabase {
    admin: Url,
    name: String,
}

impl ServiceDatabase {
    fn new(trio: &Trio, service: &str) -> Self {
        let mut admin: Url = trio.url(service).parse().unwrap();
        // Roles are shared by the databases of a server, so their names must be unique.
        let name = format!("{}_roles", admin.path().trim_start_matches('/'));
        admin.set_path("postgres");
        let database = Self { admin, name };
        let set = |key: &str, value: &str| format!("--set={key}={value}");
        let settings = [
            set("service", &database.name),
            set("owner_password", "own"),
            set("serving_password", "serve"),
        ];
        database.psql(settings.iter().map(String::as_str).chain(["--file=k8s/sql/roles.sql"]));
        database
    }

    fn psql<'a>(&self, arguments: impl Iterator<Item = &'a str>) {
        let output = Command::new("psql")
            .args(["--no-psqlrc", "--quiet", self.admin.as_str()])
            .args(arguments)
            .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
            .output()
            .expect("psql is installed");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    fn url(&self, role: &str, password: &str) -> Url {
        let mut url = self.admin.clone();
        url.set_path(&self.name);
        url.set_username(role).unwrap();
        url.set_password(Some(password)).unwrap();
        url
    }

    fn owner(&self) -> Url {
        self.url(&format!("{}_owner", self.name), "own")
    }

    fn serving(&self) -> Url {
        self.url(&self.name, "serve")
    }
}

impl Drop for ServiceDatabase {
    fn drop(&mut self) {
        let name = &self.name;
        let statements = [
            format!("DROP DATABASE \"{name}\" WITH (FORCE)"),
            format!("DROP ROLE \"{name}\""),
            format!("DROP ROLE \"{name}_owner\""),
        ];
        self.psql(statements.iter().flat_map(|it| ["--command", it]));
    }
}

async fn open(url: &Url) -> DatabaseConnection {
    Database::connect(url.as_str()).await.unwrap()
}

async fn assert_refused(database: &DatabaseConnection, statement: &str) {
    let error = database.execute_unprepared(statement).await.expect_err(statement).to_string();
    assert!(REFUSALS.iter().any(|it| error.contains(it)), "{statement}: {error}");
}

#[tokio::test]
async fn the_serving_role_changes_neither_schema_nor_events() -> Result<(), Status> {
    let mut trio = Trio::on(Engine::Postgres).await;
    let databases = SERVICES.map(|service| ServiceDatabase::new(&trio, service));
    for (service, database) in SERVICES.into_iter().zip(&databases) {
        trio.set_for(service, "DATABASE__URL", database.serving().as_str());
        let before = run(service, &[], &trio.environment(service));
        let stderr = String::from_utf8(before.stderr).unwrap();
        assert!(stderr.contains("lacks migrations"), "{service}: {stderr}");

        let owner = (format!("{}__DATABASE__URL", service.to_uppercase()), database.owner().into());
        for _ in ["first", "repeated"] {
            let arguments = ["migrate", "--serving-role", &database.name];
            let migrated = run(service, &arguments, std::slice::from_ref(&owner));
            assert!(migrated.status.success(), "{migrated:?}");
        }
    }
    let onboarding = trio.serve("onboarding").await;
    let relationship = trio.serve("relationship").await;
    let ordering = trio.serve("ordering").await;
    sell_and_reprice(&trio).await?;
    drop((onboarding, relationship, ordering));

    for database in &databases {
        assert_serves_only(&open(&database.serving()).await).await;
    }
    let [other, .., own] = &databases;
    let mut url = own.serving();
    url.set_path(&other.name);
    let error = Database::connect(url.as_str()).await.expect_err("the database of another service");
    assert!(error.to_string().contains("permission denied for database"), "{error}");
    Ok(())
}

/// The Job of a new version may start while that of the previous version runs.
#[tokio::test]
async fn concurrent_migrations_all_succeed() {
    let trio = Trio::on(Engine::Postgres).await;
    for service in SERVICES {
        let database = ServiceDatabase::new(&trio, service);
        let owner =
            [(format!("{}__DATABASE__URL", service.to_uppercase()), database.owner().into())];
        let arguments = ["migrate", "--serving-role", &database.name];
        std::thread::scope(|scope| {
            let running = [(); 4].map(|()| scope.spawn(|| run(service, &arguments, &owner)));
            for migrated in running.map(|it| it.join().unwrap()) {
                assert!(migrated.status.success(), "{service}: {migrated:?}");
            }
        });
    }
}

/// Reads, inserts, updates and deletes in all three databases.
async fn sell_and_reprice(trio: &Trio) -> Result<(), Status> {
    let client = trio.client();
    client.place(sale(&client).await?).await?;
    let mut ordering = client.ordering.clone();
    let name = client.offer(ProductFamily::Microsoft365).await?;
    let offer = ordering.get_offer(GetOfferRequest { name }).await?.into_inner().offer;
    let mut offer = offer.unwrap();
    offer.plans.truncate(1);
    let request = UpdateOfferRequest {
        offer: Some(offer),
        update_mask: Some(FieldMask { paths: vec!["plans".to_owned()] }),
        ..UpdateOfferRequest::default()
    };
    let changed = ordering.update_offer(request).await?.into_inner().offer.unwrap();
    assert_eq!(changed.plans.len(), 1);
    Ok(())
}

async fn assert_serves_only(database: &DatabaseConnection) {
    for statement in [
        "CREATE TABLE more (id INTEGER)",
        "CREATE SCHEMA more",
        "DROP TABLE events",
        "ALTER TABLE events ADD COLUMN more INTEGER",
        "UPDATE events SET actor = 'other'",
        "DELETE FROM events",
        "TRUNCATE events",
        "UPDATE event_seals SET seq = 0",
        "DELETE FROM event_seals",
        "UPDATE checkpoints SET note = ''",
        "DELETE FROM checkpoints",
        "DELETE FROM seaql_migrations",
        "INSERT INTO seaql_migrations VALUES ('x', 1)",
        "CREATE ROLE more",
    ] {
        assert_refused(database, statement).await;
    }
    let tables = "SELECT string_agg(relname::text, ',') FROM pg_class WHERE relkind = 'r'
        AND relnamespace = 'public'::regnamespace AND has_table_privilege(oid, 'DELETE')";
    let row = database
        .query_one_raw(sea_orm::Statement::from_string(database.get_database_backend(), tables));
    let deletable: Option<String> = row.await.unwrap().unwrap().try_get_by_index(0).unwrap();
    assert_eq!(deletable, None);
}
