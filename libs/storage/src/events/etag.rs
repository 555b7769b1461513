use std::fmt::Display;

use failure::{Failure, Resource, StaleEtag};
use kernel::Stamp;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::{Call, Column, Entity};
use crate::{Database, fault};

impl Database {
    /// Makes sure that a resource is what the caller read, if the call says what that was.
    ///
    /// # Errors
    /// [`Failure::StaleEtag`] when it is something else by now.
    pub async fn expects(
        &self,
        call: &Call,
        name: &(impl Display + Sync),
        stamp: Stamp,
    ) -> Result<(), Failure> {
        self.expects_part(call, name, name, stamp).await
    }

    /// The same of a part of the resource that the events are about.
    ///
    /// # Errors
    /// As [`Self::expects`].
    pub async fn expects_part(
        &self,
        call: &Call,
        whole: &(impl Display + Sync),
        part: &(impl Display + Sync),
        stamp: Stamp,
    ) -> Result<(), Failure> {
        let Some(etag) = call.how.etag.filter(|it| !it.is_of(stamp)) else { return Ok(()) };
        let event = Entity::find()
            .filter(Column::Resource.eq(whole.to_string()))
            .filter(Column::Time.eq(stamp.update_time.as_microsecond()))
            .order_by_desc(Column::Revision)
            .one(self.reader())
            .await
            .map_err(fault)?;
        Err(Failure::StaleEtag(Box::new(StaleEtag {
            resource: Resource::named(part),
            current: stamp.etag(),
            expected: etag.to_string(),
            change_time: stamp.update_time.to_string(),
            changed_by: event.map_or_else(String::new, |event| event.actor),
        })))
    }
}
