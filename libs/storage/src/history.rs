//! Past states of resources, from their events.

use std::fmt::Display;

use errors::Failure;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use serde::de::DeserializeOwned;
use types::Timestamp;

use crate::{
    Database,
    events::{Column, Entity},
    fault, row,
};

/// Selects the event with the state of a resource at a moment: the last change up to and including it.
/// Reads the changes of the resource backwards along the unique index of its revisions.
pub fn as_of(resource: impl Display, moment: Timestamp) -> Select<Entity> {
    Entity::find()
        .filter(Column::Resource.eq(resource.to_string()))
        .filter(Column::Time.lte(moment.as_microsecond()))
        .order_by_desc(Column::Revision)
        .limit(1)
}

impl Database {
    /// The recorded state of a resource at a moment, read from its events; `None` before its creation.
    ///
    /// The result is what a read of its row returned at that moment; the domain applies the changes
    /// made by time alone. A change has the time at which its call began and is visible after its
    /// commit, so the result is final when every call that began before the moment has ended.
    ///
    /// # Errors
    /// [`Failure::Bug`] if the resource has another type.
    pub async fn resource_as_of<T: DeserializeOwned>(
        &self,
        resource: impl Display + Send,
        moment: Timestamp,
    ) -> Result<Option<T>, Failure> {
        let event = as_of(resource, moment).one(self.reader()).await.map_err(fault)?;
        event.map(|event| row::from_json(&event.content)).transpose()
    }
}
