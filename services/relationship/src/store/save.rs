use errors::Failure;
use sea_orm::{ActiveModelTrait, ColumnTrait, DatabaseTransaction};
use serde::Serialize;
use storage::{Event, MutationContext, events, put};
use types::ResourceVersion;

use super::Store;
use crate::domain::{Approved, Change};

/// A resource with its own table, keyed by its name.
pub(crate) trait Persisted: Serialize + Send + Sync + Sized {
    type Row: ActiveModelTrait + Send;
    type Column: ColumnTrait;
    /// The primary key.
    const KEY: Self::Column;
    /// For the optimistic lock.
    const REVISION: Self::Column;

    fn name(&self) -> String;
    fn resource_version(&self) -> ResourceVersion;
    fn to_row(&self) -> Self::Row;
}

impl Store {
    /// Writes an approved change and its events in one transaction.
    pub(crate) async fn save<T: Persisted>(
        &self,
        change: impl Into<Change<T>> + Send,
        call: &MutationContext,
    ) -> Result<T, Failure> {
        let Change { related, main } = change.into();
        let transaction = self.database.begin().await?;
        let all = || related.iter().chain([&main]);
        for each in all() {
            write(&transaction, each).await?;
        }
        let events = all().map(event).collect::<Result<_, _>>()?;
        events::commit(transaction, call, events).await?;
        if all().any(Approved::may_revoke) {
            call.until_in_force().await;
        }
        Ok(main.into_after())
    }
}

async fn write<T: Persisted>(
    transaction: &DatabaseTransaction,
    approved: &Approved<T>,
) -> Result<(), Failure> {
    let after = approved.after();
    let key = T::KEY.eq(after.name());
    put(transaction, after.to_row(), key, T::REVISION, approved.decided_on()).await
}

fn event<T: Persisted>(approved: &Approved<T>) -> Result<Event, Failure> {
    let after = approved.after();
    Event::new(approved.event(), after.name(), after.resource_version(), after)
}
