use std::time::Duration;

use cluster::scenario_client::{new_id, offer_in_every_market, order};
use contracts::{
    ordering::{CreateOfferRequest, GetOfferRequest, PlaceOrderRequest},
    relationship::ProductFamily,
};
use sea_orm::{ConnectionTrait, Statement, TransactionTrait};
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
/// How long work may go on after its caller gave up, on a machine that is busy with other tests: on
/// a quiet one it is under 50 ms. A statement that nobody ended would go on for 2 s.
const SOON: Duration = Duration::from_millis(500);

fn an_offer(id: &str) -> CreateOfferRequest {
    CreateOfferRequest {
        offer_id: id.to_owned(),
        offer: Some(offer_in_every_market()),
        request_id: new_id(),
        validate_only: false,
    }
}

/// How many statements of others PostgreSQL works on, waiting ones included.
pub async fn statements(database: &Database) -> i64 {
    count(database, "state = 'active'").await
}

/// How many connections of others are in a state.
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

/// Makes a call whose work waits for a table of a service, and checks that it ends in time there.
async fn ends_in_time<F: Future<Output = Status>>(
    world: &World,
    (service, table): (&str, &str),
    limit: Duration,
    call: F,
) {
    let database = world.database(service).await;
    let looker = world.database(service).await;
    let lock = database.reader().begin().await.unwrap();
    let sql = format!("LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE");
    lock.execute_unprepared(&sql).await.unwrap();
    let watch = Clock::system().stopwatch();
    let status = call.await;
    let told = watch.elapsed();
    assert_eq!(status.code(), Code::DeadlineExceeded, "{status:?}");
    assert_eq!(info(&status).reason, "DEADLINE_EXCEEDED");
    assert!(told >= limit && told < limit + SOON, "told after {told:?}");
    while statements(&looker).await > 0 {
        assert!(watch.elapsed() < limit + SOON, "a statement goes on");
    }
    println!("{service}: told {:?} and over {:?} late", told - limit, watch.elapsed() - limit);
    lock.rollback().await.unwrap();
}

#[tokio::test]
async fn an_expired_deadline_is_told_and_its_work_ends_in_the_database() -> Result<(), Status> {
    let world = World::on(Engine::Postgres).await;
    let raw = Raw::connect(world.cluster.ordering.address).await;
    let limit = Duration::from_millis(300);
    let request = an_offer("late");
    let call = raw.call(CREATE, &request, &[("grpc-timeout", "300m")]);
    ends_in_time(&world, ("ordering", "offers"), limit, call).await;
    let missing = GetOfferRequest { name: "offers/late".to_owned() };
    assert_eq!(raw.call(GET, &missing, &[]).await.code(), Code::NotFound, "nothing was written");
    assert_eq!(raw.call(CREATE, &request, &[]).await.code(), Code::Ok, "the same id may go on");
    Ok(())
}

#[tokio::test]
async fn a_deadline_reaches_the_databases_behind_the_peers() -> Result<(), Status> {
    let world = World::on(Engine::Postgres).await;
    let cast = &world.cast;
    let direct = cast.direct_bill("FR").await?;
    let customer = cast.customer("FR").await?;
    cast.onboard_customer(&customer, &[&direct]).await?;
    let offer = cast.offer(ProductFamily::Microsoft365).await?;
    let order = Some(order(&direct, None, &customer, &offer));
    let request = PlaceOrderRequest { order, request_id: new_id(), validate_only: false };
    let raw = Raw::connect(world.cluster.ordering.address).await;
    for held in [("onboarding", "partners"), ("relationship", "customers"), ("ordering", "orders")]
    {
        let call = raw.call(PLACE, &request, &[("grpc-timeout", "400m")]);
        ends_in_time(&world, held, Duration::from_millis(400), call).await;
    }
    assert_eq!(raw.call(PLACE, &request, &[]).await.code(), Code::Ok);
    Ok(())
}

#[tokio::test]
async fn a_timeout_that_is_none_is_refused_and_one_of_nothing_is_over() {
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
async fn the_longest_call_counts_where_the_caller_waits_for_ever() {
    let limit = Duration::from_millis(300);
    let world = World::with(Engine::Postgres, |plan| {
        plan.ordering.common.grpc.longest_call = limit;
    });
    let world = world.await;
    let raw = Raw::connect(world.cluster.ordering.address).await;
    let request = an_offer("late");
    let call = raw.call(CREATE, &request, &[]);
    ends_in_time(&world, ("ordering", "offers"), limit, call).await;
}

/// Lets every commit that writes an offer take 1.5 s.
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
async fn a_commit_that_has_begun_is_answered_though_the_deadline_passes() {
    let world = World::on(Engine::Postgres).await;
    slow_commits(&world).await;
    let raw = Raw::connect(world.cluster.ordering.address).await;
    let status = raw.call(CREATE, &an_offer("slow"), &[("grpc-timeout", "1S")]).await;
    assert_eq!(status.code(), Code::Ok, "{status:?}");
    let found = GetOfferRequest { name: "offers/slow".to_owned() };
    assert_eq!(raw.call(GET, &found, &[]).await.code(), Code::Ok);
}

#[tokio::test]
async fn a_commit_that_has_begun_outlives_its_caller() {
    let world = World::on(Engine::Postgres).await;
    slow_commits(&world).await;
    let raw = Raw::connect(world.cluster.ordering.address).await;
    let request = an_offer("slow");
    let gone = tokio::time::timeout(Duration::from_secs(1), raw.call(CREATE, &request, &[]));
    assert!(gone.await.is_err(), "the caller goes away");
    let watch = Clock::system().stopwatch();
    let found = GetOfferRequest { name: "offers/slow".to_owned() };
    while raw.call(GET, &found, &[]).await.code() != Code::Ok {
        assert!(watch.elapsed() < Duration::from_secs(5), "it was not committed");
        sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(raw.call(CREATE, &request, &[]).await.code(), Code::Ok, "the retry is answered");
}

#[tokio::test]
async fn calls_that_are_given_up_at_any_moment_leave_no_transaction_behind() {
    let world = World::on(Engine::Postgres).await;
    let raw = Raw::connect(world.cluster.ordering.address).await;
    let calls = (0..400).map(|at| {
        let raw = &raw;
        async move {
            let request = an_offer(&format!("hasty-{at}"));
            let (patience, call) =
                (Duration::from_micros(at * 100), raw.call(CREATE, &request, &[]));
            let _ = tokio::time::timeout(patience, call).await;
        }
    });
    for call in calls {
        call.await;
    }
    let looker = world.database("ordering").await;
    let watch = Clock::system().stopwatch();
    while count(&looker, "state LIKE 'idle in transaction%'").await > 0 {
        assert!(watch.elapsed() < Duration::from_secs(5), "a transaction stays open");
        sleep(Duration::from_millis(10)).await;
    }
    for at in 0..20 {
        let status = raw.call(CREATE, &an_offer(&format!("calm-{at}")), &[]).await;
        assert_eq!(status.code(), Code::Ok, "{status:?}");
    }
}
