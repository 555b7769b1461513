use errors::Failure;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter,
    sea_query::SimpleExpr,
};

use crate::fault;

/// Inserts a row if `decided_on` is `None`; otherwise updates the row with this `key` if it still has
/// that revision.
///
/// # Errors
/// [`Failure::LostRace`] if the key is taken, or the row has another revision.
pub async fn put<A: ActiveModelTrait>(
    transaction: &DatabaseTransaction,
    row: A,
    key: SimpleExpr,
    revision: impl ColumnTrait,
    decided_on: Option<i64>,
) -> Result<(), Failure> {
    let Some(decided_on) = decided_on else { return insert(transaction, [row]).await };
    let found = A::Entity::update_many().set(row).filter(key).filter(revision.eq(decided_on));
    let updated = found.exec(transaction).await.map_err(fault)?.rows_affected;
    if updated == 1 { Ok(()) } else { Err(Failure::LostRace) }
}

/// Inserts rows, in one statement.
///
/// # Errors
/// [`Failure::LostRace`] if a key is taken.
pub async fn insert<A: ActiveModelTrait>(
    transaction: &DatabaseTransaction,
    rows: impl IntoIterator<Item = A>,
) -> Result<(), Failure> {
    let mut rows = rows.into_iter().peekable();
    if rows.peek().is_none() {
        return Ok(());
    }
    // On the heap: it is the largest part of the future of a call.
    let insert = Box::pin(A::Entity::insert_many(rows).exec_without_returning(transaction));
    insert.await.map(drop).map_err(fault)
}
