//! The events table of a service: one row a change, in the transaction of the change. It is the
//! audit log, the history of every resource, and the memory of requests that were answered.

use std::{fmt::Display, future::Future};

use errors::{Failure, Mutation, Resource};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseBackend, DatabaseTransaction,
    DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter, PrimaryKeyTrait,
    QueryFilter, entity::prelude::ActiveModelBehavior,
};
use serde::{Serialize, de::DeserializeOwned};
use types::{ResourceVersion, Timestamp};
use uuid::Uuid;

use crate::{Database, Transaction, fault};

mod digest;
mod etag;

/// One row of the table.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "events")]
pub struct Model {
    /// Position in the history of the service.
    #[sea_orm(primary_key)]
    pub seq: i64,
    /// Name of the resource that changed.
    pub resource: String,
    /// Its revision after the change.
    pub revision: i64,
    /// What happened, as in `PartnershipAccepted`.
    pub kind: String,
    /// Who asked for it, as the caller says.
    pub actor: String,
    /// When, in microseconds since the epoch.
    pub time: i64,
    /// The resource after the change, as JSON.
    pub content: String,
    /// Id of the request that this answers.
    pub request_id: Option<String>,
    /// Hash of that request's method and content, and a short one of each of its parts.
    pub request_digest: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
#[allow(missing_docs, reason = "required by SeaORM")]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The statement that creates the table.
pub(crate) fn schema(backend: DatabaseBackend) -> String {
    let seq = match backend {
        DatabaseBackend::Sqlite => "INTEGER PRIMARY KEY AUTOINCREMENT",
        _ => "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
    };
    format!(
        "CREATE TABLE events (
            seq {seq},
            resource TEXT NOT NULL,
            revision BIGINT NOT NULL CHECK (revision >= 1),
            kind TEXT NOT NULL,
            actor TEXT NOT NULL,
            time BIGINT NOT NULL,
            content TEXT NOT NULL,
            request_id TEXT UNIQUE,
            request_digest TEXT,
            UNIQUE (resource, revision),
            CHECK ((request_id IS NULL) = (request_digest IS NULL))
        );"
    )
}

/// One mutation on behalf of one caller.
#[derive(Debug, Clone)]
pub struct MutationContext {
    how: Mutation,
    digest: String,
    actor: String,
    /// When the call began.
    pub now: Timestamp,
}

impl MutationContext {
    /// A call of `method` with this encoded request.
    #[must_use]
    pub fn new(
        method: &str,
        how: impl Into<Mutation>,
        request: &[u8],
        actor: String,
        now: Timestamp,
    ) -> Self {
        let how = how.into();
        let mut request = request.to_vec();
        if let Some(id) = how.request_id {
            one_case(&mut request, id.to_string().as_bytes());
        }
        Self { how, digest: digest::of(method, &request), actor, now }
    }

    /// The same call, whose request has these parts: the path and content of each field, once for
    /// each value of a repeated one.
    #[must_use]
    pub fn with_parts<'a>(mut self, parts: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Self {
        if self.request_id().is_some() {
            let parts = parts.into_iter().filter(|(path, _)| *path != "request_id");
            self.digest += &digest::of_parts(parts);
        }
        self
    }

    /// Whether the call only tries: it is decided on and written as ever, and then taken back.
    #[must_use]
    pub const fn is_dry_run(&self) -> bool {
        self.how.validate_only
    }

    /// The id under which the answer is remembered. A trial leaves its id free.
    fn request_id(&self) -> Option<Uuid> {
        self.how.request_id.filter(|_| !self.is_dry_run())
    }
}

/// Writes an id in its own case wherever it stands, so that the same request with its id in
/// another case is the same request.
fn one_case(request: &mut [u8], id: &[u8]) {
    for at in 0..request.len().saturating_sub(id.len() - 1) {
        let part = &mut request[at..at + id.len()];
        if part.eq_ignore_ascii_case(id) {
            part.copy_from_slice(id);
        }
    }
}

/// A change of one resource.
#[derive(Debug)]
pub struct Event<'a, T> {
    /// What happened, as in `PartnershipAccepted`.
    pub kind: &'a str,
    /// Name of the resource.
    pub resource: String,
    /// Its revision after the change, and when that was.
    pub resource_version: ResourceVersion,
    /// The resource after the change.
    pub content: &'a T,
}

impl Database {
    /// What the request of this call was answered, if it was. Refuses an id that came with other
    /// content.
    async fn first_answer<T: DeserializeOwned>(
        &self,
        call: &MutationContext,
    ) -> Result<Option<T>, Failure> {
        let Some(request_id) = call.request_id() else { return Ok(None) };
        let event = Entity::find()
            .filter(Column::RequestId.eq(request_id.to_string()))
            .one(self.reader())
            .await
            .map_err(fault)?;
        match event {
            None => Ok(None),
            Some(event) if event.request_digest.as_ref() == Some(&call.digest) => {
                serde_json::from_str(&event.content).map(Some).map_err(Failure::bug)
            }
            Some(event) => Err(Failure::RequestIdReused {
                changed: Resource::named(event.resource),
                differing: digest::differing(
                    &event.request_digest.unwrap_or_default(),
                    &call.digest,
                ),
            }),
        }
    }

    /// Answers a call once: with its first answer if there was one, else with what `change`
    /// gives. A request that was sent twice at once loses against itself and gets the answer of
    /// the other.
    ///
    /// # Errors
    /// Those of `change`, and [`Failure::RequestIdReused`] for an id that came with other content.
    pub async fn once<T: DeserializeOwned>(
        &self,
        call: &MutationContext,
        change: impl Future<Output = Result<T, Failure>> + Send,
    ) -> Result<T, Failure> {
        if let Some(first) = self.first_answer(call).await? {
            return Ok(first);
        }
        match change.await {
            Ok(answer) => Ok(answer),
            Err(failure) => self.first_answer(call).await?.ok_or(failure),
        }
    }
}

impl<'a, T> Event<'a, T> {
    /// The event of a resource that was changed under this resource_version.
    pub fn new(
        kind: &'a str,
        resource: impl Display,
        resource_version: ResourceVersion,
        content: &'a T,
    ) -> Self {
        Self { kind, resource: resource.to_string(), resource_version, content }
    }
}

/// Appends the event that answers the call, and commits; or takes everything back, where the call
/// only tries.
///
/// # Errors
/// [`Failure::LostRace`] when the revision or the request id is taken.
pub async fn commit<T: Serialize + Sync>(
    transaction: Transaction,
    call: &MutationContext,
    event: Event<'_, T>,
) -> Result<(), Failure> {
    append(&transaction, call, event).await?;
    end(transaction, call).await
}

/// Commits what was appended; or takes everything back, where the call only tries.
///
/// # Errors
/// When the database cannot be asked.
pub async fn end(transaction: Transaction, call: &MutationContext) -> Result<(), Failure> {
    match call.is_dry_run() {
        true => transaction.rollback().await,
        false => transaction.commit().await,
    }
}

/// Appends the event that answers the call. The caller ends the transaction.
///
/// # Errors
/// [`Failure::LostRace`] when the revision or the request id is taken.
pub async fn append<T: Serialize + Sync>(
    transaction: &DatabaseTransaction,
    call: &MutationContext,
    event: Event<'_, T>,
) -> Result<(), Failure> {
    insert(transaction, call, event, call.request_id()).await
}

/// Appends an event that goes with the one that answers the call.
///
/// # Errors
/// [`Failure::LostRace`] when the revision is taken.
pub async fn append_related<T: Serialize + Sync>(
    transaction: &DatabaseTransaction,
    call: &MutationContext,
    event: Event<'_, T>,
) -> Result<(), Failure> {
    insert(transaction, call, event, None).await
}

async fn insert<T: Serialize>(
    transaction: &impl ConnectionTrait,
    call: &MutationContext,
    event: Event<'_, T>,
    request_id: Option<Uuid>,
) -> Result<(), Failure> {
    let row = ActiveModel {
        resource: Set(event.resource),
        revision: Set(event.resource_version.revision),
        kind: Set(event.kind.to_owned()),
        actor: Set(call.actor.clone()),
        time: Set(event.resource_version.update_time.as_microsecond()),
        content: Set(serde_json::to_string(event.content).map_err(Failure::bug)?),
        request_digest: Set(request_id.map(|_| call.digest.clone())),
        request_id: Set(request_id.map(|id| id.to_string())),
        ..ActiveModel::default()
    };
    Entity::insert(row).exec_without_returning(transaction).await.map(drop).map_err(fault)
}
