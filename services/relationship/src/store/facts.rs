use failure::Failure;
use kernel::{CustomerName, PartnerName};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};
use storage::fault;

use super::{
    Store,
    customer::from_row as customer_from,
    customer_relationship::{self, from_row as relationship_from},
    entity::{customer_relationships, customers, partnerships},
    partnership::{self, from_row as partnership_from},
};
use crate::domain::{Customer, CustomerRelationship, Partnership};

/// A customer, and everything open between it and partners and between those, read from one
/// state of the database.
#[derive(Debug)]
pub(crate) struct Chain {
    pub customer: Customer,
    pub relationships: Vec<CustomerRelationship>,
    pub partnerships: Vec<Partnership>,
}

impl Store {
    /// What is open between a customer and these partners, or all partners where none is named.
    pub(crate) async fn chain(
        &self,
        customer: CustomerName,
        partners: &[PartnerName],
    ) -> Result<Option<Chain>, Failure> {
        use customer_relationships::Column as Tie;
        use partnerships::Column as Pair;

        let snapshot = self.database.snapshot().await?;
        let name = customer.to_string();
        let row = customers::Entity::find_by_id(&name).one(&snapshot).await.map_err(fault)?;
        let Some(customer) = row.map(|row| customer_from(&row)).transpose()? else {
            return Ok(None);
        };
        let mut ties = customer_relationships::Entity::find()
            .filter(Tie::Customer.eq(name))
            .filter(Tie::State.is_in(customer_relationship::OPEN));
        if !partners.is_empty() {
            ties = ties.filter(Tie::Partner.is_in(partners.iter().map(ToString::to_string)));
        }
        let ties = ties.all(&snapshot).await.map_err(fault)?;
        let relationships = ties.iter().map(relationship_from).collect::<Result<Vec<_>, _>>()?;
        let tied = ties.into_iter().map(|row| row.partner);
        let named = partners.iter().map(ToString::to_string);
        let among: Vec<_> = tied.chain(named).collect();
        let pairs =
            partnerships::Entity::find().filter(Pair::State.is_in(partnership::OPEN)).filter(
                Condition::any()
                    .add(Pair::Provider.is_in(among.clone()))
                    .add(Pair::Reseller.is_in(among)),
            );
        let pairs = pairs.all(&snapshot).await.map_err(fault)?;
        let partnerships = pairs.iter().map(partnership_from).collect::<Result<Vec<_>, _>>()?;
        Ok(Some(Chain { customer, relationships, partnerships }))
    }
}
