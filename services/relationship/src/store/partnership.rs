use failure::Failure;
use kernel::{PartnerName, PartnershipName};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use storage::{Call, Event, Field, Listing, Page, PageRequest, events, fault, list, put, row};

use super::{
    Store,
    entity::partnerships::{ActiveModel, Column, Entity, Model},
};
use crate::domain::{Approved, Partnership, PartnershipState};

/// States in which a pair has a partnership.
pub(super) const OPEN: [&str; 2] =
    [PartnershipState::Invited.as_str(), PartnershipState::Active.as_str()];

pub(crate) const PARTNERSHIPS: Listing = Listing::of(
    "partnerships",
    &[
        Field::text("provider", "provider"),
        Field::text("reseller", "reseller"),
        Field::choice::<PartnershipState>("state", "PARTNERSHIP_STATE_"),
    ],
);

impl Store {
    /// One partnership.
    pub(crate) async fn partnership(
        &self,
        name: PartnershipName,
    ) -> Result<Option<Partnership>, Failure> {
        let row = Entity::find_by_id(name.to_string()).one(self.database.reader()).await;
        row.map_err(fault)?.map(|row| from_row(&row)).transpose()
    }

    /// The open partnership of a pair.
    pub(crate) async fn open_partnership(
        &self,
        provider: PartnerName,
        reseller: PartnerName,
    ) -> Result<Option<PartnershipName>, Failure> {
        let row = Entity::find()
            .filter(Column::Provider.eq(provider.to_string()))
            .filter(Column::Reseller.eq(reseller.to_string()))
            .filter(Column::State.is_in(OPEN))
            .one(self.database.reader())
            .await
            .map_err(fault)?;
        row.map(|row| row::read(&row.name)).transpose()
    }

    /// The named partnerships, as far as they exist.
    pub(crate) async fn partnerships_named(
        &self,
        names: &[PartnershipName],
    ) -> Result<Vec<Partnership>, Failure> {
        let names = names.iter().map(ToString::to_string);
        let rows = Entity::find().filter(Column::Name.is_in(names)).all(self.database.reader());
        rows.await.map_err(fault)?.iter().map(from_row).collect()
    }

    /// A page of partnerships.
    pub(crate) async fn partnerships(
        &self,
        page: &PageRequest,
    ) -> Result<Page<Partnership>, Failure> {
        let page = list(self.database.reader(), Entity::find(), page).await?;
        page.try_map(|row| from_row(&row))
    }

    /// Writes a partnership that was decided on.
    pub(crate) async fn save_partnership(
        &self,
        approved: Approved<Partnership>,
        call: &Call,
    ) -> Result<Partnership, Failure> {
        let partnership = approved.after();
        let key = Column::Name.eq(partnership.name.to_string());
        let transaction = self.database.begin().await?;
        put(&transaction, to_row(partnership), key, Column::Revision, approved.decided_on())
            .await?;
        let event = Event::new(approved.event(), partnership.name, partnership.stamp, partnership);
        events::commit(transaction, call, event).await?;
        Ok(approved.into_after())
    }
}

fn to_row(partnership: &Partnership) -> ActiveModel {
    ActiveModel {
        name: Set(partnership.name.to_string()),
        provider: Set(partnership.provider.to_string()),
        reseller: Set(partnership.reseller.to_string()),
        state: Set(partnership.state.to_string()),
        state_reason: Set(partnership.state_reason.clone()),
        revision: Set(partnership.stamp.revision),
        create_time: Set(partnership.stamp.create_time.as_microsecond()),
        update_time: Set(partnership.stamp.update_time.as_microsecond()),
    }
}

pub(super) fn from_row(row: &Model) -> Result<Partnership, Failure> {
    Ok(Partnership {
        name: row::read(&row.name)?,
        provider: row::read(&row.provider)?,
        reseller: row::read(&row.reseller)?,
        state: row::read(&row.state)?,
        state_reason: row.state_reason.clone(),
        stamp: row::stamp(row.revision, row.create_time, row.update_time)?,
    })
}
