//! The changes of a database in the order of their commits, read from its events.
//!
//! PostgreSQL numbers events before their transactions commit, so a later number may become visible
//! first. A position is therefore a snapshot: the changes since it are those of transactions that it
//! does not contain. SQLite has one writer at a time, so its numbers are in the order of the commits.

use std::time::Duration;

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
    fault::unavailable,
    telemetry,
};

/// Most changes of one read. A reader that is further behind starts over.
const MAX_CHANGES: u64 = 1000;
/// A server that does not answer within this time counts as unavailable.
const TIMEOUT: Duration = Duration::from_secs(2);
/// The changes since a snapshot, and the snapshot that this statement reads. A server that was restarted
/// may be another one, restored or promoted, so its start is part of a position. Rows restored from a
/// dump may be of transactions that are in the future of this server. The order makes the
/// planner use the index. The limit is one more than [`MAX_CHANGES`].
const CHANGES: &str = "SELECT pg_current_snapshot()::text, pg_postmaster_start_time()::text, \
    current_setting('transaction_read_only'), event.resource, event.content \
    FROM (VALUES (1)) AS always LEFT JOIN ( \
        SELECT resource, content FROM events \
        WHERE xid >= pg_snapshot_xmin($1::text::pg_snapshot) \
        AND xid < pg_snapshot_xmax(pg_current_snapshot()) \
        AND NOT pg_visible_in_snapshot(xid, $1::text::pg_snapshot) \
        ORDER BY xid LIMIT 1001 \
    ) AS event ON true";
/// A generic plan, because planning costs more than this statement.
const PLAN_ONCE: &str = "SET plan_cache_mode = force_generic_plan";

/// A state of the database: every change that was committed before it was read, and no other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position(Mark);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Mark {
    Snapshot { snapshot: String, server: String },
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
    /// Any number of any resources: there are too many to list, or the earlier position is of another
    /// server.
    Unknown,
}

/// A reader of changes. On PostgreSQL it has a connection of its own, in addition to those of the pool,
/// which the pool would test with two statements after each read.
#[derive(Debug)]
pub struct Feed {
    database: Database,
    connection: Option<PgConnection>,
}

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
            (false, Some(Mark::Snapshot { snapshot, server })) => {
                let (changes, position) = self.outside(Some(snapshot)).await?;
                let Mark::Snapshot { server: current, .. } = &position.0 else {
                    return Err(Failure::bug("a position is of the other database"));
                };
                let changes = if current == server { changes } else { Changes::Unknown };
                Ok((changes, position))
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
    async fn outside(&mut self, snapshot: Option<&str>) -> Result<(Changes, Position), Failure> {
        let rows = match self.connection.take() {
            None => self.read(snapshot).await?,
            Some(connection) => match self.read_on(connection, snapshot).await {
                // The server may have closed a connection of an earlier read.
                Err(Failure::Unavailable { .. }) => self.read(snapshot).await?,
                rows => rows?,
            },
        };
        from_rows(&rows)
    }

    /// Reads on a new connection.
    async fn read(&mut self, snapshot: Option<&str>) -> Result<Vec<PgRow>, Failure> {
        let pool = self.database.reader().get_postgres_connection_pool();
        let connection = pool.acquire().await.map_err(|error| unavailable(&error))?;
        let mut connection = connection.detach();
        connection.execute(PLAN_ONCE).await.map_err(failure)?;
        self.read_on(connection, snapshot).await
    }

    async fn read_on(
        &mut self,
        mut connection: PgConnection,
        snapshot: Option<&str>,
    ) -> Result<Vec<PgRow>, Failure> {
        let read = sqlx::query(CHANGES).bind(snapshot).fetch_all(&mut connection);
        let read = async { timeout(TIMEOUT, read).await.unwrap_or(Err(sqlx::Error::PoolTimedOut)) };
        let rows = telemetry::step(DatabaseBackend::Postgres, "SELECT", Some("events"), read).await;
        let rows = rows.map_err(failure)?;
        self.connection = Some(connection);
        Ok(rows)
    }
}

fn failure(error: sqlx::Error) -> Failure {
    fault(DbErr::Query(RuntimeErr::SqlxError(error.into())))
}

fn from_rows(rows: &[PgRow]) -> Result<(Changes, Position), Failure> {
    let first = rows.first().ok_or_else(|| Failure::bug("the server returned no position"))?;
    if text(first, 2)?.as_deref() != Some("off") {
        let cause = "the database is read-only".to_owned();
        return Err(Failure::Unavailable { dependency: "database", cause });
    }
    let (Some(snapshot), Some(server)) = (text(first, 0)?, text(first, 1)?) else {
        return Err(Failure::bug("the server returned no snapshot"));
    };
    let mut changes = Vec::new();
    for row in rows {
        if let (Some(resource), Some(content)) = (text(row, 3)?, text(row, 4)?) {
            changes.push(Change { resource, content });
        }
    }
    let known = changes.len() as u64 <= MAX_CHANGES;
    let changes = if known { Changes::Known(changes) } else { Changes::Unknown };
    Ok((changes, Position(Mark::Snapshot { snapshot, server })))
}

fn text(row: &PgRow, column: usize) -> Result<Option<String>, Failure> {
    row.try_get(column).map_err(failure)
}
