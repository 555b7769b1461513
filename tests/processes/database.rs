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

/// An administrative connection to the server of a database, and the name of the database.
async fn server_of(url: &str) -> (DatabaseConnection, String) {
    let (before, query) = url.split_once('?').unwrap();
    let (server, name) = before.rsplit_once('/').unwrap();
    let admin = Database::connect(format!("{server}/postgres?{query}")).await.unwrap();
    (admin, name.to_owned())
}

/// Waits until the health service reports a status.
async fn wait_for_status(health: &mut HealthClient<Channel>, service: &str, wanted: ServingStatus) {
    let request = HealthCheckRequest { service: service.to_owned() };
    let mut updates = health.watch(request).await.unwrap().into_inner();
    while updates.message().await.unwrap().unwrap().status() != wanted {}
}

#[tokio::test]
async fn a_service_without_its_database_is_not_serving_until_the_database_is_back()
-> Result<(), Status> {
    let trio = Trio::on(Engine::Postgres).await;
    let _services = trio.start_all().await;
    let client = trio.client();
    let (server, name) = server_of(&trio.url("onboarding")).await;
    let service = "csp.onboarding.v1.OnboardingService";
    let mut health = HealthClient::new(trio.channel("onboarding").await);
    wait_for_status(&mut health, "", ServingStatus::Serving).await;

    let run = async |sql: String| server.execute_unprepared(&sql).await.unwrap();
    run(format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false")).await;
    run(format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"))
        .await;
    wait_for_status(&mut health, "", ServingStatus::NotServing).await;
    wait_for_status(&mut health, service, ServingStatus::NotServing).await;
    let list = ListPartnersRequest::default();
    let status = failed(client.onboarding.clone().list_partners(list.clone()).await);
    assert_eq!(status.code(), Code::Unavailable, "{status:?}");
    assert_eq!(status.get_details_error_info().unwrap().metadata["dependency"], "database");

    run(format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true")).await;
    wait_for_status(&mut health, service, ServingStatus::Serving).await;
    client.onboarding.clone().list_partners(list).await?;
    Ok(())
}

/// A new server, onboarding with a database on it, and a connection of its superuser.
async fn on_a_new_server() -> (TlsServer, Trio, DatabaseConnection) {
    let port = process::free_address().rsplit_once(':').unwrap().1.parse().unwrap();
    let server = TlsServer::start(port);
    let url = server.url("sslmode=require");
    let mut trio = Trio::on(Engine::Sqlite).await;
    trio.set_for("onboarding", "DATABASE__URL", &url);
    let admin = Database::connect(url).await.unwrap();
    (server, trio, admin)
}

#[tokio::test]
async fn a_service_with_a_read_only_database_is_not_serving_until_it_is_writable()
-> Result<(), Status> {
    let (_server, trio, admin) = on_a_new_server().await;
    let _onboarding = trio.start("onboarding").await;
    let client = trio.client();
    let mut health = HealthClient::new(trio.channel("onboarding").await);
    wait_for_status(&mut health, "", ServingStatus::Serving).await;
    client.company("Contoso", "FR").await?;

    let run = async |sql: &str| admin.execute_unprepared(sql).await.unwrap();
    run("ALTER SYSTEM SET default_transaction_read_only = on").await;
    run("SELECT pg_reload_conf()").await;
    // A call may arrive before the server has reloaded its settings.
    let status = loop {
        match client.company("Fabrikam", "DE").await {
            Ok(_) => tokio::task::yield_now().await,
            Err(status) => break status,
        }
    };
    assert_eq!(status.code(), Code::Unavailable, "{status:?}");
    assert_eq!(status.get_details_error_info().unwrap().metadata["dependency"], "database");
    assert!(status.get_details_retry_info().is_some(), "{status:?}");
    wait_for_status(&mut health, "csp.onboarding.v1.OnboardingService", ServingStatus::NotServing)
        .await;
    let read =
        failed(client.onboarding.clone().list_partners(ListPartnersRequest::default()).await);
    assert_eq!(read.code(), Code::Unavailable, "a standby may lag: {read:?}");
    let migration = process::run("onboarding", &["migrate"], &trio.environment("onboarding"));
    let stderr = String::from_utf8_lossy(&migration.stderr).into_owned();
    assert!(stderr.contains("cannot open the database: it is read-only"), "{stderr}");

    run("ALTER SYSTEM RESET default_transaction_read_only").await;
    run("SELECT pg_reload_conf()").await;
    wait_for_status(&mut health, "", ServingStatus::Serving).await;
    client.company("Litware", "BE").await?;
    Ok(())
}

/// Copies the files of an SQLite database that is not open.
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
async fn an_etag_of_a_change_lost_by_a_restore_is_stale() -> Result<(), Status> {
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
        let response = trio.client().onboarding.clone().update_organization(request).await?;
        Ok::<_, Status>(response.into_inner().organization.unwrap())
    };

    let onboarding = trio.start("onboarding").await;
    let name = trio.client().company("Contoso", "FR").await?;
    onboarding.kill();
    copy(&url, &backup);
    let onboarding = trio.start("onboarding").await;
    let lost = rename(&name, "Contoso France", "").await?;
    onboarding.kill();
    copy(&format!("sqlite://{}", backup.display()), Path::new(&url["sqlite://".len()..]));

    let _onboarding = trio.start("onboarding").await;
    let other = rename(&name, "Fabrikam", "").await?;
    assert_eq!(other.revision, lost.revision, "the revision does not show the restore");
    let status = failed(rename(&name, "Contoso Europe", &lost.etag).await);
    assert_eq!(status.code(), Code::Aborted, "{status:?}");
    rename(&name, "Contoso Europe", &other.etag).await?;
    Ok(())
}

#[tokio::test]
async fn the_start_warns_of_a_database_server_without_fsync() {
    // Both settings are off on the servers of tests.
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
async fn tls_to_the_database_verifies_the_certificate() {
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
        let stderr = String::from_utf8_lossy(&migrated.stderr).into_owned();
        assert_eq!(migrated.status.success(), works, "{parameters}: {stderr}");
        assert_eq!(stderr.contains("cannot open the database"), !works, "{parameters}: {stderr}");
    }
}
