use std::{ops::Deref, time::Duration};

use errors::Failure;
use sea_orm::{ConnectionTrait, DatabaseTransaction};
use tokio::{
    sync::OwnedMutexGuard,
    time::{error::Elapsed, timeout},
};

use crate::{fault, telemetry};

/// A database that has not answered a commit for so long is taken for gone.
const LONGEST_COMMIT: Duration = Duration::from_secs(5);

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
    /// [`Failure::Unavailable`] where the database does not tell what came of it.
    pub async fn commit(self) -> Result<(), Failure> {
        if deadline::left().is_some_and(|left| left.is_zero()) {
            return Err(Failure::OutOfTime);
        }
        let Self { begun, turn } = self;
        let commit = async move {
            let backend = begun.get_database_backend();
            let commit = telemetry::step(backend, "COMMIT", begun.commit());
            let committed = timeout(LONGEST_COMMIT, commit).await;
            drop(turn);
            committed
        };
        let committed = deadline::finish(commit).await.map_err(Failure::bug)?;
        committed.map_err(unanswered)?.map_err(fault)
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

fn unanswered(_: Elapsed) -> Failure {
    let cause = "a commit was not answered".to_owned();
    Failure::Unavailable { dependency: "database", cause }
}

impl Deref for Transaction {
    type Target = DatabaseTransaction;

    fn deref(&self) -> &DatabaseTransaction {
        &self.begun
    }
}
