//! The images that the Dockerfile makes, built of the programs at hand and run.
//!
//! No registry is asked: the base image is put together of the shared objects that the programs
//! name, and the stage that compiles is replaced by the programs that cargo has compiled.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod container;
mod image;

use std::{collections::BTreeSet, fs, process::Command, time::Duration};

use container::Container;
use image::{SERVICES, Store};
use tests::process::free_address;
use tonic::transport::Endpoint;
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};

/// How long a service may take to serve.
const PATIENCE: Duration = Duration::from_secs(30);

#[tokio::test]
async fn images_hold_one_program_that_serves_without_rights_and_ends_when_told() {
    if image::said(Command::new("id").arg("-u")) != "0" {
        println!("Images are built and run by root only: nothing was tested here.");
        return;
    }
    let store = Store::new();
    let context = store.context();
    let manifest = context.join("Cargo.toml");
    let whole = ["metadata", "--locked", "--offline", "--no-deps", "--format-version=1"];
    image::said(Command::new("cargo").args(whole).arg("--manifest-path").arg(manifest));
    for service in SERVICES {
        store.build(service);
        let config = store.config(service);
        assert_eq!(config["User"], "65532:65532");
        assert_eq!(config["Entrypoint"], serde_json::json!([format!("/usr/bin/{service}")]));
        assert_eq!(config["Labels"]["org.opencontainers.image.revision"], image::COMMIT);
        let mut expected: BTreeSet<_> = store.base_files();
        expected.insert(format!("usr/bin/{service}"));
        assert_eq!(store.files(service), expected, "{service} has what its base has and itself");
    }
    let address = free_address();
    let container = Container::start(&store, "onboarding", &address);
    serves(&address).await;
    assert_eq!(container.stop(), Some(0), "it ends well on SIGTERM");
}

/// Waits until the service says that it can work.
async fn serves(address: &str) {
    let endpoint = Endpoint::from_shared(format!("http://{address}")).unwrap();
    let asked = async {
        let channel = loop {
            match endpoint.connect().await {
                Ok(channel) => break channel,
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        };
        let service = "csp.onboarding.v1.OnboardingService".to_owned();
        let answer = HealthClient::new(channel).check(HealthCheckRequest { service }).await;
        answer.unwrap().into_inner().status()
    };
    let status = tokio::time::timeout(PATIENCE, asked).await.expect("it does not serve in time");
    assert_eq!(status, ServingStatus::Serving);
}

#[test]
fn the_toolchain_is_the_one_that_is_pinned() {
    let pinned = fs::read_to_string(image::root().join("rust-toolchain.toml")).unwrap();
    let version = pinned.lines().find_map(|it| it.strip_prefix("channel = ")).unwrap();
    let version = version.trim_matches('"');
    let dockerfile = fs::read_to_string(image::root().join("Dockerfile")).unwrap();
    assert!(dockerfile.contains(&format!("/rust:{version}-slim-bookworm AS build")));
    assert!(dockerfile.contains(&format!("RUSTUP_TOOLCHAIN={version}\n")));
}
