use std::fmt::Display;

use errors::{Failure, Resource, StaleEtag};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use types::ResourceVersion;

use super::{Column, Entity, MutationContext};
use crate::{Database, fault};

impl Database {
    /// Checks the call's etag, if it has one, against the current version of the resource.
    ///
    /// # Errors
    /// [`Failure::StaleEtag`] if the resource has changed.
    pub async fn check_etag(
        &self,
        call: &MutationContext,
        name: &(impl Display + Sync),
        resource_version: ResourceVersion,
    ) -> Result<(), Failure> {
        self.check_part_etag(call, name, name, resource_version).await
    }

    /// Checks the call's etag of a part of a resource, such as an enrollment of a partner. Events are
    /// recorded for the whole resource.
    ///
    /// # Errors
    /// As [`Self::check_etag`].
    pub async fn check_part_etag(
        &self,
        call: &MutationContext,
        whole: &(impl Display + Sync),
        part: &(impl Display + Sync),
        resource_version: ResourceVersion,
    ) -> Result<(), Failure> {
        let Some(etag) = call.mutation.etag.filter(|it| !it.is_of(resource_version)) else {
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
