//! Reads the stored log.

use std::collections::BTreeMap;

use errors::Failure;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use seals::{Frontier, Hash, Node, SignedCheckpoint};

use super::{checkpoints, event_seals};
use crate::fault;

/// The newest checkpoint.
pub(super) async fn newest_checkpoint(
    reader: &impl ConnectionTrait,
) -> Result<Option<checkpoints::Model>, Failure> {
    let newest = checkpoints::Entity::find().order_by_desc(checkpoints::Column::Size).limit(1);
    newest.one(reader).await.map_err(fault)
}

/// Reads a stored checkpoint.
pub(super) fn read_checkpoint(row: &checkpoints::Model) -> Result<SignedCheckpoint, Failure> {
    let read = SignedCheckpoint::parse(&row.note);
    let read = read.filter(|it| Some(it.checkpoint().size) == index(row.size));
    read.ok_or_else(|| {
        Failure::bug(format!("the stored checkpoint of size {} is invalid", row.size))
    })
}

/// The stored hashes of subtrees. One that is missing is zero.
pub(super) async fn hashes(
    reader: &impl ConnectionTrait,
    nodes: &[Node],
) -> Result<Vec<Hash>, Failure> {
    if nodes.is_empty() {
        return Ok(Vec::new());
    }
    let indexes = nodes.iter().map(|node| column(node.last_leaf()));
    let rows = event_seals::Entity::find()
        .filter(event_seals::Column::LogIndex.is_in(indexes))
        .all(reader)
        .await
        .map_err(fault)?;
    let rows: BTreeMap<_, _> = rows.into_iter().map(|row| (row.log_index, row.hashes)).collect();
    let hash = |node: &Node| {
        let row = rows.get(&column(node.last_leaf()))?;
        split(row).nth(node.level as usize)
    };
    Ok(nodes.iter().map(|node| hash(node).unwrap_or_default()).collect())
}

/// The stored frontier of the log at a size.
pub(super) async fn frontier(
    reader: &impl ConnectionTrait,
    size: u64,
) -> Result<Frontier, Failure> {
    Ok(Frontier::new(size, hashes(reader, &Frontier::nodes(size)).await?))
}

/// The hashes of a row; the first is that of the event.
pub(super) fn split(hashes: &[u8]) -> impl Iterator<Item = Hash> {
    hashes.as_chunks().0.iter().copied()
}

/// The value of a column with an index or size.
pub(super) fn column(index: u64) -> i64 {
    i64::try_from(index).unwrap_or(i64::MAX)
}

/// The index or size of a column's value.
pub(super) fn index(column: i64) -> Option<u64> {
    u64::try_from(column).ok()
}
