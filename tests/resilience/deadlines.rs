use std::time::Duration;

use cluster::scenario_client::{new_id, offer_in_every_market, order};
use contracts::{
    ordering::{CreateOfferRequest, GetOfferRequest, PlaceOrderRequest},
    relationship::ProductFamily,
};
use sea_orm::{ConnectionTrait, Statement};
use storage::Database;
use tests::{Engine, World};
use tokio::time::sleep;
use tonic::{Code, Status};
use tonic_types::StatusExt;
use types::Clock;

use crate::raw::{Raw, info};

const CREATE: &str = "csp.ordering.v1.OrderingService/CreateOffer";
const GET: &str = "csp.ordering.v1.OrderingService/GetOffer";
const PLACE: &str = "csp.ordering.v1.OrderingService/PlaceOrder";
/// How long work may continue after its deadline, on a machine that is busy with other tests: on an
/// idle one it is under 50 ms. A statement that is not cancelled takes 2 s.
const MAX_DELAY: Duration = Duration::from_millis(500);

fn create_offer(id: &str) -> CreateOfferRequest {
    CreateOfferRequest {
        offer_id: id.to_owned(),
        offer: Some(offer_in_every_market()),
        request_id: new_id(),
        validate_only: false,
    }
}

/// Number of running or waiting statements of other connections.
pub async fn statements(database: &Database) -> i64 {
    count(database, "state = 'active'").await
}

/// Number of other connections in a state.
async fn count(database: &Database, state: &str) -> i64 {
    let sql = format!(
        "SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() \
         AND pid <> pg_backend_pid() AND {state}"
    );
    let statement = Statement::from_string(database.reader().get_database_backend(), sql);
    let row = database.reader().query_one_raw(statement).await.unwrap().unwrap();
    row.try_get("", "n").unwrap()
}

async fn run(database: &Database, sql: &str) {
    database.reader().execute_unprepared(sql).await.unwrap();
}

/// Makes a call that waits for a locked table of a service, and checks that the call and its
/// statements end at the deadline.
async fn assert_ends_at_deadline<F: Future<Output = Status>>(
    world: &World,
    (service, table): (&str, &str),
    limit: Duration,
    call: F,
) {
    let database = world.database(service).await;
    let observer = world.database(service).await;
    let lock = database.reader().begin().await.unwrap();
    let sql = format!("LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE");
    lock.execute_unprepared(&sql).await.unwrap();
    let watch = Clock::system().stopwatch();
    let status = call.await;
    let answered = watch.elapsed();
    assert_eq!(status.code(), Code::DeadlineExceeded, "{status:?}");
    assert_eq!(info(&status).reason, "DEADLINE_EXCEEDED");
    assert!(answered >= limit && answered < limit + MAX_DELAY, "answered after {answered:?}");
    while statements(&observer).await > 0 {
        assert!(watch.elapsed() < limit + MAX_DELAY, "a statement still runs");
    }
    let ended = watch.elapsed() - limit;
    println!("{service}: answered {:?} late, ended {ended:?} late", answered - limit);
    lock.rollback().await.unwrap();
}

#[tokio::test]
async fn a_deadline_ends_the_call_and_its_statements() -> Result<(), Status> {
    let world = World::on(Engine::Postgres).await;
    let raw = Raw::connect(world.cluster.ordering.address).await;
    let limit = Duration::from_millis(300);
    let request = create_offer("late");
    let call = raw.call(CREATE, &request, &[("grpc-timeout", "300m")]);
    assert_ends_at_deadline(&world, ("ordering", "offers"), limit, call).await;
    let missing = GetOfferRequest { name: "offers/late".to_owned() };
    assert_eq!(raw.call(GET, &missing, &[]).await.code(), Code::NotFound, "nothing was written");
    assert_eq!(
        raw.call(CREATE, &request, &[]).await.code(),
        Code::Ok,
        "the retry with the same id"
    );
    Ok(())
}

#[tokio::test]
async fn a_deadline_reaches_the_databases_of_the_peers() -> Result<(), Status> {
    // Without facts in memory, so that each call reads the locked table.
    let world = World::with(Engine::Postgres, |plan| {
        plan.onboarding.database.max_fact_mib = 0;
        plan.relationship.common.database.max_fact_mib = 0;
    });
    let world = world.await;
    let client = &world.client;
    let direct = client.direct_bill("FR").await?;
    let customer = client.customer("FR").await?;
    client.onboard_customer(&customer, &[&direct]).await?;
    let offer = client.offer(ProductFamily::Microsoft365).await?;
    let order = Some(order(&direct, None, &customer, &offer));
    let request = PlaceOrderRequest { order, request_id: new_id(), ..Default::default() };
    let raw = Raw::connect(world.cluster.ordering.address).await;
    for locked in
        [("onboarding", "partners"), ("relationship", "customers"), ("ordering", "orders")]
    {
        let call = raw.call(PLACE, &request, &[("grpc-timeout", "400m")]);
        assert_ends_at_deadline(&world, locked, Duration::from_millis(400), call).await;
    }
    assert_eq!(raw.call(PLACE, &request, &[]).await.code(), Code::Ok);
    Ok(())
}

#[tokio::test]
async fn an_invalid_timeout_is_refused_and_a_zero_timeout_expires() {
    let world = World::on(Engine::Sqlite).await;
    let raw = Raw::connect(world.cluster.ordering.address).await;
    let request = GetOfferRequest { name: "offers/none".to_owned() };
    let status = raw.call(GET, &request, &[("grpc-timeout", "soon")]).await;
    assert_eq!((status.code(), &*info(&status).reason), (Code::InvalidArgument, "INVALID_FIELDS"));
    let violations = status.get_details_bad_request().unwrap().field_violations;
    assert_eq!(violations[0].field, "grpc-timeout");
    let status = raw.call(GET, &request, &[("grpc-timeout", "0n")]).await;
    assert_eq!(status.code(), Code::DeadlineExceeded);
}

#[tokio::test]
async fn without_a_deadline_the_longest_call_is_the_limit() {
    let limit = Duration::from_millis(300);
    let world = World::with(Engine::Postgres, |plan| {
        plan.ordering.common.grpc.longest_call = limit;
    });
    let world = world.await;
    let raw = Raw::connect(world.cluster.ordering.address).await;
    let request = create_offer("late");
    let call = raw.call(CREATE, &request, &[]);
    assert_ends_at_deadline(&world, ("ordering", "offers"), limit, call).await;
}

/// Slows each commit that writes an offer down to 1.5 s.
async fn slow_commits(world: &World) {
    let database = world.database("ordering").await;
    run(
        &database,
        "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS \
         'BEGIN PERFORM pg_sleep(1.5); RETURN NULL; END'",
    )
    .await;
    run(
        &database,
        "CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON offers \
         DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION slow()",
    )
    .await;
}

#[tokio::test]
async fn a_running_commit_is_answered_after_the_deadline() {
    let world = World::on(Engine::Postgres).await;
    slow_commits(&world).await;
    let raw = Raw::connect(world.cluster.ordering.address).await;
    let status = raw.call(CREATE, &create_offer("slow"), &[("grpc-timeout", "1S")]).await;
    assert_eq!(status.code(), Code::Ok, "{status:?}");
    let found = GetOfferRequest { name: "offers/slow".to_owned() };
    assert_eq!(raw.call(GET, &found, &[]).await.code(), Code::Ok);
}

#[tokio::test]
async fn a_running_commit_completes_without_its_caller() {
    let world = World::on(Engine::Postgres).await;
    slow_commits(&world).await;
    let raw = Raw::connect(world.cluster.ordering.address).await;
    let request = create_offer("slow");
    let cancelled = tokio::time::timeout(Duration::from_secs(1), raw.call(CREATE, &request, &[]));
    assert!(cancelled.await.is_err(), "the caller cancels");
    let watch = Clock::system().stopwatch();
    let found = GetOfferRequest { name: "offers/slow".to_owned() };
    while raw.call(GET, &found, &[]).await.code() != Code::Ok {
        assert!(watch.elapsed() < Duration::from_secs(5), "the offer is not committed");
        sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(raw.call(CREATE, &request, &[]).await.code(), Code::Ok, "the retry is answered");
}

#[tokio::test]
async fn a_call_cancelled_at_any_moment_leaves_no_open_transaction() {
    let world = World::on(Engine::Postgres).await;
    let raw = Raw::connect(world.cluster.ordering.address).await;
    let calls = (0..400).map(|at| {
        let raw = &raw;
        async move {
            let request = create_offer(&format!("cancelled-{at}"));
            let call = raw.call(CREATE, &request, &[]);
            let _ = tokio::time::timeout(Duration::from_micros(at * 100), call).await;
        }
    });
    for call in calls {
        call.await;
    }
    let observer = world.database("ordering").await;
    let watch = Clock::system().stopwatch();
    while count(&observer, "state LIKE 'idle in transaction%'").await > 0 {
        assert!(watch.elapsed() < Duration::from_secs(5), "a transaction stays open");
        sleep(Duration::from_millis(10)).await;
    }
    for at in 0..20 {
        let status = raw.call(CREATE, &create_offer(&format!("later-{at}")), &[]).await;
        assert_eq!(status.code(), Code::Ok, "{status:?}");
    }
}
