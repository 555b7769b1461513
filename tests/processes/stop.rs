use std::time::Duration;

use contracts::onboarding::{
    ListPartnersRequest, onboarding_service_client::OnboardingServiceClient,
};
use tests::{Engine, process::free_address};
use tokio::net::TcpListener;
use tonic::Status;
use types::Clock;

use crate::trio::Trio;

/// Longest call; far below the timeout of the collector.
const MAX_CALL: Duration = Duration::from_secs(1);
/// Longest stop: two seconds for the last telemetry, on a busy machine.
const MAX_STOP: Duration = Duration::from_secs(5);

async fn calls_and_stops(collector: &str) -> Result<(), Status> {
    let mut trio = Trio::on(Engine::Sqlite).await;
    trio.set("TELEMETRY__OTLP_ENDPOINT", collector);
    let onboarding = trio.start("onboarding").await;
    let mut client = OnboardingServiceClient::new(trio.channel("onboarding").await);
    for _ in 0..20 {
        let watch = Clock::system().stopwatch();
        client.list_partners(ListPartnersRequest::default()).await?;
        assert!(watch.elapsed() < MAX_CALL, "{:?}", watch.elapsed());
    }
    drop(client);
    let watch = Clock::system().stopwatch();
    onboarding.signal("TERM");
    assert!(onboarding.exit_success());
    assert!(watch.elapsed() < MAX_STOP, "{:?}", watch.elapsed());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unreachable_collector_delays_neither_calls_nor_the_stop() -> Result<(), Status> {
    calls_and_stops(&free_address()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_collector_delays_neither_calls_nor_the_stop() -> Result<(), Status> {
    // The listener does not accept its connections.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    calls_and_stops(&silent.local_addr().unwrap().to_string()).await
}

#[tokio::test]
async fn the_metrics_endpoint_is_off_by_default() {
    let trio = Trio::on(Engine::Sqlite).await;
    let process = trio.start("onboarding").await;
    let (_, port) = trio.address("onboarding").rsplit_once(':').unwrap();
    assert_eq!(process.listens_on(), [port.parse::<u16>().unwrap()], "only gRPC");
}
