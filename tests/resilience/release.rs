//! A release of a customer relationship completes without its caller.

use std::time::Duration;

use cluster::scenario_client::{Partner, ScenarioClient, new_id, order};
use contracts::{
    ordering::{PlaceOrderRequest, ReleaseCustomerRelationshipRequest},
    relationship::{CustomerRelationshipKind, ProductFamily},
};
use sea_orm::ConnectionTrait;
use tests::{Engine, World, fleet::Fleet};
use tokio::time::{sleep, timeout};
use tonic::{Code, Status};
use tonic_types::StatusExt;
use types::Clock;

use crate::raw::{Raw, info};

const RELEASE: &str = "csp.ordering.v1.OrderingService/ReleaseCustomerRelationship";
const PLACE: &str = "csp.ordering.v1.OrderingService/PlaceOrder";
/// Blocks changes of relationships but not reads.
const LOCK_RELATIONSHIPS: &str = "SELECT 1 FROM customer_relationships FOR UPDATE";
/// Longest time of a release without its caller, on a busy machine.
const MAX_DELAY: Duration = Duration::from_secs(5);

/// Requests of a direct-bill partner for one customer.
struct Pair {
    place: PlaceOrderRequest,
    release: ReleaseCustomerRelationshipRequest,
}

impl Pair {
    async fn new(client: &ScenarioClient, direct: &Partner, offer: &str) -> Result<Self, Status> {
        let customer = client.customer("FR").await?;
        client.accept_mca(&customer).await?;
        let name = client
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
        let place = PlaceOrderRequest {
            order,
            request_id: new_id(),
            validate_only: true,
            ..Default::default()
        };
        Ok(Self { place, release })
    }

    /// The code of an order once no release is in progress.
    async fn order_code(&self, raw: &Raw) -> Code {
        let watch = Clock::system().stopwatch();
        loop {
            let status = raw.call(PLACE, &self.place, &[]).await;
            if matches!(status.code(), Code::Ok | Code::FailedPrecondition) {
                return status.code();
            }
            assert!(release_in_progress(&status), "{status:?}");
            assert!(watch.elapsed() < MAX_DELAY, "the release stays in progress: {status:?}");
            sleep(Duration::from_millis(10)).await;
        }
    }
}

/// Whether a call was refused because of a release, with a retry delay.
fn release_in_progress(status: &Status) -> bool {
    let error = (status.code(), &*info(status).reason);
    let retry = status.get_details_retry_info().and_then(|it| it.retry_delay);
    error == (Code::Unavailable, "RELEASE_IN_PROGRESS")
        && retry.is_some_and(|it| !it.is_zero() && it <= Duration::from_secs(60))
}

async fn direct(client: &ScenarioClient) -> Result<(Partner, String), Status> {
    Ok((client.direct_bill("FR").await?, client.offer(ProductFamily::Azure).await?))
}

/// Cancelled later each time, until a release answers in time: a fixed range would end before
/// the first write on a busy machine.
#[tokio::test]
async fn a_release_cancelled_at_any_moment_completes_or_does_nothing() -> Result<(), Status> {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let world = World::on(engine).await;
        let (direct, offer) = direct(&world.client).await?;
        let raw = Raw::connect(world.cluster.ordering.address).await;
        let mut limit = Duration::from_millis(1);
        loop {
            let pair = Pair::new(&world.client, &direct, &offer).await?;
            let answer = timeout(limit, raw.call(RELEASE, &pair.release, &[])).await;
            let end = pair.order_code(&raw).await;
            if let Ok(status) = answer {
                assert_eq!((status.code(), end), (Code::Ok, Code::FailedPrecondition));
                break;
            }
            assert!(limit < MAX_DELAY, "no release completes");
            limit = limit.mul_f64(1.15);
        }
    }
    Ok(())
}

/// Each service is blocked in turn until the deadline has passed.
#[tokio::test]
async fn a_release_that_has_begun_completes_after_its_deadline() -> Result<(), Status> {
    let world = World::on(Engine::Postgres).await;
    let (direct, offer) = direct(&world.client).await?;
    let raw = Raw::connect(world.cluster.ordering.address).await;
    for (service, sql, begun) in [
        ("ordering", "LOCK TABLE partner_customer_epochs", false),
        ("relationship", LOCK_RELATIONSHIPS, true),
    ] {
        let pair = Pair::new(&world.client, &direct, &offer).await?;
        let database = world.database(service).await;
        let lock = database.reader().begin().await.unwrap();
        lock.execute_unprepared(sql).await.unwrap();
        let late = raw.call(RELEASE, &pair.release, &[("grpc-timeout", "300m")]);
        let other = async {
            sleep(Duration::from_millis(600)).await;
            if begun {
                let order = raw.call(PLACE, &pair.place, &[]).await;
                assert!(release_in_progress(&order), "{order:?}");
                let twice = raw.call(RELEASE, &pair.release, &[]).await;
                assert!(release_in_progress(&twice), "{twice:?}");
            }
            lock.rollback().await.unwrap();
        };
        let (late, ()) = tokio::join!(late, other);
        let (code, end) = match begun {
            true => (Code::Ok, Code::FailedPrecondition),
            false => (Code::DeadlineExceeded, Code::Ok),
        };
        assert_eq!(late.code(), code, "{service}: {late:?}");
        assert_eq!(pair.order_code(&raw).await, end, "{service}");
    }
    Ok(())
}

#[tokio::test]
async fn a_release_killed_midway_blocks_its_pair_and_returns_the_retry_delay() -> Result<(), Status>
{
    let mut fleet = Fleet::on(Engine::Postgres, 1, &[]).await;
    let client = fleet.client();
    let (direct, offer) = direct(&client).await?;
    let pair = Pair::new(&client, &direct, &offer).await?;
    let database = fleet.database("relationship").await;
    let lock = database.reader().begin().await.unwrap();
    lock.execute_unprepared(LOCK_RELATIONSHIPS).await.unwrap();
    let raw = Raw::connect(fleet.address("ordering", 0).parse().unwrap()).await;
    let cancelled =
        timeout(Duration::from_millis(700), raw.call(RELEASE, &pair.release, &[])).await;
    assert!(cancelled.is_err(), "relationship is blocked: {cancelled:?}");
    fleet.take("ordering", 0).kill();
    lock.rollback().await.unwrap();
    fleet.start("ordering", 0).await;
    let raw = Raw::connect(fleet.address("ordering", 0).parse().unwrap()).await;
    let order = raw.call(PLACE, &pair.place, &[]).await;
    assert!(release_in_progress(&order), "{order:?}");
    let again = raw.call(RELEASE, &pair.release, &[]).await;
    assert!(release_in_progress(&again), "{again:?}");
    Ok(())
}
