use std::{fmt::Display, str::FromStr};

use errors::Failure;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use storage::{Field, Lapse, Listing, Page, PageRequest, Partners, fault, list, row};
use types::{PartnerName, PartnershipName, ResourceVersion, Timestamp};

use super::{
    Store,
    entity::partnerships::{ActiveModel, Column, Entity, Model},
    save::Persisted,
};
use crate::domain::{Applications, Ending, Partnership, PartnershipState};

/// States of an open partnership, as stored: an overdue invitation is still `invited`.
pub(super) const OPEN: [&str; 2] =
    [PartnershipState::Invited.as_str(), PartnershipState::Active.as_str()];

pub(crate) const PARTNERSHIPS: Listing = Listing::of(
    "partnerships",
    Partners::of(&["provider", "reseller"]),
    &[
        Field::value::<PartnerName>("provider", "provider"),
        Field::value::<PartnerName>("reseller", "reseller"),
        Field::choice("state", "PARTNERSHIP_STATE_", PartnershipState::TEXTS).lapsing(Lapse {
            from: "invited",
            to: "expired",
            at: "expire_time",
        }),
    ],
);

impl Store {
    pub(crate) async fn partnership(
        &self,
        name: PartnershipName,
    ) -> Result<Option<Partnership>, Failure> {
        let row = Entity::find_by_id(name.to_string()).one(self.database.reader()).await;
        row.map_err(fault)?.map(|row| from_row(&row)).transpose()
    }

    /// All partnerships of a provider and a reseller, by name.
    pub(crate) async fn partnerships_of(
        &self,
        provider: PartnerName,
        reseller: PartnerName,
    ) -> Result<Vec<Partnership>, Failure> {
        let rows = Entity::find()
            .filter(Column::Provider.eq(provider.to_string()))
            .filter(Column::Reseller.eq(reseller.to_string()))
            .order_by_asc(Column::Name)
            .all(self.database.reader())
            .await
            .map_err(fault)?;
        rows.iter().map(from_row).collect()
    }

    /// The partnerships of these names. Skips names that do not exist.
    pub(crate) async fn partnerships_named(
        &self,
        names: &[PartnershipName],
    ) -> Result<Vec<Partnership>, Failure> {
        let names = names.iter().map(ToString::to_string);
        let rows = Entity::find().filter(Column::Name.is_in(names)).all(self.database.reader());
        rows.await.map_err(fault)?.iter().map(from_row).collect()
    }

    /// Partnerships of a provider and these resellers that are stored as open.
    pub(crate) async fn open_partnerships(
        &self,
        provider: PartnerName,
        resellers: &[PartnerName],
    ) -> Result<Vec<Partnership>, Failure> {
        let rows = Entity::find()
            .filter(Column::Provider.eq(provider.to_string()))
            .filter(Column::Reseller.is_in(resellers.iter().map(ToString::to_string)))
            .filter(Column::State.is_in(OPEN))
            .all(self.database.reader())
            .await
            .map_err(fault)?;
        rows.iter().map(from_row).collect()
    }

    pub(crate) async fn partnerships(
        &self,
        page: &PageRequest,
    ) -> Result<Page<Partnership>, Failure> {
        let page = list(self.database.reader(), Entity::find(), page).await?;
        page.try_map(|row| from_row(&row))
    }
}

impl Persisted for Partnership {
    type Row = ActiveModel;
    type Column = Column;
    const KEY: Column = Column::Name;
    const REVISION: Column = Column::Revision;

    fn name(&self) -> String {
        self.name.to_string()
    }

    fn resource_version(&self) -> ResourceVersion {
        self.resource_version
    }

    fn to_row(&self) -> ActiveModel {
        let ending = self.ending.as_ref();
        ActiveModel {
            name: Set(self.name.to_string()),
            provider: Set(self.provider.to_string()),
            reseller: Set(self.reseller.to_string()),
            state: Set(self.state.to_string()),
            expire_time: Set(self.expire_time.as_microsecond()),
            accept_time: Set(self.accept_time.map(Timestamp::as_microsecond)),
            provider_application: Set(self.applications.map(|it| it.provider)),
            reseller_application: Set(self.applications.map(|it| it.reseller)),
            ended_by: Set(ending.and_then(|it| it.by).map(|side| side.to_string())),
            state_reason: Set(ending.map(|it| it.detail.clone()).unwrap_or_default()),
            end_time: Set(ending.map(|it| it.time.as_microsecond())),
            predecessor: Set(self.predecessor.map(|it| it.to_string())),
            revision: Set(self.resource_version.revision),
            create_time: Set(self.resource_version.create_time.as_microsecond()),
            update_time: Set(self.resource_version.update_time.as_microsecond()),
        }
    }
}

pub(super) fn from_row(row: &Model) -> Result<Partnership, Failure> {
    Ok(Partnership {
        name: row::read(&row.name)?,
        provider: row::read(&row.provider)?,
        reseller: row::read(&row.reseller)?,
        state: row::read(&row.state)?,
        expire_time: row::time(row.expire_time)?,
        accept_time: row.accept_time.map(row::time).transpose()?,
        applications: row
            .provider_application
            .zip(row.reseller_application)
            .map(|(provider, reseller)| Applications { provider, reseller }),
        ending: ending(row.ended_by.as_deref(), &row.state_reason, row.end_time)?,
        predecessor: row::read_optional(row.predecessor.as_deref())?,
        resource_version: row::resource_version(row.revision, row.create_time, row.update_time)?,
    })
}

/// Reads the ending of a row; `None` if the row has no end time.
pub(super) fn ending<By: FromStr<Err: Display>>(
    by: Option<&str>,
    detail: &str,
    time: Option<i64>,
) -> Result<Option<Ending<By>>, Failure> {
    let Some(time) = time else { return Ok(None) };
    let (by, time) = (row::read_optional(by)?, row::time(time)?);
    Ok(Some(Ending { by, detail: detail.to_owned(), time }))
}
