//! Events without a seal.
//!
//! On PostgreSQL a sequence number may become visible after a later one, and so may a transaction number. But a
//! transaction whose number is below the smallest one of a snapshot (`pg_snapshot_xmin`) has ended: its events are
//! visible then or never. So the position of a checkpoint is such a number, and the next batch looks at all
//! events from there on that have no seal. Events after it are sealed as soon as they are visible, so that a
//! long transaction delays only its own. On SQLite, with one writer, the position is the last sequence number.

use errors::Failure;
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select, Statement,
    sea_query::{Expr, Order, SimpleExpr},
};

use super::log;
use crate::{
    Database,
    events::{Column, Entity, Model},
    fault,
};

/// The event has no seal.
const HAS_NO_SEAL: &str =
    "NOT EXISTS (SELECT 1 FROM event_seals WHERE event_seals.seq = events.seq)";
/// The smallest transaction number that may still be running, and whether the events may be of another server,
/// from whose dump they were restored: there is no checkpoint yet, or this server has not reached its position.
const HORIZON: &str = "SELECT pg_snapshot_xmin(now)::text, \
    $1 = '0' OR $1::text::xid8 > pg_snapshot_xmax(now) FROM pg_current_snapshot() AS now";

/// A batch of events to seal, in an order in which the events of a resource are in the order of its revisions.
pub(super) struct Batch {
    pub events: Vec<Model>,
    /// The position after the batch.
    pub position: u64,
}

/// The events without a seal from a position on, at most `limit`.
pub(super) async fn batch(
    database: &Database,
    position: u64,
    limit: u64,
) -> Result<Batch, Failure> {
    if database.embedded() {
        let events = after(position).order_by_asc(Column::Seq).limit(limit);
        let events = events.all(database.reader()).await.map_err(fault)?;
        let last = events.last().and_then(|it| log::index(it.seq));
        return Ok(Batch { events, position: last.unwrap_or(position) });
    }
    let (horizon, restored) = horizon(database, position).await?;
    let events = if restored { Entity::find() } else { from_transaction(position) };
    let events = events
        .filter(Expr::cust(HAS_NO_SEAL))
        .order_by(Expr::cust("xid"), Order::Asc)
        .order_by_asc(Column::Seq)
        .limit(limit);
    let events = events.all(database.reader()).await.map_err(fault)?;
    let position = match events.last() {
        // Until all events of the other server are sealed.
        Some(_) if events.len() as u64 == limit && restored => position,
        // Of the last transaction, more events may follow.
        Some(last) if events.len() as u64 == limit => {
            Ord::min(horizon, transaction_of(database, last.seq).await?)
        }
        _ => horizon,
    };
    Ok(Batch { events, position })
}

/// Whether an event without a seal is before a position, so that no sealer will seal it.
pub(super) fn skipped(database: &Database, position: u64) -> Select<Entity> {
    let before: SimpleExpr = match database.embedded() {
        true => Column::Seq.lte(log::column(position)),
        false => Expr::cust_with_values("xid < $1::text::xid8", [position.to_string()]),
    };
    Entity::find().filter(Expr::cust(HAS_NO_SEAL)).filter(before)
}

fn after(position: u64) -> Select<Entity> {
    Entity::find().filter(Column::Seq.gt(log::column(position))).filter(Expr::cust(HAS_NO_SEAL))
}

fn from_transaction(position: u64) -> Select<Entity> {
    Entity::find()
        .filter(Expr::cust_with_values("xid >= $1::text::xid8", [position.to_string()]))
        .filter(Expr::cust("xid < pg_snapshot_xmax(pg_current_snapshot())"))
}

async fn horizon(database: &Database, position: u64) -> Result<(u64, bool), Failure> {
    use sea_orm::ConnectionTrait;
    let reader = database.reader();
    let values = [position.to_string().into()];
    let query = Statement::from_sql_and_values(reader.get_database_backend(), HORIZON, values);
    let row = reader.query_one_raw(query).await.map_err(fault)?;
    let row = row.ok_or_else(|| Failure::bug("the server returned no snapshot"))?;
    let horizon: String = row.try_get_by_index(0).map_err(fault)?;
    let restored = row.try_get_by_index(1).map_err(fault)?;
    Ok((horizon.parse().map_err(Failure::bug)?, restored))
}

async fn transaction_of(database: &Database, seq: i64) -> Result<u64, Failure> {
    let xid = Entity::find_by_id(seq).select_only().expr(Expr::cust("xid::text"));
    let xid: Option<String> = xid.into_tuple().one(database.reader()).await.map_err(fault)?;
    let xid = xid.ok_or_else(|| Failure::bug("an event was deleted while it was sealed"))?;
    xid.parse().map_err(Failure::bug)
}
