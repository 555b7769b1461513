//! The facts of decisions.

use errors::Failure;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use serde::Serialize;
use storage::{Database, Snapshot, Source, fault, feed::Change, row};
use types::{CustomerName, CustomerRelationshipName, PartnerName, PartnershipName};

use super::{
    customer::from_row as customer_from,
    customer_relationship::{self, from_row as relationship_from},
    entity::{
        customer_relationships::{self, Column as RelationshipColumn},
        customers,
        partnerships::{self, Column as PartnershipColumn},
    },
    partnership::{self, from_row as partnership_from},
};
use crate::domain::{Customer, CustomerRelationship, Partnership};

/// Reads facts from the tables.
#[derive(Debug)]
pub(crate) struct Tables(pub Database);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    Customer(CustomerName),
    /// Relationships of a customer and a partner that are stored as open.
    Relationships(CustomerName, PartnerName),
    /// Partnerships of a provider and a reseller that are stored as open.
    Partnerships(PartnerName, PartnerName),
    /// Stands for all relationships of a customer. Has no fact.
    RelationshipsOf(CustomerName),
    /// Stands for all partnerships of a partner. Has no fact.
    PartnershipsOf(PartnerName),
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Fact {
    Customer(Option<Box<Customer>>),
    Relationships(Vec<CustomerRelationship>),
    Partnerships(Vec<Partnership>),
}

impl Source for Tables {
    type Key = Key;
    type Fact = Fact;

    async fn load(&self, keys: &[Key]) -> Result<Vec<Fact>, Failure> {
        let snapshot = self.0.snapshot().await?;
        let mut facts = Vec::with_capacity(keys.len());
        for key in keys {
            facts.push(load(&snapshot, key).await?);
        }
        Ok(facts)
    }

    fn changed(change: &Change) -> Option<Vec<Key>> {
        let Change { resource, content } = change;
        if let Ok(name) = resource.parse::<CustomerRelationshipName>() {
            let relationship: CustomerRelationship = row::from_json(content).ok()?;
            let of_pair = Key::Relationships(name.customer, relationship.partner);
            return Some(vec![of_pair, Key::RelationshipsOf(name.customer)]);
        }
        if resource.parse::<PartnershipName>().is_ok() {
            let pair: Partnership = row::from_json(content).ok()?;
            let (provider, reseller) = (pair.provider, pair.reseller);
            let of = [provider, reseller].map(Key::PartnershipsOf);
            return Some(of.into_iter().chain([Key::Partnerships(provider, reseller)]).collect());
        }
        Some(vec![Key::Customer(resource.parse().ok()?)])
    }
}

impl Fact {
    pub(super) fn customer(&self) -> Result<Option<&Customer>, Failure> {
        match self {
            Self::Customer(customer) => Ok(customer.as_deref()),
            Self::Relationships(_) | Self::Partnerships(_) => Err(other_kind()),
        }
    }

    pub(super) fn relationships(&self) -> Result<&[CustomerRelationship], Failure> {
        match self {
            Self::Relationships(relationships) => Ok(relationships),
            Self::Customer(_) | Self::Partnerships(_) => Err(other_kind()),
        }
    }

    pub(super) fn partnerships(&self) -> Result<&[Partnership], Failure> {
        match self {
            Self::Partnerships(partnerships) => Ok(partnerships),
            Self::Customer(_) | Self::Relationships(_) => Err(other_kind()),
        }
    }
}

fn other_kind() -> Failure {
    Failure::bug("a key has a fact of another kind")
}

async fn load(snapshot: &Snapshot, key: &Key) -> Result<Fact, Failure> {
    match key {
        Key::Customer(name) => {
            let row = customers::Entity::find_by_id(name.to_string()).one(snapshot).await;
            let customer = row.map_err(fault)?.map(|row| customer_from(&row)).transpose();
            customer.map(|it| Fact::Customer(it.map(Box::new)))
        }
        Key::Relationships(customer, partner) => {
            let partner = RelationshipColumn::Partner.eq(partner.to_string());
            let which = Condition::all().add(partner);
            relationships(snapshot, *customer, which, None).await.map(Fact::Relationships)
        }
        Key::Partnerships(provider, reseller) => {
            let which = Condition::all()
                .add(PartnershipColumn::Provider.eq(provider.to_string()))
                .add(PartnershipColumn::Reseller.eq(reseller.to_string()));
            partnerships(snapshot, which, None).await.map(Fact::Partnerships)
        }
        Key::RelationshipsOf(_) | Key::PartnershipsOf(_) => {
            Err(Failure::bug("this key has no fact"))
        }
    }
}

/// Open relationships of a customer, by name.
pub(super) async fn relationships(
    reader: &impl ConnectionTrait,
    customer: CustomerName,
    which: Condition,
    limit: Option<u64>,
) -> Result<Vec<CustomerRelationship>, Failure> {
    let rows = customer_relationships::Entity::find()
        .filter(RelationshipColumn::Customer.eq(customer.to_string()))
        .filter(RelationshipColumn::State.is_in(customer_relationship::OPEN))
        .filter(which)
        .order_by_asc(RelationshipColumn::Name)
        .limit(limit)
        .all(reader)
        .await
        .map_err(fault)?;
    rows.iter().map(relationship_from).collect()
}

/// Open partnerships, by name.
pub(super) async fn partnerships(
    reader: &impl ConnectionTrait,
    which: Condition,
    limit: Option<u64>,
) -> Result<Vec<Partnership>, Failure> {
    let rows = partnerships::Entity::find()
        .filter(PartnershipColumn::State.is_in(partnership::OPEN))
        .filter(which)
        .order_by_asc(PartnershipColumn::Name)
        .limit(limit)
        .all(reader)
        .await
        .map_err(fault)?;
    rows.iter().map(partnership_from).collect()
}
