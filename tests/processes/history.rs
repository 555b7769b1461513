//! The history of running services: seals, `verify` and `checkpoint`, and the evidence of an order.

use std::{fs, path::Path, process::Command, time::Duration};

use contracts::ordering::{
    EvidenceCheck, GetOrderEvidenceRequest, OrderEvidence, VerifyOrderEvidenceRequest,
    ordering_service_client::OrderingServiceClient,
};
use sea_orm::{ConnectionTrait, Database};
use testbed::Folder;
use tests::{Engine, process::run};
use tonic::{Code, transport::Channel};

use crate::trio::{SERVICES, Trio, sale};

type Ordering = OrderingServiceClient<Channel>;

/// Creates a key pair as `docs/history.md` describes it, and returns the paths of its files.
fn key_pair(folder: &Path, name: &str) -> [String; 2] {
    let [private, public] = ["private", "public"]
        .map(|it| folder.join(format!("{name}-{it}.pem")).display().to_string());
    for arguments in [
        vec!["genpkey", "-algorithm", "ed25519", "-out", &private],
        vec!["pkey", "-in", &private, "-pubout", "-out", &public],
    ] {
        let output =
            Command::new("openssl").args(arguments).output().expect("openssl is installed");
        assert!(output.status.success(), "{output:?}");
    }
    [private, public]
}

/// The evidence of an order, which is unavailable until its events are sealed.
async fn evidence(ordering: &mut Ordering, name: &str) -> OrderEvidence {
    loop {
        let request = GetOrderEvidenceRequest { name: name.to_owned() };
        match ordering.get_order_evidence(request).await {
            Ok(found) => return found.into_inner().evidence.unwrap(),
            Err(status) => assert_eq!(status.code(), Code::Unavailable, "{status:?}"),
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn mismatches(ordering: &mut Ordering, evidence: &OrderEvidence) -> Vec<EvidenceCheck> {
    let request = VerifyOrderEvidenceRequest { evidence: Some(evidence.clone()) };
    let found = ordering.verify_order_evidence(request).await.unwrap().into_inner();
    found.mismatches.iter().map(|it| it.check()).collect()
}

/// Asserts that each change of valid evidence is found by the expected checks.
async fn assert_verified(ordering: &mut Ordering, valid: &OrderEvidence, other: &OrderEvidence) {
    use EvidenceCheck::{Checkpoint, Decision, Events, Inclusion, Transaction, Verdict};
    type Change<'a> = &'a dyn Fn(&mut OrderEvidence);
    assert_eq!(mismatches(ordering, valid).await, []);
    assert_eq!(mismatches(ordering, other).await, []);
    let nothing = OrderEvidence { order: valid.order.clone(), ..OrderEvidence::default() };
    let all = [Events, Decision, Transaction, Verdict, Inclusion, Checkpoint];
    assert_eq!(mismatches(ordering, &nothing).await, all);
    let cases: [(Change, &[EvidenceCheck]); 9] = [
        (&|it| it.decision.clone_from(&other.decision), &[Decision, Transaction]),
        (&|it| it.decision.clear(), &[Decision, Transaction, Verdict]),
        // An unknown field changes the digest only.
        (&|it| it.decision.extend([0xf8, 0x07, 1]), &[Decision]),
        (&|it| it.order.clone_from(&other.order), &[Events]),
        (&|it| it.events[0].record.push(0), &[Events, Decision, Transaction, Inclusion]),
        (&|it| it.events[0].log_index += 1, &[Inclusion]),
        (&|it| it.events[0].path[0][0] ^= 1, &[Inclusion]),
        (&|it| it.checkpoint = it.checkpoint.replace("\ntime 20", "\ntime 21"), &[Checkpoint]),
        (&|it| it.checkpoint.truncate(it.checkpoint.find("\n\n").unwrap() + 2), &[Checkpoint]),
    ];
    for (at, (change, expected)) in cases.into_iter().enumerate() {
        let mut changed = valid.clone();
        change(&mut changed);
        assert_ne!(changed, *valid, "case {at}");
        assert_eq!(mismatches(ordering, &changed).await, expected, "case {at}");
    }
}

/// Exit code and output of ordering with these arguments.
fn ordering(trio: &Trio, arguments: &[&str]) -> (Option<i32>, String) {
    let output = run("ordering", arguments, &trio.environment("ordering"));
    let text = [output.stdout, output.stderr].map(|it| String::from_utf8(it).unwrap());
    (output.status.code(), text.concat())
}

async fn the_history_is_sealed_and_verified(engine: Engine) {
    let folder = Folder::new();
    let [private, public] = key_pair(folder.path(), "first");
    let [_, unknown] = key_pair(folder.path(), "second");
    let mut trio = Trio::on(engine).await;
    trio.set("HISTORY__SIGNING_KEY_FILE", &private);
    trio.set("HISTORY__SEAL_INTERVAL", "100ms");
    let services = trio.start_all().await;
    let client = trio.client();
    let first = client.place(sale(&client).await.unwrap()).await.unwrap();
    let second = client.place(sale(&client).await.unwrap()).await.unwrap();
    let mut direct = OrderingServiceClient::new(trio.channel("ordering").await);
    let valid = evidence(&mut direct, &first.name).await;
    let other = evidence(&mut direct, &second.name).await;
    assert_verified(&mut direct, &valid, &other).await;
    let missing = GetOrderEvidenceRequest { name: valid.order.replace('0', "1") };
    assert_eq!(direct.get_order_evidence(missing).await.unwrap_err().code(), Code::NotFound);

    let exported = folder.path().join("exported").display().to_string();
    for service in SERVICES {
        let output = run(service, &["verify", "--public-key", &public], &trio.environment(service));
        assert!(output.status.success(), "{service}: {output:?}");
    }
    let (code, checkpoint) = ordering(&trio, &["checkpoint"]);
    assert_eq!(
        (code, checkpoint.lines().next().unwrap().split('/').nth(1)),
        (Some(0), Some("ordering"))
    );
    fs::write(&exported, checkpoint).unwrap();
    let verify = ["verify", "--public-key", &public, "--checkpoint", &exported];
    let (code, printed) = ordering(&trio, &verify);
    assert!(code == Some(0) && printed.contains(" 0 differences"), "{printed}");
    drop(services);
    trio.set_for("ordering", "HISTORY__SIGNING_KEY_FILE", "");
    let (code, printed) = ordering(&trio, &["verify", "--public-key", &unknown]);
    assert!(code == Some(1) && printed.contains("signed by an unknown key"), "{printed}");

    let database = Database::connect(trio.url("ordering")).await.unwrap();
    for (change, undo, name) in [
        (
            "UPDATE events SET kind = kind || 'X' WHERE kind = 'OrderAccepted'",
            "UPDATE events SET kind = 'OrderAccepted' WHERE kind = 'OrderAcceptedX'",
            format!("{}, revision 1, OrderAcceptedX: the event was changed", first.name),
        ),
        (
            "UPDATE orders SET total = total + 1",
            "UPDATE orders SET total = total - 1",
            format!("{}, revision 1, OrderAccepted: the stored resource is not", second.name),
        ),
    ] {
        database.execute_unprepared(change).await.unwrap();
        let (code, printed) = ordering(&trio, &verify);
        assert!(code == Some(1) && printed.contains(&name), "{printed}");
        database.execute_unprepared(undo).await.unwrap();
        assert_eq!(ordering(&trio, &verify).0, Some(0), "after {undo}");
    }
    for table in ["checkpoints", "event_seals", "events"] {
        database.execute_unprepared(&format!("DELETE FROM {table}")).await.unwrap();
    }
    let (code, printed) = ordering(&trio, &verify);
    assert!(
        code == Some(1) && printed.contains("does not contain the given checkpoint"),
        "{printed}"
    );
    assert!(
        printed.contains(&format!("{}: the stored resource has no events", first.name)),
        "{printed}"
    );
}

#[tokio::test]
async fn the_history_on_sqlite_is_sealed_and_verified() {
    the_history_is_sealed_and_verified(Engine::Sqlite).await;
}

#[tokio::test]
async fn the_history_on_postgres_is_sealed_and_verified() {
    the_history_is_sealed_and_verified(Engine::Postgres).await;
}
