//! What the tests of every store share.

use std::{fmt::Debug, sync::Arc};

use authority::{Access, Authorized, Caller, Identified, Policy, Proof, Role};
use errors::{Failure, Mutation};
use sea_orm::{EntityTrait, QueryOrder};
use sea_orm_migration::MigratorTrait;
use serde::de::DeserializeOwned;
use storage::{Database, MutationContext, Settings, events};
use types::Timestamp;
use uuid::Uuid;

use crate::{Databases, Engine};

/// Declares tests that run on SQLite and on PostgreSQL: asynchronous functions of an [`Engine`].
#[macro_export]
macro_rules! on_both_engines {
    ($($test:ident,)*) => { $(
        mod $test {
            #[tokio::test]
            async fn on_sqlite() {
                super::$test($crate::Engine::Sqlite).await;
            }

            #[tokio::test]
            async fn on_postgres() {
                super::$test($crate::Engine::Postgres).await;
            }
        }
    )* };
}

/// A service's database with its schema. The databases must outlive it.
///
/// # Panics
/// If it cannot be opened or migrated.
pub async fn migrated<M: MigratorTrait>(engine: Engine, service: &str) -> (Databases, Database) {
    let databases = Databases::new(engine).await;
    let settings = Settings { url: databases.url(service), max_connections: 10, max_fact_mib: 1 };
    let database = Database::open(&settings).await.expect("it can be opened");
    database.migrate::<M>().await.expect("it can be migrated");
    (databases, database)
}

/// A time this many seconds after 1970.
///
/// # Panics
/// If it is out of range.
#[must_use]
pub fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("it is in range")
}

/// A call at second 9 with a request id.
#[must_use]
pub fn call(request_id: u128, content: &str) -> MutationContext {
    context(Some(Uuid::from_u128(request_id)).into(), content)
}

/// A call at second 9 without a request id.
#[must_use]
pub fn mutation() -> MutationContext {
    context(None.into(), "")
}

/// A dry run of [`call`].
#[must_use]
pub fn dry_run(request_id: u128, content: &str) -> MutationContext {
    let options = Mutation { validate_only: true, ..Some(Uuid::from_u128(request_id)).into() };
    context(options, content)
}

fn context(options: Mutation, content: &str) -> MutationContext {
    MutationContext::new("Method", options, content.as_bytes(), caller("ada"), at(9))
}

/// A caller that may do everything.
///
/// # Panics
/// If it may not.
#[must_use]
pub fn caller(id: &str) -> Authorized {
    let access = Arc::new(Access::whole(Role::Operator));
    let caller = Caller::proven(id, Proof::Mtls);
    let identified = Identified { caller, access, on_behalf_of: None };
    identified.authorize(Policy::of(&[])).expect("an operator may do everything")
}

/// All events in the order of their sequence numbers.
///
/// # Panics
/// If they cannot be read.
pub async fn events_of(database: &Database) -> Vec<events::Model> {
    let all = events::Entity::find().order_by_asc(events::Column::Seq);
    all.all(database.reader()).await.expect("events can be read")
}

/// Runs an operation eight times concurrently.
pub async fn eight_times<T>(run: impl AsyncFn() -> T) -> [T; 8] {
    tokio::join!(run(), run(), run(), run(), run(), run(), run(), run()).into()
}

/// Asserts that eight concurrent calls with one request id change the database one time and get one
/// response, also after `update` has changed the resource; that the id is refused for other content and
/// another method; and that a call that failed can be retried. `create` creates a resource, or fails if
/// it exists.
///
/// # Panics
/// If one of these does not hold.
pub async fn assert_idempotent<T: DeserializeOwned + PartialEq + Debug + Clone>(
    database: &Database,
    create: impl AsyncFn(&MutationContext) -> Result<T, Failure>,
    update: impl AsyncFn(T),
) {
    let id = Uuid::from_u128(7);
    let call = call(7, "content");
    let missing = async { Err::<T, _>(Failure::missing("name")) };
    let failed = database.idempotent(&call, missing).await;
    assert!(matches!(failed, Err(Failure::Missing(_))), "{failed:?}");
    let retry = async || database.idempotent(&call, create(&call)).await.expect("it succeeds");
    let [first, rest @ ..] = eight_times(&retry).await;
    assert!(rest.iter().all(|it| *it == first), "{first:?} {rest:?}");
    let of_call = |it: &&events::Model| it.request_id == Some(format!("ada {id}"));
    let events = events_of(database).await;
    let created: Vec<_> = events.iter().filter(of_call).collect();
    assert_eq!(created.len(), 1, "{created:?}");

    update(first.clone()).await;
    let before = events_of(database).await;
    assert!(before.len() > events.len(), "the resource was changed");
    assert_eq!(retry().await, first, "the first response, not the current state");
    for (method, content) in [("Method", "other content"), ("Other", "content")] {
        let other =
            MutationContext::new(method, Some(id), content.as_bytes(), caller("ada"), at(9));
        let reused = database.idempotent(&other, create(&other)).await;
        let Err(Failure::RequestIdReused { changed, .. }) = reused else {
            panic!("{method}, {content}: {reused:?}")
        };
        assert_eq!(changed.name, created[0].resource);
    }
    assert_eq!(events_of(database).await, before);
}
