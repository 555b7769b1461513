//! The procedure of docs/restore.md, on three databases of which one is restored to an earlier moment.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Output,
};

use cluster::ScenarioClient;
use contracts::ordering::Order;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use storage::{Database, Settings, events};
use testbed::Folder;
use tests::{Engine, load::sale, process};
use tonic::{Code, Status};

use crate::trio::{SERVICES, Trio};

/// Places an order of a new partner and customer.
async fn place(client: &ScenarioClient) -> Result<Order, Status> {
    client.place(sale(client).await?).await
}

fn run(trio: &Trio, service: &str, arguments: &[&str]) -> Output {
    process::run(service, arguments, &trio.environment(service))
}

#[track_caller]
fn succeed(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[track_caller]
fn fail(output: &Output, expected: &str) {
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && error.contains(expected), "{output:?}");
}

/// What `csp reconcile` prints, and whether nothing is lost.
fn reconcile(trio: &Trio) -> (String, bool) {
    let [onboarding, relationship, ordering] = trio.addresses();
    let addresses =
        ["--onboarding", onboarding, "--relationship", relationship, "--ordering", ordering];
    let output = process::run("csp", &[&["reconcile"], &addresses[..]].concat(), &[]);
    assert!(matches!(output.status.code(), Some(0 | 2)), "{output:?}");
    (String::from_utf8_lossy(&output.stdout).into_owned(), output.status.success())
}

/// Moves the files of an embedded database.
fn move_files(from: &Path, to: &Path) {
    for suffix in ["", "-wal", "-shm"] {
        let with = |path: &Path| PathBuf::from(format!("{}{suffix}", path.display()));
        let _ = fs::remove_file(with(to));
        if with(from).exists() {
            fs::rename(with(from), with(to)).unwrap();
        }
    }
}

/// The restores in the history of a database.
async fn generations(url: String) -> usize {
    let settings = Settings { url, max_connections: 1, max_fact_mib: 1 };
    let database = Database::open(&settings).await.unwrap();
    let restores = events::Entity::find().filter(events::Column::Kind.eq("DatabaseRestored"));
    restores.all(database.reader()).await.unwrap().len()
}

#[tokio::test]
async fn what_the_restore_of_one_database_loses_is_listed() -> Result<(), Status> {
    let trio = Trio::on(Engine::Sqlite).await;
    let mut services = trio.start_all().await.map(Some);
    let client = trio.client();
    place(&client).await?;
    let folder = Folder::new();
    let file = |name: &str| folder.path().join(name);
    for service in SERVICES {
        let to = file(service).display().to_string();
        succeed(&run(&trio, service, &["backup", "--to", &to]));
        fail(&run(&trio, service, &["backup", "--to", &to]), "exists; move it away first");
    }
    let lost = place(&client).await?;
    let (printed, whole) = reconcile(&trio);
    assert!(whole, "{printed}");

    let customer_lost = [
        format!("relationship  {}", lost.customer),
        format!("relationship  resale relationship of {} with {}", lost.customer, lost.seller),
    ];
    let partner_lost =
        [format!("onboarding  {}", lost.seller), "onboarding  organizations/".to_owned()];
    for (at, service, expected) in
        [(0, "onboarding", &partner_lost[..]), (1, "relationship", &customer_lost[..])]
    {
        let database = PathBuf::from(trio.url(service).strip_prefix("sqlite://").unwrap());
        let from = file(service).display().to_string();
        fail(&run(&trio, service, &["restore", "--from", &from]), "exists; move it away first");
        services[at].take().unwrap().kill();
        move_files(&database, &file("moved"));
        let printed = succeed(&run(&trio, service, &["restore", "--from", &from]));
        assert!(printed.starts_with("generation "), "{printed}");
        services[at] = Some(trio.serve(service).await);
        let (printed, whole) = reconcile(&trio);
        assert!(!whole, "{printed}");
        for line in expected {
            assert!(printed.contains(line), "`{line}` is not in\n{printed}");
        }
        assert!(printed.contains(&lost.name), "{printed}");
        services[at].take().unwrap().kill();
        assert_eq!(generations(trio.url(service)).await, 1);
        move_files(&file("moved"), &database);
        services[at] = Some(trio.serve(service).await);
        let (printed, whole) = reconcile(&trio);
        assert!(whole, "{printed}");
    }
    Ok(())
}

#[tokio::test]
async fn a_damaged_copy_is_not_restored() {
    let trio = Trio::on(Engine::Sqlite).await;
    let (folder, other) = (Folder::new(), Folder::new());
    let copy = folder.path().join("copy").display().to_string();
    fail(&run(&trio, "onboarding", &["backup", "--to", &copy]), "does not exist");
    drop(trio.start("onboarding").await);
    succeed(&run(&trio, "onboarding", &["backup", "--to", &copy]));
    let mut content = fs::read(&copy).unwrap();
    let half = content.len() / 2;
    content[half..].fill(7);
    fs::write(&copy, content).unwrap();
    let url = format!("sqlite://{}", other.path().join("new.db").display());
    let url = ("ONBOARDING__DATABASE__URL".to_owned(), url);
    let restored = process::run("onboarding", &["restore", "--from", &copy], &[url]);
    fail(&restored, &copy);
    assert!(fs::read_dir(other.path()).unwrap().next().is_none(), "something is left");
}

#[tokio::test]
async fn a_new_generation_on_postgres_ends_the_sessions_of_services() -> Result<(), Status> {
    let trio = Trio::on(Engine::Postgres).await;
    let _services = trio.start_all().await;
    let client = trio.client();
    place(&client).await?;
    let backup = run(&trio, "ordering", &["backup", "--to", "/tmp/none"]);
    fail(&backup, "PostgreSQL is copied and restored by its own programs");
    succeed(&run(&trio, "ordering", &["new-generation"]));
    assert_eq!(generations(trio.url("ordering")).await, 1);
    // The calls that meet an ended session fail; each connection fails at most one.
    let mut failed = 0;
    while let Err(status) = place(&client).await {
        assert!(status.code() == Code::Unavailable && failed < 20, "{status:?}");
        failed += 1;
    }
    Ok(())
}
