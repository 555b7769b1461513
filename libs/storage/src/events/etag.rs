use std::fmt::Display;

use errors::{Failure, Resource, StaleEtag};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use types::ResourceVersion;

use super::{Column, Entity, MutationContext};
use crate::{Database, fault};

impl Database {
    /// Makes sure that a resource is what the caller read, if the call says what that was.
    ///
    /// # Errors
    /// [`Failure::StaleEtag`] when it is something else by now.
    pub async fn expects(
        &self,
        call: &MutationContext,
        name: &(impl Display + Sync),
        resource_version: ResourceVersion,
    ) -> Result<(), Failure> {
        self.expects_part(call, name, name, resource_version).await
    }

    /// The same of a part of the resource that the events are about.
    ///
    /// # Errors
    /// As [`Self::expects`].
    pub async fn expects_part(
        &self,
        call: &MutationContext,
        whole: &(impl Display + Sync),
        part: &(impl Display + Sync),
        resource_version: ResourceVersion,
    ) -> Result<(), Failure> {
        let Some(etag) = call.how.etag.filter(|it| !it.is_of(resource_version)) else {
            return Ok(());
        };
        let event = Entity::find()
            .filter(Column::Resource.eq(whole.to_string()))
            .filter(Column::Time.eq(resource_version.update_time.as_microsecond()))
            .order_by_desc(Column::Revision)
            .one(self.reader())
            .await
            .map_err(fault)?;
        Err(Failure::StaleEtag(Box::new(StaleEtag {
            resource: Resource::named(part),
            current: resource_version.etag(),
            expected: etag.to_string(),
            change_time: resource_version.update_time.to_string(),
            changed_by: event.map_or_else(String::new, |event| event.actor),
        })))
    }
}
