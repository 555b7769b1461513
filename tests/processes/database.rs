use std::{fs, path::Path};

use contracts::onboarding::{ListPartnersRequest, Organization, UpdateOrganizationRequest};
use prost_types::FieldMask;
use sea_orm::{ConnectionTrait, Database, DatabaseConnection};
use testbed::{Folder, TlsServer};
use tests::{Engine, failed, process};
use tonic::{Code, Status, transport::Channel};
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};
use tonic_types::StatusExt;

use crate::trio::Trio;

/// A connection to the server that a database is on, and the name of the database.
async fn server_of(url: &str) -> (DatabaseConnection, String) {
    let (before, query) = url.split_once('?').unwrap();
    let (server, name) = before.rsplit_once('/').unwrap();
    let admin = Database::connect(format!("{server}/postgres?{query}")).await.unwrap();
    (admin, name.to_owned())
}

/// Waits until the service says that it is healthy, or that it is not.
async fn says(health: &mut HealthClient<Channel>, service: &str, wanted: ServingStatus) {
    let request = HealthCheckRequest { service: service.to_owned() };
    let mut updates = health.watch(request).await.unwrap().into_inner();
    while updates.message().await.unwrap().unwrap().status() != wanted {}
}

#[tokio::test]
async fn a_service_whose_database_is_away_says_so_and_recovers_by_itself() -> Result<(), Status> {
    let trio = Trio::on(Engine::Postgres).await;
    let _services = trio.start_all().await;
    let cast = trio.cast();
    let (server, name) = server_of(&trio.url("onboarding")).await;
    let name_of_service = "csp.onboarding.v1.OnboardingService";
    let mut health = HealthClient::new(trio.channel("onboarding").await);
    says(&mut health, "", ServingStatus::Serving).await;

    let run = async |sql: String| server.execute_unprepared(&sql).await.unwrap();
    run(format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false")).await;
    run(format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"))
        .await;
    says(&mut health, "", ServingStatus::NotServing).await;
    says(&mut health, name_of_service, ServingStatus::NotServing).await;
    let list = ListPartnersRequest::default();
    let status = failed(cast.onboarding.clone().list_partners(list.clone()).await);
    assert_eq!(status.code(), Code::Unavailable, "{status:?}");
    assert_eq!(status.get_details_error_info().unwrap().metadata["dependency"], "database");

    run(format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true")).await;
    says(&mut health, name_of_service, ServingStatus::Serving).await;
    cast.onboarding.clone().list_partners(list).await?;
    Ok(())
}

/// A server of its own, a service on it, and a connection that can always write.
async fn on_a_server_of_its_own() -> (TlsServer, Trio, DatabaseConnection) {
    let port = process::free_address().rsplit_once(':').unwrap().1.parse().unwrap();
    let server = TlsServer::start(port);
    let url = server.url("sslmode=require");
    let mut trio = Trio::on(Engine::Sqlite).await;
    trio.set_for("onboarding", "DATABASE__URL", &url);
    let admin = Database::connect(url).await.unwrap();
    (server, trio, admin)
}

#[tokio::test]
async fn a_service_whose_database_became_read_only_says_so_and_recovers_by_itself()
-> Result<(), Status> {
    let (_server, trio, admin) = on_a_server_of_its_own().await;
    let _onboarding = trio.start("onboarding").await;
    let cast = trio.cast();
    let mut health = HealthClient::new(trio.channel("onboarding").await);
    says(&mut health, "", ServingStatus::Serving).await;
    cast.company("Contoso", "FR").await?;

    let run = async |sql: &str| admin.execute_unprepared(sql).await.unwrap();
    run("ALTER SYSTEM SET default_transaction_read_only = on").await;
    run("SELECT pg_reload_conf()").await;
    // The first call may come before the server has read its settings again.
    let status = loop {
        match cast.company("Fabrikam", "DE").await {
            Ok(_) => tokio::task::yield_now().await,
            Err(status) => break status,
        }
    };
    assert_eq!(status.code(), Code::Unavailable, "{status:?}");
    assert_eq!(status.get_details_error_info().unwrap().metadata["dependency"], "database");
    assert!(status.get_details_retry_info().is_some(), "{status:?}");
    says(&mut health, "csp.onboarding.v1.OnboardingService", ServingStatus::NotServing).await;
    let read = failed(cast.onboarding.clone().list_partners(ListPartnersRequest::default()).await);
    assert_eq!(read.code(), Code::Unavailable, "a standby may be behind: {read:?}");
    let again = process::run("onboarding", &["migrate"], &trio.environment("onboarding"));
    let said = String::from_utf8_lossy(&again.stderr).into_owned();
    assert!(said.contains("cannot open the database: it is read-only"), "{said}");

    run("ALTER SYSTEM RESET default_transaction_read_only").await;
    run("SELECT pg_reload_conf()").await;
    says(&mut health, "", ServingStatus::Serving).await;
    cast.company("Litware", "BE").await?;
    Ok(())
}

/// Copies a database and what belongs to it, none of which is in use.
fn copy(url: &str, to: &Path) {
    let file = url.strip_prefix("sqlite://").unwrap();
    for part in ["", "-wal", "-shm"] {
        let to = format!("{}{part}", to.display());
        let _ = fs::remove_file(&to);
        if Path::new(&format!("{file}{part}")).exists() {
            fs::copy(format!("{file}{part}"), to).unwrap();
        }
    }
}

#[tokio::test]
async fn an_etag_of_what_a_restore_has_undone_is_stale() -> Result<(), Status> {
    let trio = Trio::on(Engine::Sqlite).await;
    let folder = Folder::new();
    let (url, backup) = (trio.url("onboarding"), folder.path().join("backup"));
    let rename = async |name: &str, display_name: &str, etag: &str| {
        let organization = Organization {
            name: name.to_owned(),
            display_name: display_name.to_owned(),
            etag: etag.to_owned(),
            ..Organization::default()
        };
        let request = UpdateOrganizationRequest {
            organization: Some(organization),
            update_mask: Some(FieldMask { paths: vec!["display_name".to_owned()] }),
            ..UpdateOrganizationRequest::default()
        };
        let answer = trio.cast().onboarding.clone().update_organization(request).await?;
        Ok::<_, Status>(answer.into_inner().organization.unwrap())
    };

    let onboarding = trio.start("onboarding").await;
    let name = trio.cast().company("Contoso", "FR").await?;
    onboarding.kill();
    copy(&url, &backup);
    let onboarding = trio.start("onboarding").await;
    let undone = rename(&name, "Contoso France", "").await?;
    onboarding.kill();
    copy(&format!("sqlite://{}", backup.display()), Path::new(&url["sqlite://".len()..]));

    let _onboarding = trio.start("onboarding").await;
    let other = rename(&name, "Fabrikam", "").await?;
    assert_eq!(other.revision, undone.revision, "the restore is not seen by the revision");
    let status = failed(rename(&name, "Contoso Europe", &undone.etag).await);
    assert_eq!(status.code(), Code::Aborted, "{status:?}");
    rename(&name, "Contoso Europe", &other.etag).await?;
    Ok(())
}

#[tokio::test]
async fn a_server_that_does_not_wait_for_its_disk_is_warned_about_at_start() {
    // The servers of tests have both settings off.
    let trio = Trio::on(Engine::Postgres).await;
    let migrated = process::run("onboarding", &["migrate"], &trio.environment("onboarding"));
    assert!(migrated.status.success(), "{migrated:?}");
    let folder = Folder::new();
    let log = folder.path().join("log");
    let _onboarding = trio.start_logging("onboarding", &log).await;
    let log = fs::read_to_string(log).unwrap();
    for setting in ["fsync", "full_page_writes"] {
        let warning = format!("{setting} is off on the database server");
        assert_eq!(log.matches(&warning).count(), 1, "{log}");
    }
}

#[tokio::test]
async fn a_database_is_reached_over_tls_and_only_if_it_is_the_right_one() {
    let port = process::free_address().rsplit_once(':').unwrap().1.parse().unwrap();
    let server = TlsServer::start(port);
    let trusted = format!("sslrootcert={}", server.certificate.display());
    for (parameters, works) in [
        (format!("sslmode=verify-full&{trusted}"), true),
        ("sslmode=require".to_owned(), true),
        ("sslmode=verify-full".to_owned(), false),
        ("sslmode=disable".to_owned(), false),
    ] {
        let url = ("ONBOARDING__DATABASE__URL".to_owned(), server.url(&parameters));
        let migrated = process::run("onboarding", &["migrate"], &[url]);
        let said = String::from_utf8_lossy(&migrated.stderr).into_owned();
        assert_eq!(migrated.status.success(), works, "{parameters}: {said}");
        assert_eq!(said.contains("cannot open the database"), !works, "{parameters}: {said}");
    }
}
