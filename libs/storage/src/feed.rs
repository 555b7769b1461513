//! The changes of a database in the order of their commits, read from its events.
//!
//! PostgreSQL numbers events before their transactions commit, so a later number may become visible
//! first. A position is therefore a snapshot: the changes since it are those of transactions that it
//! does not contain. SQLite has one writer at a time, so its numbers are in the order of the commits.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use errors::Failure;
use sea_orm::{
    ColumnTrait, DatabaseBackend, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    RuntimeErr,
    sqlx::{self, Executor, PgConnection, Row, postgres::PgRow},
};
use tokio::time::timeout;

use crate::{
    Database,
    events::{Column, Entity},
    fault,
    servers::Pool,
    telemetry,
};

/// Most changes of one read. A reader that is further behind starts over.
const MAX_CHANGES: u64 = 1000;
/// A server that does not answer within this time counts as unavailable.
const TIMEOUT: Duration = Duration::from_secs(2);
/// The changes since a snapshot, and the snapshot that this statement reads: rows of transactions that had
/// not begun, or were running. Rows restored from a dump may be of transactions that are in the future of
/// this server. The orders make the planner use the index; the limit is one more than [`MAX_CHANGES`].
const CHANGES: &str = "SELECT pg_current_snapshot()::text, \
    current_setting('transaction_read_only'), event.resource, event.content \
    FROM (VALUES (1)) AS always LEFT JOIN ( \
        (SELECT resource, content FROM events \
        WHERE xid >= pg_snapshot_xmax($1::text::pg_snapshot) \
        AND xid < pg_snapshot_xmax(pg_current_snapshot()) \
        ORDER BY xid LIMIT 1001) \
        UNION ALL \
        (SELECT late.resource, late.content \
        FROM pg_snapshot_xip($1::text::pg_snapshot) AS running (xid), LATERAL ( \
            SELECT resource, content FROM events \
            WHERE events.xid = running.xid ORDER BY events.xid LIMIT 1001 \
        ) AS late LIMIT 1001) \
    ) AS event ON true";
/// A generic plan, because planning costs more than this statement.
const PLAN_ONCE: &str = "SET plan_cache_mode = force_generic_plan";

/// A state of the database: every change that was committed before it was read, and no other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position(Mark);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Mark {
    Snapshot { snapshot: String, connection: u64 },
    Sequence(i64),
}

/// A change of a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Name of the resource.
    pub resource: String,
    /// The resource after the change, as JSON.
    pub content: String,
}

/// The changes between two positions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changes {
    /// All of them, those of a resource in any order.
    Known(Vec<Change>),
    /// Any number of any resources: there are too many to list, or there is no earlier position.
    Unknown,
    /// Any number of any resources: the earlier position is of an earlier connection. The server may have
    /// crashed, been restored or been replaced, and use numbers of transactions again.
    OtherConnection,
}

/// A reader of changes. On PostgreSQL it has a connection of its own, in addition to those of the pool,
/// which the pool would test with two statements after each read.
#[derive(Debug)]
pub struct Feed {
    database: Database,
    connection: Option<FeedConnection>,
}

#[derive(Debug)]
struct FeedConnection {
    /// Unique in this process.
    number: u64,
    /// Number of the pool that it is from.
    pool: u64,
    connection: PgConnection,
}

/// Numbers of connections, unique in this process.
static CONNECTIONS: AtomicU64 = AtomicU64::new(1);

impl Feed {
    /// A reader of the changes of this database.
    #[must_use]
    pub fn new(database: Database) -> Self {
        Self { database, connection: None }
    }

    /// The current position, and the changes between `since` and it; without `since` they are unknown.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] if the database does not answer, or is read-only and thus may be stale.
    pub async fn changes_since(
        &mut self,
        since: Option<&Position>,
    ) -> Result<(Changes, Position), Failure> {
        match (self.database.embedded(), since.map(|it| &it.0)) {
            (true, Some(Mark::Sequence(last))) => self.after(*last).await,
            (true, _) => self.last().await,
            (false, Some(Mark::Snapshot { snapshot, connection })) => {
                let (changes, position) = self.outside(Some(snapshot)).await?;
                let same = matches!(&position.0, Mark::Snapshot { connection: now, .. } if now == connection);
                Ok((if same { changes } else { Changes::OtherConnection }, position))
            }
            (false, _) => Ok((Changes::Unknown, self.outside(None).await?.1)),
        }
    }

    async fn last(&self) -> Result<(Changes, Position), Failure> {
        let last = Entity::find().select_only().column(Column::Seq).order_by_desc(Column::Seq);
        let last = last.limit(1).into_tuple().one(self.database.reader()).await.map_err(fault)?;
        Ok((Changes::Unknown, Position(Mark::Sequence(last.unwrap_or(0)))))
    }

    async fn after(&self, last: i64) -> Result<(Changes, Position), Failure> {
        let columns = [Column::Seq, Column::Resource, Column::Content];
        let events = Entity::find().select_only().columns(columns).filter(Column::Seq.gt(last));
        let events = events.order_by_asc(Column::Seq).limit(MAX_CHANGES + 1);
        let events: Vec<(i64, String, String)> =
            events.into_tuple().all(self.database.reader()).await.map_err(fault)?;
        if events.len() as u64 > MAX_CHANGES {
            return self.last().await;
        }
        let position = Position(Mark::Sequence(events.last().map_or(last, |it| it.0)));
        let change = |(_, resource, content)| Change { resource, content };
        Ok((Changes::Known(events.into_iter().map(change).collect()), position))
    }

    /// The changes of transactions that a snapshot of PostgreSQL does not contain.
    async fn outside(&mut self, since: Option<&str>) -> Result<(Changes, Position), Failure> {
        // A connection of a replaced pool may be to a server that no longer receives the changes.
        let pool = self.database.pool();
        if let Some(connection) = self.connection.take_if(|it| it.pool == pool.number) {
            // The server may have closed the connection, or have become a standby.
            match self.read(connection, since).await {
                Err(Failure::Unavailable { .. }) => {}
                read => return read,
            }
        }
        let connected = timeout(TIMEOUT, connect(&pool)).await;
        let connection = connected.unwrap_or(Err(sqlx::Error::PoolTimedOut)).map_err(failure)?;
        self.read(connection, since).await
    }

    /// Reads on a connection, and keeps it if it is usable.
    async fn read(
        &mut self,
        mut on: FeedConnection,
        since: Option<&str>,
    ) -> Result<(Changes, Position), Failure> {
        let read = sqlx::query(CHANGES).bind(since).fetch_all(&mut on.connection);
        let read = async { timeout(TIMEOUT, read).await.unwrap_or(Err(sqlx::Error::PoolTimedOut)) };
        let rows = telemetry::step(DatabaseBackend::Postgres, "SELECT", Some("events"), read).await;
        let read = from_rows(&rows.map_err(failure)?, on.number)?;
        self.connection = Some(on);
        Ok(read)
    }
}

async fn connect(pool: &Pool) -> Result<FeedConnection, sqlx::Error> {
    let connections = pool.connections.get_postgres_connection_pool();
    let mut connection = connections.acquire().await?.detach();
    connection.execute(PLAN_ONCE).await?;
    let number = CONNECTIONS.fetch_add(1, Ordering::Relaxed);
    Ok(FeedConnection { number, pool: pool.number, connection })
}

fn failure(error: sqlx::Error) -> Failure {
    fault(DbErr::Query(RuntimeErr::SqlxError(error.into())))
}

fn from_rows(rows: &[PgRow], connection: u64) -> Result<(Changes, Position), Failure> {
    let first = rows.first().ok_or_else(|| Failure::bug("the server returned no position"))?;
    if text(first, 1)?.as_deref() != Some("off") {
        let cause = "the database is read-only".to_owned();
        return Err(Failure::Unavailable { dependency: "database", cause });
    }
    let snapshot = text(first, 0)?;
    let snapshot = snapshot.ok_or_else(|| Failure::bug("the server returned no snapshot"))?;
    let mut changes = Vec::new();
    for row in rows {
        if let (Some(resource), Some(content)) = (text(row, 2)?, text(row, 3)?) {
            changes.push(Change { resource, content });
        }
    }
    let known = changes.len() as u64 <= MAX_CHANGES;
    let changes = if known { Changes::Known(changes) } else { Changes::Unknown };
    Ok((changes, Position(Mark::Snapshot { snapshot, connection })))
}

fn text(row: &PgRow, column: usize) -> Result<Option<String>, Failure> {
    row.try_get(column).map_err(failure)
}
