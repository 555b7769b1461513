//! Seals find every change of the history that is not an append.

mod order;
mod tampering;

use seals::{PublicKeys, SigningKey};
use storage::{
    Database,
    sealed::{Auditor, Finding, MAX_PAGE, Sealer},
};
use types::Clock;

use super::execute;

/// Written by `openssl genpkey -algorithm ed25519`.
const PRIVATE: &str = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIMzRVDv8gheKG9xADg+vHiZsi7usWwuOkMAz/Yqpwaz9
-----END PRIVATE KEY-----
";

fn key() -> SigningKey {
    SigningKey::from_pem(PRIVATE).unwrap()
}

fn sealer(database: &Database) -> Sealer {
    Sealer::new(database.clone(), "ordering", Some(key()), Clock::system())
}

/// Seals everything, and returns the number of batches.
async fn seal(database: &Database) -> usize {
    let (sealer, mut batches) = (sealer(database), 1);
    while sealer.seal().await.unwrap() {
        batches += 1;
    }
    batches
}

async fn audit_with(database: &Database, keys: PublicKeys) -> (Auditor, Vec<Finding>) {
    let mut auditor = Auditor::start(database.clone(), keys, 0).await.unwrap();
    while auditor.page(MAX_PAGE).await.unwrap() {}
    let findings = auditor.take_findings();
    (auditor, findings)
}

async fn audit(database: &Database) -> Vec<Finding> {
    audit_with(database, key().public()).await.1
}

/// Events `from` to `to`, in one transaction: each third one changes the resource of the one before it.
fn append(from: usize, to: usize) -> String {
    let row = |at: usize| {
        let (resource, revision) = (at - usize::from(at % 3 == 2), 1 + usize::from(at % 3 == 2));
        let request = match at % 2 {
            0 => format!("'request-{at}', 'Method {at}'"),
            _ => "NULL, NULL".to_owned(),
        };
        format!(
            "('orders/{resource}', {revision}, 'Kind', 'ada', 'mtls', NULL, {at}, '{{\"at\":{at}}}', {request})"
        )
    };
    let rows: Vec<_> = (from..to).map(row).collect();
    let columns = "resource, revision, kind, actor, proof, on_behalf_of, time, content, request_id, request_digest";
    format!("INSERT INTO events ({columns}) VALUES {}", rows.join(", "))
}

async fn appended(database: &Database, count: usize) {
    for from in (0..count).step_by(100) {
        execute(database, &append(from, count.min(from + 100))).await.unwrap();
    }
}
