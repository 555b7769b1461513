use errors::Failure;
use sea_orm::{ActiveModelTrait, ColumnTrait, DatabaseTransaction, sea_query::SimpleExpr};
use serde::Serialize;
use storage::{Event, MutationContext, events, put};
use types::ResourceVersion;

use super::Store;
use crate::domain::{Approved, Change};

/// What has a table of its own, in which its name is the key.
pub(crate) trait Persisted: Serialize + Send + Sync + Sized {
    /// A row of the table.
    type Row: ActiveModelTrait + Send;

    /// Its resource name.
    fn name(&self) -> String;
    /// How often it changed, and when.
    fn resource_version(&self) -> ResourceVersion;
    /// It as a row.
    fn to_row(&self) -> Self::Row;
    /// Finds its row.
    fn key(&self) -> SimpleExpr;
    /// The column of the revision.
    fn revision() -> impl ColumnTrait;
}

impl Store {
    /// Writes a change that was decided on, with its events, or nothing of it.
    pub(crate) async fn save<T: Persisted>(
        &self,
        change: impl Into<Change<T>> + Send,
        call: &MutationContext,
    ) -> Result<T, Failure> {
        let Change { beside, main } = change.into();
        let transaction = self.database.begin().await?;
        for each in &beside {
            write(&transaction, each).await?;
            events::append_related(&transaction, call, event(each)).await?;
        }
        write(&transaction, &main).await?;
        events::commit(transaction, call, event(&main)).await?;
        Ok(main.into_after())
    }
}

async fn write<T: Persisted>(
    transaction: &DatabaseTransaction,
    approved: &Approved<T>,
) -> Result<(), Failure> {
    let after = approved.after();
    put(transaction, after.to_row(), after.key(), T::revision(), approved.decided_on()).await
}

fn event<T: Persisted>(approved: &Approved<T>) -> Event<'_, T> {
    let after = approved.after();
    Event::new(approved.event(), after.name(), after.resource_version(), after)
}
