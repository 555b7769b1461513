//! The roles of `k8s/sql/roles.sql`: an owner that migrates, and one that serves and can do no more.

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

/// What PostgreSQL answers where a role may not do something.
const REFUSALS: [&str; 2] = ["permission denied", "must be owner"];

/// A service's database, made as an operator would, and its roles. All of it is gone with the value.
struct Place {
    admin: Url,
    name: String,
}

impl Place {
    fn new(trio: &Trio, service: &str) -> Self {
        let mut admin: Url = trio.url(service).parse().unwrap();
        // The throwaway server's databases have unique names; its roles need some too.
        let name = format!("{}_apart", admin.path().trim_start_matches('/'));
        admin.set_path("postgres");
        let place = Self { admin, name };
        let set = |key: &str, value: &str| format!("--set={key}={value}");
        let settings = [
            set("service", &place.name),
            set("owner_password", "own"),
            set("serving_password", "serve"),
        ];
        place.psql(settings.iter().map(String::as_str).chain(["--file=k8s/sql/roles.sql"]));
        place
    }

    fn psql<'a>(&self, arguments: impl Iterator<Item = &'a str>) {
        let output = Command::new("psql")
            .args(["--no-psqlrc", "--quiet", self.admin.as_str()])
            .args(arguments)
            .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
            .output()
            .expect("psql is there");
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

impl Drop for Place {
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

async fn refused(database: &DatabaseConnection, statement: &str) {
    let error = database.execute_unprepared(statement).await.expect_err(statement).to_string();
    assert!(REFUSALS.iter().any(|it| error.contains(it)), "{statement}: {error}");
}

#[tokio::test]
async fn the_role_that_serves_changes_neither_the_schema_nor_what_happened() -> Result<(), Status> {
    let mut trio = Trio::on(Engine::Postgres).await;
    let places = SERVICES.map(|service| Place::new(&trio, service));
    for (service, place) in SERVICES.into_iter().zip(&places) {
        trio.set_for(service, "DATABASE__URL", place.serving().as_str());
        let before = run(service, &[], &trio.environment(service));
        let complaint = String::from_utf8(before.stderr).unwrap();
        assert!(complaint.contains("lacks migrations"), "{service}: {complaint}");

        let owner = (format!("{}__DATABASE__URL", service.to_uppercase()), place.owner().into());
        for _ in ["the first time", "and again"] {
            let arguments = ["migrate", "--serving-role", &place.name];
            let migrated = run(service, &arguments, std::slice::from_ref(&owner));
            assert!(migrated.status.success(), "{migrated:?}");
        }
    }
    let onboarding = trio.serve("onboarding").await;
    let relationship = trio.serve("relationship").await;
    let ordering = trio.serve("ordering").await;
    sell_and_reprice(&trio).await?;
    drop((onboarding, relationship, ordering));

    for place in &places {
        only_serves(&open(&place.serving()).await).await;
    }
    let [elsewhere, .., own] = &places;
    let mut url = own.serving();
    url.set_path(&elsewhere.name);
    let error = Database::connect(url.as_str()).await.expect_err("it is another service's");
    assert!(error.to_string().contains("permission denied for database"), "{error}");
    Ok(())
}

/// The Job of a new version starts while that of the last one may still run.
#[tokio::test]
async fn migrations_that_run_at_once_all_succeed() {
    let trio = Trio::on(Engine::Postgres).await;
    for service in SERVICES {
        let place = Place::new(&trio, service);
        let owner = [(format!("{}__DATABASE__URL", service.to_uppercase()), place.owner().into())];
        let arguments = ["migrate", "--serving-role", &place.name];
        std::thread::scope(|scope| {
            let running = [(); 4].map(|()| scope.spawn(|| run(service, &arguments, &owner)));
            for migrated in running.map(|it| it.join().unwrap()) {
                assert!(migrated.status.success(), "{service}: {migrated:?}");
            }
        });
    }
}

/// What reads, adds, changes and deletes in all three databases.
async fn sell_and_reprice(trio: &Trio) -> Result<(), Status> {
    let cast = trio.cast();
    cast.place(sale(&cast).await?).await?;
    let mut ordering = cast.ordering.clone();
    let name = cast.offer(ProductFamily::Microsoft365).await?;
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

async fn only_serves(database: &DatabaseConnection) {
    for statement in [
        "CREATE TABLE more (id INTEGER)",
        "CREATE SCHEMA more",
        "DROP TABLE events",
        "ALTER TABLE events ADD COLUMN more INTEGER",
        "UPDATE events SET actor = 'somebody else'",
        "DELETE FROM events",
        "TRUNCATE events",
        "DELETE FROM seaql_migrations",
        "INSERT INTO seaql_migrations VALUES ('x', 1)",
        "CREATE ROLE more",
    ] {
        refused(database, statement).await;
    }
    let tables = "SELECT string_agg(relname::text, ',') FROM pg_class WHERE relkind = 'r'
        AND relnamespace = 'public'::regnamespace AND has_table_privilege(oid, 'DELETE')";
    let row = database
        .query_one_raw(sea_orm::Statement::from_string(database.get_database_backend(), tables));
    let deletable: Option<String> = row.await.unwrap().unwrap().try_get_by_index(0).unwrap();
    assert!(matches!(deletable.as_deref(), None | Some("offer_plans")), "{deletable:?}");
}
