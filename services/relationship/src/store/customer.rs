use authority::Scope;
use errors::Failure;
use markets::Country;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use storage::{Field, Listing, Page, PageRequest, Partners, Related, fault, list, row, search_key};
use types::{CustomerName, OrganizationName, ResourceVersion};

use super::{
    Store,
    customer_agreement::{read_agreement, texts},
    entity::customers::{ActiveModel, Column, Entity, Model},
    save::Persisted,
};
use crate::domain::{AccountReview, Customer, CustomerKind};

/// A request that the customer has not accepted shows a partner nothing of the customer.
const PARTNERS: Partners = Partners::Of {
    columns: &["created_by"],
    related: Some(Related {
        table: "customer_relationships",
        key: "customer",
        partner: "partner",
        set: "accept_time",
    }),
};

pub(crate) const CUSTOMERS: Listing = Listing::of(
    "customers",
    PARTNERS,
    &[
        Field::text("display_name", "display_name_key"),
        Field::value::<OrganizationName>("organization", "organization"),
        Field::value::<Country>("country_code", "country"),
        Field::choice("kind", "CUSTOMER_KIND_", CustomerKind::TEXTS),
    ],
);

/// The customers whose sales paths are listed: few at a time, because each has a decision for every chain.
pub(crate) const SALES_PATHS: Listing =
    Listing { max_size: 50, chunk: 4, ..Listing::of("sales paths", PARTNERS, &[]) };

impl Store {
    /// The customers of these names that exist and that a caller sees.
    pub(crate) async fn visible_customers(
        &self,
        names: &[CustomerName],
        scope: &Scope,
    ) -> Result<Vec<Customer>, Failure> {
        let names = names.iter().map(ToString::to_string);
        let visible = CUSTOMERS.partners.visible::<Entity>(scope)?;
        let rows = Entity::find().filter(Column::Name.is_in(names)).filter(visible);
        let rows = rows.all(self.database.reader());
        rows.await.map_err(fault)?.iter().map(from_row).collect()
    }

    /// Shared services tenants of an organization.
    pub(crate) async fn shared_services_of(
        &self,
        organization: OrganizationName,
    ) -> Result<Vec<CustomerName>, Failure> {
        let rows = Entity::find()
            .filter(Column::Organization.eq(organization.to_string()))
            .filter(Column::SharedServicesNumber.is_not_null())
            .all(self.database.reader());
        rows.await.map_err(fault)?.iter().map(|row| row::read(&row.name)).collect()
    }

    pub(crate) async fn customers(&self, page: &PageRequest) -> Result<Page<Customer>, Failure> {
        let page = list(self.database.reader(), Entity::find(), page).await?;
        page.try_map(|row| from_row(&row))
    }
}

impl Persisted for Customer {
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
        let agreement = self.agreement.as_ref();
        let [template_id, version, first_name, last_name, email] = texts(agreement);
        let account = self.account.as_ref();
        ActiveModel {
            name: Set(self.name.to_string()),
            display_name: Set(self.display_name.clone()),
            display_name_key: Set(search_key(&self.display_name)),
            organization: Set(self.organization.to_string()),
            country: Set(self.country.to_string()),
            registration_number: Set(self.registration_number.clone()),
            kind: Set(self.kind.to_string()),
            shared_services_number: Set(self.shared_services_number),
            created_by: Set(self.created_by.map(|it| it.to_string())),
            mca_template_id: Set(template_id),
            mca_version: Set(version),
            mca_first_name: Set(first_name),
            mca_last_name: Set(last_name),
            mca_email: Set(email),
            mca_accept_time: Set(agreement.map(|it| it.accept_time.as_microsecond())),
            account_state: Set(account.map(|it| it.state.to_string())),
            account_detail: Set(account.map(|it| it.detail.clone())),
            account_time: Set(account.map(|it| it.time.as_microsecond())),
            revision: Set(self.resource_version.revision),
            create_time: Set(self.resource_version.create_time.as_microsecond()),
            update_time: Set(self.resource_version.update_time.as_microsecond()),
        }
    }
}

pub(super) fn from_row(row: &Model) -> Result<Customer, Failure> {
    Ok(Customer {
        name: row::read(&row.name)?,
        display_name: row.display_name.clone(),
        organization: row::read(&row.organization)?,
        country: row::read(&row.country)?,
        registration_number: row.registration_number.clone(),
        kind: row::read(&row.kind)?,
        shared_services_number: row.shared_services_number,
        created_by: row::read_optional(row.created_by.as_deref())?,
        agreement: read_agreement!(row)?,
        account: row.account_time.map(|time| account(row, time)).transpose()?,
        resource_version: row::resource_version(row.revision, row.create_time, row.update_time)?,
    })
}

fn account(row: &Model, time: i64) -> Result<AccountReview, Failure> {
    Ok(AccountReview {
        state: row::read(text(row.account_state.as_ref()))?,
        detail: text(row.account_detail.as_ref()).to_owned(),
        time: row::time(time)?,
    })
}

fn text(column: Option<&String>) -> &str {
    column.map_or("", String::as_str)
}
