use errors::Failure;
use sea_orm::{ActiveValue::Set, ConnectionTrait, Statement};
use seals::{Checkpoint, SignedCheckpoint, SigningKey};
use types::Clock;

use super::{checkpoints, event_seals, leaf, log, unsealed};
use crate::{Database, Transaction, fault, insert};

/// Most events of a batch: few enough for a short transaction.
const BATCH: u64 = 256;
/// Key of PostgreSQL's advisory lock of the sealers of a database.
const LOCK: &str = "SELECT pg_try_advisory_xact_lock(7165064763094820204)";

/// Seals the events of a service. Any number of replicas may try; one at a time succeeds.
#[derive(Debug)]
pub struct Sealer {
    database: Database,
    service: &'static str,
    key: Option<SigningKey>,
    clock: Clock,
}

impl Sealer {
    /// A sealer of the events of a service. Without a key, checkpoints are unsigned.
    #[must_use]
    pub const fn new(
        database: Database,
        service: &'static str,
        key: Option<SigningKey>,
        clock: Clock,
    ) -> Self {
        Self { database, service, key, clock }
    }

    /// Seals one batch of events with a checkpoint, and returns whether more may be waiting.
    ///
    /// # Errors
    /// If the database fails, or if the newest checkpoint was changed, on which none can follow.
    pub async fn seal(&self) -> Result<bool, Failure> {
        let newest = log::newest_checkpoint(self.database.reader()).await?;
        let previous = newest.as_ref().map(log::read_checkpoint).transpose()?;
        let before = previous.as_ref().map(SignedCheckpoint::checkpoint);
        let (size, position) = before.map_or((0, 0), |it| (it.size, it.position));
        let batch = unsealed::batch(&self.database, position, BATCH).await?;
        if batch.events.is_empty() {
            return Ok(false);
        }
        let is_full = batch.events.len() as u64 == BATCH;
        let mut frontier = log::frontier(self.database.reader(), size).await?;
        if before.is_some_and(|it| it.root != frontier.root()) {
            return Err(Failure::bug("the seals do not have the root of the newest checkpoint"));
        }
        let seals = (size..).zip(&batch.events).map(|(index, event)| event_seals::ActiveModel {
            log_index: Set(log::column(index)),
            seq: Set(event.seq),
            hashes: Set(frontier.append(leaf(event)).concat()),
        });
        let seals: Vec<_> = seals.collect();
        let checkpoint = Checkpoint {
            service: self.service.to_owned(),
            log: before.map_or_else(|| self.clock.new_uid(), |it| it.log),
            size: frontier.size(),
            root: frontier.root(),
            time: self.clock.now(),
            position: batch.position,
            previous: previous.as_ref().map(SignedCheckpoint::digest),
        };
        let checkpoint = checkpoint.sign(self.key.as_ref());
        let checkpoint = checkpoints::ActiveModel {
            size: Set(log::column(checkpoint.checkpoint().size)),
            note: Set(checkpoint.note().to_owned()),
        };
        // The transaction only inserts: what it reads and computes is ready.
        let transaction = self.database.begin().await?;
        if !self.locked(&transaction).await?
            || log::newest_checkpoint(&*transaction).await? != newest
        {
            // Another replica has sealed.
            transaction.rollback().await?;
            return Ok(false);
        }
        insert(&transaction, seals).await?;
        insert(&transaction, [checkpoint]).await?;
        transaction.commit().await?;
        Ok(is_full)
    }

    async fn locked(&self, transaction: &Transaction) -> Result<bool, Failure> {
        if self.database.embedded() {
            return Ok(true);
        }
        let lock = Statement::from_string(transaction.get_database_backend(), LOCK);
        let row = transaction.query_one_raw(lock).await.map_err(fault)?;
        Ok(row.is_some_and(|row| row.try_get_by_index(0).unwrap_or(false)))
    }
}
