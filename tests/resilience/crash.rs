use std::{fs, sync::Arc, time::Duration};

use sea_orm::{ConnectionTrait, Statement};
use testbed::{Databases, Folder, Node, Unsynced, VolatileFolder};
use tests::{
    fleet::Fleet,
    load::{Buyer, sale},
    process::{SERVICES, free_address},
};
use tokio::{
    task::spawn_blocking,
    time::{sleep, timeout},
};
use tonic::Status;
use types::jitter;

use crate::restart::{assert_none_lost_or_duplicated, count};

const TIMEOUT: Duration = Duration::from_secs(5);
/// About the time between two crashes.
const PAUSE: Duration = Duration::from_millis(600);
/// Longest time from a crash until orders pass.
const LONGEST: Duration = Duration::from_secs(20);
/// Orders that are in flight at a crash.
const WORKERS: usize = 16;

/// One replica of each service on a PostgreSQL of its own.
async fn on(start: fn(u16) -> Node) -> Result<(Arc<Node>, Fleet), Status> {
    let port = free_address().rsplit_once(':').unwrap().1.parse().unwrap();
    let started = spawn_blocking(move || {
        let server = start(port);
        let databases = server.databases(&SERVICES.map(|(service, _)| service));
        (Arc::new(server), databases)
    });
    let (server, databases) = started.await.unwrap();
    Ok((server, Fleet::with_databases(databases, 1, &[]).await))
}

async fn act(server: &Arc<Node>, action: impl FnOnce(&Node) + Send + 'static) {
    let server = server.clone();
    spawn_blocking(move || action(&server)).await.unwrap();
}

/// Crashes something several times under load, at any moment of the commits.
async fn crash(fleet: &mut Fleet, once: impl AsyncFn(&mut Fleet, usize)) -> Result<(), Status> {
    let buyer = Buyer::at(&fleet.urls("ordering"), TIMEOUT, sale(&fleet.client()).await?);
    let rounds = count("KILLS", 6);
    let crashes = async {
        for round in 0..rounds {
            sleep(jitter(PAUSE, 50)).await;
            once(fleet, round).await;
        }
    };
    let longest = LONGEST * u32::try_from(rounds + 1).unwrap();
    let placed = timeout(longest, buyer.during(WORKERS, true, crashes)).await;
    let (placed, ()) = placed.expect("orders no longer pass");
    let failures: usize = placed.iter().map(|it| it.failures.len()).sum();
    println!("{} orders during {rounds} crashes, {failures} answers failed", placed.len());
    assert!(failures > 0 && placed.len() > rounds, "the crashes met no orders");
    assert_none_lost_or_duplicated(fleet, &placed).await
}

/// Which unsynced writes are lost: all in every second round.
fn unsynced(round: usize) -> Unsynced {
    if round.is_multiple_of(2) { Unsynced::Lost } else { Unsynced::Some }
}

#[tokio::test(flavor = "multi_thread")]
async fn kills_of_postgres_and_of_services_lose_or_duplicate_no_order() -> Result<(), Status> {
    let (server, mut fleet) = on(Node::start).await?;
    crash(&mut fleet, async |fleet, round| {
        act(&server, Node::kill).await;
        // In turns all services survive, or one of them is killed with the database.
        let killed = SERVICES.get(round % 4).map(|(service, _)| *service);
        if let Some(service) = killed {
            fleet.take(service, 0).kill();
        }
        act(&server, Node::restart).await;
        if let Some(service) = killed {
            fleet.start(service, 0).await;
        }
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_loss_of_power_loses_or_duplicates_no_order_on_postgres() -> Result<(), Status> {
    let (server, mut fleet) = on(Node::start_volatile).await?;
    crash(&mut fleet, async |_, round| {
        act(&server, move |server| {
            server.lose_power(unsynced(round));
            server.restart();
        })
        .await;
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_loss_of_power_loses_or_duplicates_no_order_on_sqlite() -> Result<(), Status> {
    let folder = Folder::new();
    let root = folder.path().join("databases");
    fs::create_dir(&root).unwrap();
    let databases = Databases::in_folder(&root);
    let power = VolatileFolder::new(&root, folder.path());
    let mut fleet = Fleet::with_variables(databases, 1, &[], power.variables()).await;
    crash(&mut fleet, async |fleet, round| {
        for (service, _) in SERVICES.into_iter().rev() {
            fleet.take(service, 0).kill();
        }
        power.lose_power(unsynced(round));
        for (service, _) in SERVICES {
            fleet.start(service, 0).await;
        }
    })
    .await?;
    for (service, _) in SERVICES {
        let database = fleet.database(service).await;
        let check = "PRAGMA integrity_check".to_owned();
        let check = Statement::from_string(database.reader().get_database_backend(), check);
        let row = database.reader().query_one_raw(check).await.unwrap().unwrap();
        assert_eq!(row.try_get_by_index::<String>(0).unwrap(), "ok");
    }
    Ok(())
}
