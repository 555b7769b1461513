//! Prometheus with the alert rules of `ops`.

use std::{fs, path::PathBuf, process::Command, time::Duration};

use serde_json::Value;
use tests::{
    Engine, http,
    process::{Process, free_address},
};
use tokio::time::sleep;
use tonic::Status;

use crate::trio::{Trio, sale};

fn root() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).canonicalize().unwrap()
}

/// Whether Prometheus is installed. It must be on Debian.
fn is_installed() -> bool {
    if root().join(".tools/bin/promtool").exists() {
        return true;
    }
    assert!(
        !PathBuf::from("/usr/bin/apt-get").exists(),
        "tests/setup has not installed Prometheus"
    );
    println!("Skipped: Prometheus is not installed.");
    false
}

/// The output of `promtool`.
fn promtool(arguments: &[&str]) -> String {
    let mut command = Command::new(root().join(".tools/bin/promtool"));
    let output = command.args(arguments).current_dir(root()).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}

/// The value of an expression, if it has one.
fn number(server: &str, expression: &str) -> Option<f64> {
    let result = promtool(&["query", "instant", "-o", "json", server, expression]);
    let result: Value = serde_json::from_str(&result).unwrap();
    result[0]["value"][1].as_str()?.parse().ok()
}

/// Waits until an expression has a value.
async fn until(server: &str, expression: &str, expected: f64) {
    let mut found = None;
    for _ in 0..200 {
        found = number(server, expression);
        if found.is_some_and(|it| (it - expected).abs() < 0.5) {
            return;
        }
        sleep(Duration::from_millis(100)).await;
    }
    panic!("{expression} is {found:?}");
}

#[test]
fn the_alerts_pass_their_rule_tests() {
    if is_installed() {
        promtool(&["check", "rules", "ops/alerts.yaml"]);
        promtool(&["test", "rules", "ops/alerts_test.yaml"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn prometheus_scrapes_the_services_and_evaluates_the_alerts() -> Result<(), Status> {
    if !is_installed() {
        return Ok(());
    }
    let mut trio = Trio::on(Engine::Sqlite).await;
    let endpoints = ["onboarding", "relationship", "ordering"].map(|it| (it, free_address()));
    for (service, address) in &endpoints {
        trio.set_for(service, "TELEMETRY__PROMETHEUS_LISTEN", address);
    }
    let _services = trio.start_all().await;
    let folder = tempfile::tempdir().unwrap();
    let address = free_address();
    let all: Vec<_> = endpoints.iter().map(|(_, it)| it).chain([&address]).collect();
    let alerts = root().join("ops/alerts.yaml");
    let settings = format!(
        "global: {{ scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s }}\n\
         rule_files: [{alerts:?}]\n\
         scrape_configs: [{{ job_name: csp, static_configs: [{{ targets: {all:?} }}] }}]\n"
    );
    fs::write(folder.path().join("prometheus.yml"), settings).unwrap();
    let mut prometheus = Command::new(root().join(".tools/bin/prometheus"));
    prometheus.args(["--config.file=prometheus.yml", "--storage.tsdb.path=data"]);
    prometheus.arg(format!("--web.listen-address={address}")).arg("--log.level=error");
    let _prometheus = Process::of(prometheus.current_dir(&folder));
    let is_ready = || http::get(&address, "/-/ready").is_ok_and(|it| it.status == 200);
    for _ in 0..500 {
        if is_ready() {
            break;
        }
        sleep(Duration::from_millis(20)).await;
    }

    let server = format!("http://{address}");
    until(&server, "sum(up)", 4.0).await;
    until(&server, "count(csp_health_serving == 1)", 3.0).await;
    let client = trio.client();
    client.place(sale(&client).await?).await?;
    until(&server, "sum(csp_orders_total{csp_outcome=\"accepted\"})", 1.0).await;
    let placed = "sum(rpc_server_call_duration_seconds_count{service_name=\"ordering\",\
                  rpc_method=~\".*/PlaceOrder\",rpc_response_status_code=\"OK\"})";
    until(&server, placed, 1.0).await;
    until(&server, "min(prometheus_rule_group_iterations_total) > bool 1", 1.0).await;
    until(&server, "sum(prometheus_rule_evaluation_failures_total)", 0.0).await;
    // A new cluster has one alert, because the settlement has not run yet.
    until(&server, "count(ALERTS)", 1.0).await;
    until(&server, "count(ALERTS{alertname=\"NothingIsSettled\"})", 1.0).await;
    Ok(())
}
