use errors::Failure;
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder};
use storage::{Field, Lapse, Listing, Page, PageRequest, Partners, fault, list, row};
use types::{CustomerName, CustomerRelationshipName, PartnerName, ResourceVersion, Timestamp};

use super::{
    Store,
    customer_agreement::{read_agreement, texts},
    entity::customer_relationships::{ActiveModel, Column, Entity, Model},
    partnership::ending,
    save::Persisted,
};
use crate::domain::{CustomerRelationship, RelationshipKind, RelationshipState};

/// States of an open customer relationship, as stored: an overdue request is still `requested`.
pub(super) const OPEN: [&str; 2] =
    [RelationshipState::Requested.as_str(), RelationshipState::Active.as_str()];

pub(crate) const RELATIONSHIPS: Listing = Listing::of(
    "relationships",
    Partners::of(&["partner"]),
    &[
        Field::value::<PartnerName>("partner", "partner"),
        Field::choice("kind", "CUSTOMER_RELATIONSHIP_KIND_", RelationshipKind::TEXTS),
        Field::choice("state", "CUSTOMER_RELATIONSHIP_STATE_", RelationshipState::TEXTS)
            .lapsing(Lapse { from: "requested", to: "expired", at: "expire_time" }),
    ],
);

impl Store {
    pub(crate) async fn relationship(
        &self,
        name: CustomerRelationshipName,
    ) -> Result<Option<CustomerRelationship>, Failure> {
        let row = Entity::find_by_id(name.to_string()).one(self.database.reader()).await;
        row.map_err(fault)?.map(|row| from_row(&row)).transpose()
    }

    /// Relationships of a customer and a partner that are stored as open, by name.
    pub(crate) async fn open_relationships(
        &self,
        customer: CustomerName,
        partner: PartnerName,
    ) -> Result<Vec<CustomerRelationship>, Failure> {
        let rows = Entity::find()
            .filter(Column::Customer.eq(customer.to_string()))
            .filter(Column::Partner.eq(partner.to_string()))
            .filter(Column::State.is_in(OPEN))
            .order_by_asc(Column::Name)
            .all(self.database.reader())
            .await
            .map_err(fault)?;
        rows.iter().map(from_row).collect()
    }

    /// The relationships of a customer, or of all customers.
    pub(crate) async fn relationships(
        &self,
        customer: Option<CustomerName>,
        page: &PageRequest,
    ) -> Result<Page<CustomerRelationship>, Failure> {
        let of_customer = customer.map(|name| Column::Customer.eq(name.to_string()));
        let rows = Entity::find().filter(Condition::all().add_option(of_customer));
        let page = list(self.database.reader(), rows, page).await?;
        page.try_map(|row| from_row(&row))
    }
}

impl Persisted for CustomerRelationship {
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
        let agreement = self.agreement.as_ref();
        let [template_id, version, first_name, last_name, email] = texts(agreement);
        ActiveModel {
            name: Set(self.name.to_string()),
            customer: Set(self.customer().to_string()),
            partner: Set(self.partner.to_string()),
            kind: Set(self.kind.to_string()),
            role: Set(self.role.map(|role| role.to_string())),
            state: Set(self.state.to_string()),
            expire_time: Set(self.expire_time.as_microsecond()),
            accept_time: Set(self.accept_time.map(Timestamp::as_microsecond)),
            removed_by: Set(ending.and_then(|it| it.by).map(|partner| partner.to_string())),
            state_reason: Set(ending.map(|it| it.detail.clone()).unwrap_or_default()),
            end_time: Set(ending.map(|it| it.time.as_microsecond())),
            companion: Set(self.companion.map(|it| it.to_string())),
            mca_template_id: Set(template_id),
            mca_version: Set(version),
            mca_first_name: Set(first_name),
            mca_last_name: Set(last_name),
            mca_email: Set(email),
            mca_accept_time: Set(agreement.map(|it| it.accept_time.as_microsecond())),
            revision: Set(self.resource_version.revision),
            create_time: Set(self.resource_version.create_time.as_microsecond()),
            update_time: Set(self.resource_version.update_time.as_microsecond()),
        }
    }
}

pub(super) fn from_row(row: &Model) -> Result<CustomerRelationship, Failure> {
    Ok(CustomerRelationship {
        name: row::read(&row.name)?,
        partner: row::read(&row.partner)?,
        kind: row::read(&row.kind)?,
        role: row::read_optional(row.role.as_deref())?,
        state: row::read(&row.state)?,
        expire_time: row::time(row.expire_time)?,
        accept_time: row.accept_time.map(row::time).transpose()?,
        ending: ending(row.removed_by.as_deref(), &row.state_reason, row.end_time)?,
        companion: row::read_optional(row.companion.as_deref())?,
        agreement: read_agreement!(row)?,
        resource_version: row::resource_version(row.revision, row.create_time, row.update_time)?,
    })
}
