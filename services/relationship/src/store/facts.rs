use failure::Failure;
use kernel::{CustomerName, PartnerName};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use storage::fault;

use super::{
    Store,
    customer::from_row as customer_from,
    customer_relationship::{self, from_row as relationship_from},
    entity::{
        customer_relationships::{self, Column as Tie},
        customers,
        partnerships::{self, Column as Pair},
    },
    partnership::{self, from_row as partnership_from},
};
use crate::domain::{Customer, CustomerRelationship, Partnership};

/// A seller and maybe a reseller.
pub(crate) type Path = (PartnerName, Option<PartnerName>);

/// A customer, and everything open between it and partners and between those, read from one
/// state of the database.
#[derive(Debug)]
pub(crate) struct Surroundings {
    pub customer: Customer,
    pub relationships: Vec<CustomerRelationship>,
    pub partnerships: Vec<Partnership>,
}

impl Store {
    /// What is open between a customer and the partners of one chain.
    pub(crate) async fn chain(
        &self,
        customer: CustomerName,
        (seller, reseller): Path,
    ) -> Result<Option<Surroundings>, Failure> {
        let snapshot = self.database.snapshot().await?;
        let Some(customer) = find(&snapshot, customer).await? else { return Ok(None) };
        let partners = [Some(seller), reseller].into_iter().flatten().map(|it| it.to_string());
        let of_chain = Condition::all().add(Tie::Partner.is_in(partners));
        let relationships = relationships(&snapshot, customer.name, of_chain, None).await?;
        let partnerships = match reseller {
            None => Vec::new(),
            Some(reseller) => {
                let pair = Condition::all()
                    .add(Pair::Provider.eq(seller.to_string()))
                    .add(Pair::Reseller.eq(reseller.to_string()));
                partnerships(&snapshot, pair, 1).await?
            }
        };
        Ok(Some(Surroundings { customer, relationships, partnerships }))
    }

    /// What is open around a customer, at most `most` relationships and about as many
    /// partnerships of the partners in them, those first in which both partners are tied.
    pub(crate) async fn surroundings(
        &self,
        customer: CustomerName,
        most: u64,
    ) -> Result<Option<Surroundings>, Failure> {
        let snapshot = self.database.snapshot().await?;
        let Some(customer) = find(&snapshot, customer).await? else { return Ok(None) };
        let any = Condition::all();
        let relationships = relationships(&snapshot, customer.name, any, Some(most)).await?;
        let tied: Vec<_> = relationships.iter().map(|it| it.partner.to_string()).collect();
        let provider = Pair::Provider.is_in(tied.clone());
        let reseller = Pair::Reseller.is_in(tied);
        let both = Condition::all().add(provider.clone()).add(reseller.clone());
        let mut pairs = partnerships(&snapshot, both, most).await?;
        let either = Condition::any().add(provider).add(reseller);
        for pair in partnerships(&snapshot, either, most).await? {
            if !pairs.contains(&pair) {
                pairs.push(pair);
            }
        }
        Ok(Some(Surroundings { customer, relationships, partnerships: pairs }))
    }
}

async fn find(
    reader: &impl ConnectionTrait,
    name: CustomerName,
) -> Result<Option<Customer>, Failure> {
    let row = customers::Entity::find_by_id(name.to_string()).one(reader).await.map_err(fault)?;
    row.map(|row| customer_from(&row)).transpose()
}

async fn relationships(
    reader: &impl ConnectionTrait,
    customer: CustomerName,
    which: Condition,
    most: Option<u64>,
) -> Result<Vec<CustomerRelationship>, Failure> {
    let rows = customer_relationships::Entity::find()
        .filter(Tie::Customer.eq(customer.to_string()))
        .filter(Tie::State.is_in(customer_relationship::OPEN))
        .filter(which)
        .order_by_asc(Tie::Name)
        .limit(most)
        .all(reader)
        .await
        .map_err(fault)?;
    rows.iter().map(relationship_from).collect()
}

async fn partnerships(
    reader: &impl ConnectionTrait,
    which: Condition,
    most: u64,
) -> Result<Vec<Partnership>, Failure> {
    let rows = partnerships::Entity::find()
        .filter(Pair::State.is_in(partnership::OPEN))
        .filter(which)
        .order_by_asc(Pair::Name)
        .limit(most)
        .all(reader)
        .await
        .map_err(fault)?;
    rows.iter().map(partnership_from).collect()
}
