//! The events table of a service: one row for each change of a resource, written in the transaction of
//! the change. It is the audit log, the history of resources, and the record of answered requests.

use std::{fmt::Display, future::Future, pin::pin, time::Duration};

use errors::{Failure, Resource};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, DatabaseBackend, DatabaseTransaction, DeriveEntityModel,
    DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter, PrimaryKeyTrait, QueryFilter,
    entity::prelude::ActiveModelBehavior,
};
use serde::{Serialize, de::DeserializeOwned};
use tokio::time::sleep;
use types::ResourceVersion;

use crate::{Database, Transaction, fault, insert};

mod context;
mod digest;
mod entries;
mod etag;
mod in_force;

pub use context::MutationContext;
pub use entries::{Entries, append_all};

/// A change that takes longer is slow: a peer may not answer.
const SLOW: Duration = Duration::from_millis(500);

/// The resource whose revisions are the generations of the database: each restore starts a new one.
pub(crate) const GENERATION: &str = "database";

/// One row of the table.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "events")]
pub struct Model {
    /// Position among the events of the service.
    #[sea_orm(primary_key)]
    pub seq: i64,
    /// Name of the resource that changed.
    pub resource: String,
    /// Its revision after the change.
    pub revision: i64,
    /// What happened, as in `PartnershipAccepted`.
    pub kind: String,
    /// Id of the caller.
    pub actor: String,
    /// How the caller proved its id, as `mtls`.
    pub proof: String,
    /// The caller for which a service made the call.
    pub on_behalf_of: Option<String>,
    /// Time of the change, in microseconds since the epoch.
    pub time: i64,
    /// The resource after the change, as JSON.
    pub content: String,
    /// Id of the request that this event answers, after the caller that sent it.
    pub request_id: Option<String>,
    /// Hash of that request's method and content, and short hashes of its fields.
    pub request_digest: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
#[allow(missing_docs, reason = "required by SeaORM")]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The statement that creates the table.
pub(crate) fn schema(backend: DatabaseBackend) -> String {
    let (seq, xid, index) = match backend {
        DatabaseBackend::Sqlite => ("INTEGER PRIMARY KEY AUTOINCREMENT", "", ""),
        _ => (
            "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
            // The transaction that wrote the row, for the feed of changes.
            "xid xid8 NOT NULL DEFAULT pg_current_xact_id(),",
            "CREATE INDEX events_by_transaction ON events (xid);",
        ),
    };
    format!(
        "CREATE TABLE events (
            seq {seq},
            resource TEXT NOT NULL,
            revision BIGINT NOT NULL CHECK (revision >= 1),
            kind TEXT NOT NULL,
            actor TEXT NOT NULL,
            proof TEXT NOT NULL CHECK (proof IN ('none', 'mtls', 'mesh', 'jwt')),
            on_behalf_of TEXT,
            time BIGINT NOT NULL,
            content TEXT NOT NULL,
            request_id TEXT UNIQUE,
            request_digest TEXT,
            {xid}
            UNIQUE (resource, revision),
            CHECK ((request_id IS NULL) = (request_digest IS NULL))
        );
        {index}"
    )
}

/// A change of one resource, to be appended.
#[derive(Debug)]
pub struct Event(ActiveModel);

impl Database {
    /// The recorded answer of this request, if there is one, once its changes are in force. The record does
    /// not state whether they may revoke, and its time is of another clock.
    ///
    /// # Errors
    /// [`Failure::RequestIdReused`] if the id was used for another request.
    async fn first_answer<T: DeserializeOwned>(
        &self,
        call: &MutationContext,
    ) -> Result<Option<T>, Failure> {
        let Some(request_id) = call.request_id() else { return Ok(None) };
        let event = Entity::find()
            .filter(Column::RequestId.eq(request_id))
            .one(self.reader())
            .await
            .map_err(fault)?;
        match event {
            None => Ok(None),
            Some(event) if event.request_digest.as_ref() == Some(&call.digest) => {
                call.until_in_force().await;
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

    /// Runs `change` at most once for a request: returns the recorded answer if there is one. If two
    /// copies of a request run at the same time, one fails and returns the answer of the other.
    ///
    /// # Errors
    /// Those of `change`, and [`Failure::RequestIdReused`] if the id was used for another request.
    pub async fn idempotent<T: DeserializeOwned>(
        &self,
        call: &MutationContext,
        change: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        match self.first_answer(call).await? {
            Some(first) => Ok(first),
            None => self.idempotent_write(call, change).await,
        }
    }

    /// As [`Database::idempotent`], for a change that appends an event of the call whenever it succeeds, so
    /// that it fails for an id that is taken. Looks up the recorded answer only if the change fails or is
    /// slow, because most requests are new.
    ///
    /// # Errors
    /// As [`Database::idempotent`].
    pub async fn idempotent_write<T: DeserializeOwned>(
        &self,
        call: &MutationContext,
        change: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        let mut change = pin!(change);
        let early = async {
            sleep(SLOW).await;
            self.first_answer(call).await
        };
        let outcome = tokio::select! {
            biased;
            outcome = &mut change => outcome,
            early = early => match early {
                Ok(Some(first)) => return Ok(first),
                _ => change.await,
            }
        };
        match outcome {
            Ok(answer) => Ok(answer),
            Err(failure) => self.first_answer(call).await?.ok_or(failure),
        }
    }
}

impl Event {
    /// What happened, as in `PartnershipAccepted`, and the resource after the change.
    ///
    /// # Errors
    /// If the resource has no JSON form, which is a defect.
    pub fn new(
        kind: &str,
        resource: impl Display,
        resource_version: ResourceVersion,
        content: &impl Serialize,
    ) -> Result<Self, Failure> {
        Ok(Self(ActiveModel {
            resource: Set(resource.to_string()),
            revision: Set(resource_version.revision),
            kind: Set(kind.to_owned()),
            time: Set(resource_version.update_time.as_microsecond()),
            content: Set(serde_json::to_string(content).map_err(Failure::bug)?),
            ..ActiveModel::default()
        }))
    }
}

/// Appends the events of a call, in one statement. The last one answers the call. The caller ends the
/// transaction with [`end`].
///
/// # Errors
/// [`Failure::LostRace`] if a revision or the request id is taken.
pub async fn append(
    transaction: &DatabaseTransaction,
    call: &MutationContext,
    events: Vec<Event>,
) -> Result<(), Failure> {
    insert(transaction, Entries::new(call, events).into_rows()).await
}

/// Commits the transaction; rolls back a dry run.
///
/// # Errors
/// If the database fails.
pub async fn end(transaction: Transaction, call: &MutationContext) -> Result<(), Failure> {
    match call.is_dry_run() {
        true => transaction.rollback().await,
        false => transaction.commit().await,
    }
}

/// Appends the events of a call as [`append`], and ends its transaction as [`end`].
///
/// # Errors
/// Theirs.
pub async fn commit(
    transaction: Transaction,
    call: &MutationContext,
    events: Vec<Event>,
) -> Result<(), Failure> {
    append(&transaction, call, events).await?;
    end(transaction, call).await
}
