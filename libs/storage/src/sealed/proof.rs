use errors::Failure;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use seals::{Hash, SignedCheckpoint};

use super::{event_seals, log, record, unsealed};
use crate::{
    Database,
    events::{Column, Entity},
    fault,
};

/// An event with the proof that it is in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedEvent {
    /// Its index in the log.
    pub index: u64,
    /// Its canonical bytes.
    pub record: Vec<u8>,
    /// The hashes of the inclusion proof, leaf first.
    pub path: Vec<Hash>,
}

/// Sealed events, and the checkpoint that their proofs lead to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inclusion {
    /// The events, by revision.
    pub events: Vec<SealedEvent>,
    /// The newest checkpoint.
    pub checkpoint: SignedCheckpoint,
}

impl Database {
    /// The newest checkpoint of the events; `None` before the first.
    ///
    /// # Errors
    /// If the database fails, or the checkpoint was changed.
    pub async fn newest_checkpoint(&self) -> Result<Option<SignedCheckpoint>, Failure> {
        let newest = log::newest_checkpoint(self.reader()).await?;
        newest.as_ref().map(log::read_checkpoint).transpose()
    }

    /// The number of events after a checkpoint that have no seal, at most 1000.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn count_unsealed(&self, last: Option<&SignedCheckpoint>) -> Result<usize, Failure> {
        let position = last.map_or(0, |it| it.checkpoint().position);
        Ok(unsealed::batch(self, position, 1000).await?.events.len())
    }

    /// The first `limit` events of a resource with their proofs; `None` until all of them are sealed.
    ///
    /// # Errors
    /// As [`Self::newest_checkpoint`].
    pub async fn sealed_events(
        &self,
        resource: &str,
        limit: u64,
    ) -> Result<Option<Inclusion>, Failure> {
        let snapshot = self.snapshot().await?;
        let Some(newest) = log::newest_checkpoint(&snapshot).await? else { return Ok(None) };
        let checkpoint = log::read_checkpoint(&newest)?;
        let events = Entity::find()
            .filter(Column::Resource.eq(resource))
            .order_by_asc(Column::Revision)
            .limit(limit);
        let events = events.all(&snapshot).await.map_err(fault)?;
        let seals = event_seals::Entity::find()
            .filter(event_seals::Column::Seq.is_in(events.iter().map(|it| it.seq)));
        let seals = seals.all(&snapshot).await.map_err(fault)?;
        let mut sealed = Vec::new();
        for event in events {
            let seal = seals.iter().find(|it| it.seq == event.seq);
            let Some(index) = seal.and_then(|it| log::index(it.log_index)) else { return Ok(None) };
            let mut path = Vec::new();
            for nodes in seals::path(index, checkpoint.checkpoint().size) {
                path.push(seals::root(&log::hashes(&snapshot, &nodes).await?));
            }
            sealed.push(SealedEvent { index, record: record(&event).encode(), path });
        }
        Ok(Some(Inclusion { events: sealed, checkpoint }))
    }
}
