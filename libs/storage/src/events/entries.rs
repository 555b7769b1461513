use errors::Failure;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect,
    sea_query::OnConflict,
};

use super::{ActiveModel, Column, Entity, Event, MutationContext};
use crate::fault;

/// The events of one call, ready to be appended. The last one answers the call.
#[derive(Debug, Clone)]
pub struct Entries(Vec<ActiveModel>);

impl Entries {
    /// The events of a call.
    #[must_use]
    pub fn new(call: &MutationContext, events: Vec<Event>) -> Self {
        let last = events.len().saturating_sub(1);
        let row = |(at, Event(row))| {
            let request_id = if at == last { call.request_id() } else { None };
            ActiveModel {
                actor: Set(call.caller.caller().to_string()),
                proof: Set(call.caller.caller().proof().as_str().to_owned()),
                on_behalf_of: Set(call.caller.on_behalf_of().map(str::to_owned)),
                request_digest: Set(request_id.as_ref().map(|_| call.digest.clone())),
                request_id: Set(request_id),
                ..row
            }
        };
        Self(events.into_iter().enumerate().map(row).collect())
    }

    pub(super) fn into_rows(self) -> Vec<ActiveModel> {
        self.0
    }

    /// The id of the request, if it has one.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.last()?.request_id.try_as_ref()?.as_deref()
    }

    /// The resource that the answer returns.
    fn resource(&self) -> Option<&str> {
        Some(self.0.last()?.resource.try_as_ref()?)
    }
}

/// Appends the events of several calls, in one statement, and returns the places of the calls whose request
/// id is taken. If there are any, not all events were written and the transaction must be rolled back.
///
/// # Errors
/// If the database fails.
pub async fn append_all(
    transaction: &DatabaseTransaction,
    calls: &[&Entries],
) -> Result<Vec<usize>, Failure> {
    let rows: Vec<_> = calls.iter().flat_map(|call| call.0.iter().cloned()).collect();
    let count = rows.len() as u64;
    let taken = OnConflict::column(Column::RequestId).do_nothing().to_owned();
    let insert = Entity::insert_many(rows).on_conflict(taken).exec_without_returning(transaction);
    if Box::pin(insert).await.map_err(fault)? == count {
        return Ok(Vec::new());
    }
    let ids = calls.iter().filter_map(|call| call.request_id());
    let owners = Entity::find()
        .select_only()
        .columns([Column::RequestId, Column::Resource])
        .filter(Column::RequestId.is_in(ids))
        .into_tuple::<(Option<String>, String)>()
        .all(transaction)
        .await
        .map_err(fault)?;
    let is_taken = |call: &Entries| {
        let owner = owners.iter().find(|(id, _)| id.as_deref() == call.request_id());
        owner.is_some_and(|(_, resource)| call.resource() != Some(resource))
    };
    let taken: Vec<_> = (0..calls.len()).filter(|at| is_taken(calls[*at])).collect();
    if taken.is_empty() { Err(Failure::bug("events were not appended")) } else { Ok(taken) }
}
