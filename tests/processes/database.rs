use contracts::onboarding::ListPartnersRequest;
use sea_orm::{ConnectionTrait, Database, DatabaseConnection};
use testbed::TlsServer;
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
