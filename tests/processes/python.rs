//! Generated Python clients against the services.

use std::{path::Path, process::Command};

use tests::Engine;

use crate::trio::Trio;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// Output of `tests/clients/journey.py`.
const JOURNEY: &str = "\
refused: FAILED_PRECONDITION relationship.csp RESELLER_NOT_ACTIVE
who must act: reseller
rule: ON-1 RESELLER_NOT_ACTIVE
rule: MPA-1 PARTNER_ID_BEFORE_MPA
rule: MPA-2 RESELLER_MPA_NOT_ACCEPTED
dry run: ORDER_STATE_ACCEPTED ''
placed: ORDER_STATE_ACCEPTED
same order again: True
orders: 1 subscriptions: 1
pages: [2, 1] True
too late: DEADLINE_EXCEEDED
";

/// Output of `tests/clients/refusals.py`.
const REFUSALS: &str = "\
ABORTED ordering.csp STALE_ETAG
ALREADY_EXISTS onboarding.csp RESOURCE_EXISTS
ALREADY_EXISTS ordering.csp REQUEST_ID_REUSED
FAILED_PRECONDITION ordering.csp OFFER_STATE_CONFLICT
FAILED_PRECONDITION relationship.csp SELLER_NOT_ACTIVE
INVALID_ARGUMENT onboarding.csp INVALID_FIELDS
INVALID_ARGUMENT ordering.csp INVALID_FIELDS
INVALID_ARGUMENT relationship.csp INVALID_FIELDS
NOT_FOUND onboarding.csp RESOURCE_NOT_FOUND
";

/// Runs a program of the repository and returns its output.
fn run(program: &str, arguments: &[&str], variables: &[(&str, &Path)]) -> String {
    let mut command = Command::new("timeout");
    command.args(["120", program]).args(arguments).envs(variables.iter().copied());
    let output = command.current_dir(ROOT).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{program} fails\n{out}\n{err}");
    out
}

/// Runs a Python client with the addresses of the services, and returns its output.
fn python(trio: &Trio, client: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().to_str().unwrap();
    run("tests/clients/generate", &["--output", output, "python"], &[]);
    let [onboarding, relationship, ordering] = trio.addresses();
    let generated = folder.path().join("gen/python");
    let variables = [("PYTHONPATH", generated.as_path())];
    run(".tools/venv/bin/python", &[client, onboarding, relationship, ordering], &variables)
}

#[tokio::test]
async fn a_python_client_places_an_order_from_an_empty_database() {
    let trio = Trio::on(Engine::Sqlite).await;
    let _services = trio.start_all().await;
    assert_eq!(python(&trio, "tests/clients/journey.py"), JOURNEY);
}

#[tokio::test]
async fn a_python_client_with_default_limits_reads_every_failure() {
    let trio = Trio::on(Engine::Sqlite).await;
    let _services = trio.start_all().await;
    assert_eq!(python(&trio, "tests/clients/refusals.py"), REFUSALS);
}
