//! How resources were, as their events tell.

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

/// Finds the event that tells how a resource was at a moment: the last of the changes made by
/// then, that moment included. Reads the changes of the resource backwards, along the index that
/// keeps its revisions apart.
pub fn as_of(resource: impl Display, moment: Timestamp) -> Select<Entity> {
    Entity::find()
        .filter(Column::Resource.eq(resource.to_string()))
        .filter(Column::Time.lte(moment.as_microsecond()))
        .order_by_desc(Column::Revision)
        .limit(1)
}

impl Database {
    /// A resource as it was recorded at a moment, by its events alone; none before it was
    /// created. Whatever asks how things stood in the past builds on this.
    ///
    /// It is what a read of the resource gave then. What time alone had changed by that moment
    /// the domain settles, as it does with what is read of a table. A change counts from the
    /// moment at which its call began and is seen once it is committed: what is told of a moment
    /// is final once every call that began by then has ended.
    ///
    /// # Errors
    /// [`Failure::Bug`] when the resource is of another type.
    pub async fn at<T: DeserializeOwned>(
        &self,
        resource: impl Display + Send,
        moment: Timestamp,
    ) -> Result<Option<T>, Failure> {
        let event = as_of(resource, moment).one(self.reader()).await.map_err(fault)?;
        event.map(|event| row::from_json(&event.content)).transpose()
    }
}
