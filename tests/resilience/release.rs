//! A release of a customer relationship comes to its end, whoever goes away meanwhile.

use std::time::Duration;

use cluster::scenario_client::{Partner, ScenarioClient, new_id, order};
use contracts::{
    ordering::{PlaceOrderRequest, ReleaseCustomerRelationshipRequest},
    relationship::{CustomerRelationshipKind, ProductFamily},
};
use sea_orm::{ConnectionTrait, TransactionTrait};
use tests::{Engine, World, fleet::Fleet};
use tokio::time::{sleep, timeout};
use tonic::{Code, Status};
use tonic_types::StatusExt;
use types::Clock;

use crate::raw::{Raw, info};

const RELEASE: &str = "csp.ordering.v1.OrderingService/ReleaseCustomerRelationship";
const PLACE: &str = "csp.ordering.v1.OrderingService/PlaceOrder";
/// Holds up their changes and lets them be read.
const LOCK_RELATIONSHIPS: &str = "SELECT 1 FROM customer_relationships FOR UPDATE";
/// How long a release that goes on without its caller may take, on a machine that is busy.
const SOON: Duration = Duration::from_secs(5);

/// A direct-bill partner and a customer that it may sell to, by the request that would.
struct Pair {
    place: PlaceOrderRequest,
    release: ReleaseCustomerRelationshipRequest,
}

impl Pair {
    async fn new(cast: &ScenarioClient, direct: &Partner, offer: &str) -> Result<Self, Status> {
        let customer = cast.customer("FR").await?;
        cast.accept_mca(&customer).await?;
        let name = cast
            .establish_relationship(&customer, direct, CustomerRelationshipKind::Resale)
            .await?;
        let order = Some(order(direct, None, &customer, offer));
        let release = ReleaseCustomerRelationshipRequest {
            name,
            detail: "the customer leaves".to_owned(),
            request_id: new_id(),
            released_by: direct.name.clone(),
            etag: String::new(),
        };
        let place = PlaceOrderRequest { order, request_id: new_id(), validate_only: true };
        Ok(Self { place, release })
    }

    /// What becomes of an order of the two, once it is answered by a rule or accepted.
    async fn settled(&self, raw: &Raw) -> Code {
        let watch = Clock::system().stopwatch();
        loop {
            let status = raw.call(PLACE, &self.place, &[]).await;
            if matches!(status.code(), Code::Ok | Code::FailedPrecondition) {
                return status.code();
            }
            assert!(is_kept_out(&status), "{status:?}");
            assert!(watch.elapsed() < SOON, "the pair stays closed: {status:?}");
            sleep(Duration::from_millis(10)).await;
        }
    }
}

/// Whether a call waits for a release, and is told when to come back.
fn is_kept_out(status: &Status) -> bool {
    let told = (status.code(), &*info(status).reason);
    let retry = status.get_details_retry_info().and_then(|it| it.retry_delay);
    told == (Code::Unavailable, "RELEASE_IN_PROGRESS")
        && retry.is_some_and(|it| !it.is_zero() && it <= Duration::from_secs(60))
}

async fn direct(cast: &ScenarioClient) -> Result<(Partner, String), Status> {
    Ok((cast.direct_bill("FR").await?, cast.offer(ProductFamily::Azure).await?))
}

#[tokio::test]
async fn a_release_whose_caller_goes_away_at_any_moment_leaves_no_pair_closed() -> Result<(), Status>
{
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let world = World::on(engine).await;
        let (direct, offer) = direct(&world.cast).await?;
        let raw = Raw::connect(world.cluster.ordering.address).await;
        let mut ends = Vec::new();
        for moment in 0..24 {
            let pair = Pair::new(&world.cast, &direct, &offer).await?;
            let patience = Duration::from_micros(moment * 1500);
            let gone = timeout(patience, raw.call(RELEASE, &pair.release, &[])).await;
            let end = pair.settled(&raw).await;
            assert!(gone.is_err() || end == Code::FailedPrecondition, "it was answered: {gone:?}");
            ends.push(end);
        }
        assert!(ends.contains(&Code::FailedPrecondition), "none came so far: {ends:?}");
    }
    Ok(())
}

/// Each service is held up in turn while the time of the caller passes.
#[tokio::test]
async fn a_release_goes_on_when_the_time_of_its_caller_is_up() -> Result<(), Status> {
    let world = World::on(Engine::Postgres).await;
    let (direct, offer) = direct(&world.cast).await?;
    let raw = Raw::connect(world.cluster.ordering.address).await;
    for (service, sql, begun) in [
        ("ordering", "LOCK TABLE partner_customer_epochs", false),
        ("relationship", LOCK_RELATIONSHIPS, true),
    ] {
        let pair = Pair::new(&world.cast, &direct, &offer).await?;
        let held = world.database(service).await;
        let lock = held.reader().begin().await.unwrap();
        lock.execute_unprepared(sql).await.unwrap();
        let late = raw.call(RELEASE, &pair.release, &[("grpc-timeout", "300m")]);
        let other = async {
            sleep(Duration::from_millis(600)).await;
            if begun {
                let order = raw.call(PLACE, &pair.place, &[]).await;
                assert!(is_kept_out(&order), "{order:?}");
                let twice = raw.call(RELEASE, &pair.release, &[]).await;
                assert!(is_kept_out(&twice), "{twice:?}");
            }
            lock.rollback().await.unwrap();
        };
        let (late, ()) = tokio::join!(late, other);
        let (code, end) = match begun {
            true => (Code::Ok, Code::FailedPrecondition),
            false => (Code::DeadlineExceeded, Code::Ok),
        };
        assert_eq!(late.code(), code, "{service}: {late:?}");
        assert_eq!(pair.settled(&raw).await, end, "{service}");
    }
    Ok(())
}

#[tokio::test]
async fn a_release_that_is_killed_midway_leaves_its_pair_closed_and_says_for_how_long()
-> Result<(), Status> {
    let mut fleet = Fleet::on(Engine::Postgres, 1, &[]).await;
    let cast = fleet.cast();
    let (direct, offer) = direct(&cast).await?;
    let pair = Pair::new(&cast, &direct, &offer).await?;
    let held = fleet.database("relationship").await;
    let lock = held.reader().begin().await.unwrap();
    lock.execute_unprepared(LOCK_RELATIONSHIPS).await.unwrap();
    let raw = Raw::connect(fleet.address("ordering", 0).parse().unwrap()).await;
    let gone = timeout(Duration::from_millis(700), raw.call(RELEASE, &pair.release, &[])).await;
    assert!(gone.is_err(), "relationship is held up: {gone:?}");
    fleet.take("ordering", 0).kill();
    lock.rollback().await.unwrap();
    fleet.start("ordering", 0).await;
    let raw = Raw::connect(fleet.address("ordering", 0).parse().unwrap()).await;
    let order = raw.call(PLACE, &pair.place, &[]).await;
    assert!(is_kept_out(&order), "{order:?}");
    let again = raw.call(RELEASE, &pair.release, &[]).await;
    assert!(is_kept_out(&again), "{again:?}");
    Ok(())
}
