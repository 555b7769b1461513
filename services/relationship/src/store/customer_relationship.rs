use failure::Failure;
use kernel::{CustomerName, CustomerRelationshipName, PartnerName};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use storage::{Call, Event, Field, Listing, Page, PageRequest, events, fault, list, put, row};

use super::{
    Store,
    entity::customer_relationships::{ActiveModel, Column, Entity, Model},
};
use crate::domain::{Approved, CustomerRelationship, RelationshipKind, RelationshipState};

/// States in which a customer and a partner are tied, or soon may be.
pub(super) const OPEN: [&str; 2] =
    [RelationshipState::Requested.as_str(), RelationshipState::Active.as_str()];

pub(crate) const RELATIONSHIPS: Listing = Listing::of(
    "relationships",
    &[
        Field::text("partner", "partner"),
        Field::choice::<RelationshipKind>("kind", "CUSTOMER_RELATIONSHIP_KIND_"),
        Field::choice::<RelationshipState>("state", "CUSTOMER_RELATIONSHIP_STATE_"),
    ],
);

impl Store {
    /// One customer relationship.
    pub(crate) async fn relationship(
        &self,
        name: CustomerRelationshipName,
    ) -> Result<Option<CustomerRelationship>, Failure> {
        let row = Entity::find_by_id(name.to_string()).one(self.database.reader()).await;
        row.map_err(fault)?.map(|row| from_row(&row)).transpose()
    }

    /// The open relationship of a kind between a customer and a partner.
    pub(crate) async fn open_relationship(
        &self,
        customer: CustomerName,
        partner: PartnerName,
        kind: RelationshipKind,
    ) -> Result<Option<CustomerRelationshipName>, Failure> {
        let row = Entity::find()
            .filter(Column::Customer.eq(customer.to_string()))
            .filter(Column::Partner.eq(partner.to_string()))
            .filter(Column::Kind.eq(kind.as_str()))
            .filter(Column::State.is_in(OPEN))
            .one(self.database.reader())
            .await
            .map_err(fault)?;
        row.map(|row| row::read(&row.name)).transpose()
    }

    /// A page of the relationships of a customer.
    pub(crate) async fn relationships(
        &self,
        customer: CustomerName,
        page: &PageRequest,
    ) -> Result<Page<CustomerRelationship>, Failure> {
        let rows = Entity::find().filter(Column::Customer.eq(customer.to_string()));
        let page = list(self.database.reader(), rows, page).await?;
        page.try_map(|row| from_row(&row))
    }

    /// Writes a relationship that was decided on.
    pub(crate) async fn save_relationship(
        &self,
        approved: Approved<CustomerRelationship>,
        call: &Call,
    ) -> Result<CustomerRelationship, Failure> {
        let relationship = approved.after();
        let key = Column::Name.eq(relationship.name.to_string());
        let transaction = self.database.begin().await?;
        put(&transaction, to_row(relationship), key, Column::Revision, approved.decided_on())
            .await?;
        let event =
            Event::new(approved.event(), relationship.name, relationship.stamp, relationship);
        events::commit(transaction, call, event).await?;
        Ok(approved.into_after())
    }
}

fn to_row(relationship: &CustomerRelationship) -> ActiveModel {
    ActiveModel {
        name: Set(relationship.name.to_string()),
        customer: Set(relationship.customer().to_string()),
        partner: Set(relationship.partner.to_string()),
        kind: Set(relationship.kind.to_string()),
        state: Set(relationship.state.to_string()),
        state_reason: Set(relationship.state_reason.clone()),
        revision: Set(relationship.stamp.revision),
        create_time: Set(relationship.stamp.create_time.as_microsecond()),
        update_time: Set(relationship.stamp.update_time.as_microsecond()),
    }
}

pub(super) fn from_row(row: &Model) -> Result<CustomerRelationship, Failure> {
    Ok(CustomerRelationship {
        name: row::read(&row.name)?,
        partner: row::read(&row.partner)?,
        kind: row::read(&row.kind)?,
        state: row::read(&row.state)?,
        state_reason: row.state_reason.clone(),
        stamp: row::stamp(row.revision, row.create_time, row.update_time)?,
    })
}
