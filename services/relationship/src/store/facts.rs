use errors::Failure;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use storage::fault;
use types::{CustomerName, PartnerName};

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

/// A seller and, in an indirect chain, a reseller.
pub(crate) type SalesChain = (PartnerName, Option<PartnerName>);

/// Which facts around a customer are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Those of one chain, and the partnerships of its seller with further resellers.
    Chain(SalesChain, Vec<PartnerName>),
    /// At most so many relationships, and about as many partnerships of the partners in them.
    Everything(u64),
}

/// A customer, and what is open between it and partners and between those.
#[derive(Debug, PartialEq)]
pub(crate) struct CustomerContext {
    pub customer: Customer,
    pub relationships: Vec<CustomerRelationship>,
    pub partnerships: Vec<Partnership>,
}

impl Store {
    /// What is open around a customer, read from one state of the database.
    pub(crate) async fn context(
        &self,
        customer: CustomerName,
        scope: &Scope,
    ) -> Result<Option<CustomerContext>, Failure> {
        let snapshot = self.database.snapshot().await?;
        read(&snapshot, customer, scope).await
    }

    /// The same statement by statement: what equals a context that was read earlier has not changed
    /// from then until the first of these statements.
    pub(crate) async fn context_again(
        &self,
        customer: CustomerName,
        scope: &Scope,
    ) -> Result<Option<CustomerContext>, Failure> {
        read(self.database.reader(), customer, scope).await
    }
}

async fn read(
    reader: &impl ConnectionTrait,
    customer: CustomerName,
    scope: &Scope,
) -> Result<Option<CustomerContext>, Failure> {
    let Some(customer) = find(reader, customer).await? else { return Ok(None) };
    let (relationships, partnerships) = match scope {
        Scope::Chain(chain, further) => of_chain(reader, customer.name, *chain, further).await?,
        Scope::Everything(most) => everything(reader, customer.name, *most).await?,
    };
    Ok(Some(CustomerContext { customer, relationships, partnerships }))
}

async fn of_chain(
    reader: &impl ConnectionTrait,
    customer: CustomerName,
    (seller, reseller): SalesChain,
    further: &[PartnerName],
) -> Result<(Vec<CustomerRelationship>, Vec<Partnership>), Failure> {
    let partners = [Some(seller), reseller].into_iter().flatten().map(|it| it.to_string());
    let of_chain = Condition::all().add(Tie::Partner.is_in(partners));
    let relationships = relationships(reader, customer, of_chain, None).await?;
    let resellers: Vec<_> = reseller.iter().chain(further).map(ToString::to_string).collect();
    if resellers.is_empty() {
        return Ok((relationships, Vec::new()));
    }
    let of_seller = Condition::all()
        .add(Pair::Provider.eq(seller.to_string()))
        .add(Pair::Reseller.is_in(resellers));
    Ok((relationships, partnerships(reader, of_seller, None).await?))
}

/// Partnerships in which both partners have a relationship with the customer come first.
async fn everything(
    reader: &impl ConnectionTrait,
    customer: CustomerName,
    most: u64,
) -> Result<(Vec<CustomerRelationship>, Vec<Partnership>), Failure> {
    let relationships = relationships(reader, customer, Condition::all(), Some(most)).await?;
    let related: Vec<_> = relationships.iter().map(|it| it.partner.to_string()).collect();
    let provider = Pair::Provider.is_in(related.clone());
    let reseller = Pair::Reseller.is_in(related);
    let both = Condition::all().add(provider.clone()).add(reseller.clone());
    let mut pairs = partnerships(reader, both, Some(most)).await?;
    let either = Condition::any().add(provider).add(reseller);
    for pair in partnerships(reader, either, Some(most)).await? {
        if !pairs.contains(&pair) {
            pairs.push(pair);
        }
    }
    Ok((relationships, pairs))
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
    most: Option<u64>,
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
