use std::ops::Deref;

use failure::Failure;
use sea_orm::{ConnectionTrait, DatabaseTransaction};
use tokio::sync::OwnedMutexGuard;

use crate::{fault, telemetry};

/// A transaction that may write. Dropping it takes everything back.
#[derive(Debug)]
pub struct Transaction {
    begun: DatabaseTransaction,
    /// Given on when the transaction has ended.
    turn: Option<OwnedMutexGuard<()>>,
}

impl Transaction {
    pub(crate) fn new(begun: DatabaseTransaction, turn: Option<OwnedMutexGuard<()>>) -> Self {
        Self { begun, turn }
    }

    /// Commits. From here on the call is answered with what comes of it, however late.
    ///
    /// # Errors
    /// [`Failure::OutOfTime`] where nobody waits for it any more: nothing is written then.
    pub async fn commit(self) -> Result<(), Failure> {
        if task::left().is_some_and(|left| left.is_zero()) {
            return Err(Failure::OutOfTime);
        }
        let Self { begun, turn } = self;
        let commit = async move {
            let backend = begun.get_database_backend();
            let committed = telemetry::step(backend, "COMMIT", begun.commit()).await;
            drop(turn);
            committed
        };
        task::finish(commit).await.map_err(Failure::bug)?.map_err(fault)
    }

    /// Takes everything back.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn rollback(self) -> Result<(), Failure> {
        let backend = self.begun.get_database_backend();
        telemetry::step(backend, "ROLLBACK", self.begun.rollback()).await.map_err(fault)
    }
}

impl Deref for Transaction {
    type Target = DatabaseTransaction;

    fn deref(&self) -> &DatabaseTransaction {
        &self.begun
    }
}
