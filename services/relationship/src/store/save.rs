use failure::Failure;
use kernel::Stamp;
use sea_orm::{ActiveModelTrait, ColumnTrait, DatabaseTransaction, sea_query::SimpleExpr};
use serde::Serialize;
use storage::{Call, Event, events, put};

use super::Store;
use crate::domain::{Approved, Change};

/// What has a table of its own, in which its name is the key.
pub(crate) trait Kept: Serialize + Send + Sync + Sized {
    /// A row of the table.
    type Row: ActiveModelTrait + Send;

    /// Its resource name.
    fn name(&self) -> String;
    /// How often it changed, and when.
    fn stamp(&self) -> Stamp;
    /// It as a row.
    fn to_row(&self) -> Self::Row;
    /// Finds its row.
    fn key(&self) -> SimpleExpr;
    /// The column of the revision.
    fn revision() -> impl ColumnTrait;
}

impl Store {
    /// Writes a change that was decided on, with its events, or nothing of it.
    pub(crate) async fn save<T: Kept>(
        &self,
        change: impl Into<Change<T>> + Send,
        call: &Call,
    ) -> Result<T, Failure> {
        let Change { beside, main } = change.into();
        let transaction = self.database.begin().await?;
        for each in &beside {
            write(&transaction, each).await?;
            events::append_beside(&transaction, call, event(each)).await?;
        }
        write(&transaction, &main).await?;
        events::commit(transaction, call, event(&main)).await?;
        Ok(main.into_after())
    }
}

async fn write<T: Kept>(
    transaction: &DatabaseTransaction,
    approved: &Approved<T>,
) -> Result<(), Failure> {
    let after = approved.after();
    put(transaction, after.to_row(), after.key(), T::revision(), approved.decided_on()).await
}

fn event<T: Kept>(approved: &Approved<T>) -> Event<'_, T> {
    let after = approved.after();
    Event::new(approved.event(), after.name(), after.stamp(), after)
}
