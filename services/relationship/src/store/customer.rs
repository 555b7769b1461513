use failure::Failure;
use kernel::{CustomerName, Stamp};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, sea_query::SimpleExpr};
use storage::{Field, Listing, Page, PageRequest, fault, list, row};

use super::{
    Store,
    entity::customers::{ActiveModel, Column, Entity, Model},
    save::Kept,
};
use crate::domain::{Customer, CustomerAgreement, CustomerKind};

pub(crate) const CUSTOMERS: Listing = Listing::of(
    "customers",
    &[
        Field::text("organization", "organization"),
        Field::text("country_code", "country"),
        Field::choice::<CustomerKind>("kind", "CUSTOMER_KIND_"),
    ],
);

impl Store {
    /// One customer.
    pub(crate) async fn customer(&self, name: CustomerName) -> Result<Option<Customer>, Failure> {
        let row = Entity::find_by_id(name.to_string()).one(self.database.reader()).await;
        row.map_err(fault)?.map(|row| from_row(&row)).transpose()
    }

    /// The named customers, as far as they exist.
    pub(crate) async fn customers_named(
        &self,
        names: &[CustomerName],
    ) -> Result<Vec<Customer>, Failure> {
        let names = names.iter().map(ToString::to_string);
        let rows = Entity::find().filter(Column::Name.is_in(names)).all(self.database.reader());
        rows.await.map_err(fault)?.iter().map(from_row).collect()
    }

    /// A page of customers.
    pub(crate) async fn customers(&self, page: &PageRequest) -> Result<Page<Customer>, Failure> {
        let page = list(self.database.reader(), Entity::find(), page).await?;
        page.try_map(|row| from_row(&row))
    }
}

impl Kept for Customer {
    type Row = ActiveModel;

    fn name(&self) -> String {
        self.name.to_string()
    }

    fn stamp(&self) -> Stamp {
        self.stamp
    }

    fn key(&self) -> SimpleExpr {
        Column::Name.eq(self.name.to_string())
    }

    fn revision() -> impl ColumnTrait {
        Column::Revision
    }

    fn to_row(&self) -> ActiveModel {
        let agreement = self.agreement.as_ref();
        ActiveModel {
            name: Set(self.name.to_string()),
            display_name: Set(self.display_name.clone()),
            organization: Set(self.organization.to_string()),
            country: Set(self.country.to_string()),
            kind: Set(self.kind.to_string()),
            mca_attested_by: Set(agreement.map(|it| it.attested_by.to_string())),
            mca_first_name: Set(agreement.map(|it| it.first_name.clone())),
            mca_last_name: Set(agreement.map(|it| it.last_name.clone())),
            mca_email: Set(agreement.map(|it| it.email.to_string())),
            mca_accept_time: Set(agreement.map(|it| it.accept_time.as_microsecond())),
            revision: Set(self.stamp.revision),
            create_time: Set(self.stamp.create_time.as_microsecond()),
            update_time: Set(self.stamp.update_time.as_microsecond()),
        }
    }
}

pub(super) fn from_row(row: &Model) -> Result<Customer, Failure> {
    let text = |column: &Option<String>| column.clone().unwrap_or_default();
    let agreement = match row.mca_accept_time {
        None => None,
        Some(accept_time) => Some(CustomerAgreement {
            attested_by: row::read(&text(&row.mca_attested_by))?,
            first_name: text(&row.mca_first_name),
            last_name: text(&row.mca_last_name),
            email: row::read(&text(&row.mca_email))?,
            accept_time: row::time(accept_time)?,
        }),
    };
    Ok(Customer {
        name: row::read(&row.name)?,
        display_name: row.display_name.clone(),
        organization: row::read(&row.organization)?,
        country: row::read(&row.country)?,
        kind: row::read(&row.kind)?,
        agreement,
        stamp: row::stamp(row.revision, row.create_time, row.update_time)?,
    })
}
