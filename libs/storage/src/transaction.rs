use std::{ops::Deref, time::Duration};

use errors::Failure;
use sea_orm::{ConnectionTrait, DatabaseTransaction};
use tokio::{
    sync::OwnedMutexGuard,
    time::{error::Elapsed, timeout},
};

use crate::{fault, telemetry};

/// A database that does not answer a commit within this time counts as unavailable.
const COMMIT_TIMEOUT: Duration = Duration::from_secs(5);

/// A transaction that may write. Dropping it rolls it back.
#[derive(Debug)]
pub struct Transaction {
    begun: DatabaseTransaction,
    /// Released when the transaction has ended.
    write_lock: Option<OwnedMutexGuard<()>>,
}

impl Transaction {
    pub(crate) fn new(begun: DatabaseTransaction, write_lock: Option<OwnedMutexGuard<()>>) -> Self {
        Self { begun, write_lock }
    }

    /// Commits. After the commit has started, the call returns its result even past its deadline.
    ///
    /// # Errors
    /// [`Failure::OutOfTime`] if the deadline has passed; nothing is written.
    /// [`Failure::Unavailable`] if the database does not answer; whether it committed is unknown.
    pub async fn commit(self) -> Result<(), Failure> {
        if deadline::left().is_some_and(|left| left.is_zero()) {
            return Err(Failure::OutOfTime);
        }
        let Self { begun, write_lock } = self;
        let commit = async move {
            let backend = begun.get_database_backend();
            let commit = telemetry::step(backend, "COMMIT", None, begun.commit());
            let committed = timeout(COMMIT_TIMEOUT, commit).await;
            drop(write_lock);
            committed
        };
        let committed = deadline::finish(commit).await.map_err(Failure::bug)?;
        committed.map_err(commit_timed_out)?.map_err(fault)
    }

    /// Rolls back.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn rollback(self) -> Result<(), Failure> {
        let backend = self.begun.get_database_backend();
        telemetry::step(backend, "ROLLBACK", None, self.begun.rollback()).await.map_err(fault)
    }
}

fn commit_timed_out(_: Elapsed) -> Failure {
    let cause = "the database did not answer a commit".to_owned();
    Failure::Unavailable { dependency: "database", cause }
}

impl Deref for Transaction {
    type Target = DatabaseTransaction;

    fn deref(&self) -> &DatabaseTransaction {
        &self.begun
    }
}
