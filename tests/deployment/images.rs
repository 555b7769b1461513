//! Builds the images by the Dockerfile and runs one of them.
//!
//! This needs no registry: the base image consists of the shared objects that the programs link to,
//! and the programs that cargo has built replace the build stage.

mod container;
mod image;

use std::{collections::BTreeSet, fs, process::Command, time::Duration};

use container::Container;
use image::{PROGRAMS, Store};
use tests::process::free_address;
use tonic::transport::Endpoint;
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};

use crate::root;

/// Longest time until a service serves.
const START_TIMEOUT: Duration = Duration::from_secs(30);

#[tokio::test]
async fn an_image_holds_one_program_that_serves_unprivileged_and_exits_on_sigterm() {
    if image::stdout(Command::new("id").arg("-u")) != "0" {
        println!("Skipped: building and running images needs root.");
        return;
    }
    let store = Store::new();
    let context = store.context();
    let manifest = context.join("Cargo.toml");
    let arguments = ["metadata", "--locked", "--offline", "--no-deps", "--format-version=1"];
    image::stdout(Command::new("cargo").args(arguments).arg("--manifest-path").arg(manifest));
    for program in PROGRAMS {
        store.build(program);
        let config = store.config(program);
        assert_eq!(config["User"], "65532:65532");
        assert_eq!(config["Entrypoint"], serde_json::json!([format!("/usr/bin/{program}")]));
        assert_eq!(config["Labels"]["org.opencontainers.image.revision"], image::COMMIT);
        let mut expected: BTreeSet<_> = store.base_files();
        expected.insert(format!("usr/bin/{program}"));
        assert_eq!(store.files(program), expected, "{program}: files of the base and the program");
    }
    let address = free_address();
    let container = Container::start(&store, "onboarding", &address);
    wait_until_serving(&address).await;
    assert_eq!(container.stop(), Some(0), "exit code after SIGTERM");
}

/// Waits until the health service reports SERVING.
async fn wait_until_serving(address: &str) {
    let endpoint = Endpoint::from_shared(format!("http://{address}")).unwrap();
    let check = async {
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
    let status =
        tokio::time::timeout(START_TIMEOUT, check).await.expect("the service serves in time");
    assert_eq!(status, ServingStatus::Serving);
}

#[test]
fn the_dockerfile_uses_the_pinned_toolchain() {
    let pinned = fs::read_to_string(root().join("rust-toolchain.toml")).unwrap();
    let version = pinned.lines().find_map(|it| it.strip_prefix("channel = ")).unwrap();
    let version = version.trim_matches('"');
    let dockerfile = fs::read_to_string(root().join("Dockerfile")).unwrap();
    assert!(dockerfile.contains(&format!("/rust:{version}-slim-bookworm AS build")));
    assert!(dockerfile.contains(&format!("RUSTUP_TOOLCHAIN={version}\n")));
}
