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
        customer_relationships::{self, Column as RelationshipColumn},
        customers,
        partnerships::{self, Column as PartnershipColumn},
    },
    partnership::{self, from_row as partnership_from},
};
use crate::domain::{Customer, CustomerRelationship, Partnership};

/// The seller and, in an indirect chain, the reseller.
pub(crate) type SellingPartners = (PartnerName, Option<PartnerName>);

/// Which facts about a customer to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Facts of one sales chain, and partnerships of its seller with additional resellers.
    Chain(SellingPartners, Vec<PartnerName>),
    /// All sales chains: at most this many relationships, and up to twice as many partnerships of
    /// their partners.
    AllChains(u64),
}

/// A customer, its open relationships, and open partnerships of the partners in them.
#[derive(Debug, PartialEq)]
pub(crate) struct CustomerContext {
    pub customer: Customer,
    pub relationships: Vec<CustomerRelationship>,
    pub partnerships: Vec<Partnership>,
}

impl Store {
    /// Reads the context of a customer from one database snapshot.
    pub(crate) async fn context(
        &self,
        customer: CustomerName,
        scope: &Scope,
    ) -> Result<Option<CustomerContext>, Failure> {
        let snapshot = self.database.snapshot().await?;
        read(&snapshot, customer, scope).await
    }

    /// Reads the context statement by statement, without a snapshot. If the result equals an earlier
    /// context, that context was valid until the first of these statements.
    pub(crate) async fn reread_context(
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
        Scope::Chain(chain, additional) => {
            of_chain(reader, customer.name, *chain, additional).await?
        }
        Scope::AllChains(limit) => all_chains(reader, customer.name, *limit).await?,
    };
    Ok(Some(CustomerContext { customer, relationships, partnerships }))
}

async fn of_chain(
    reader: &impl ConnectionTrait,
    customer: CustomerName,
    (seller, reseller): SellingPartners,
    additional: &[PartnerName],
) -> Result<(Vec<CustomerRelationship>, Vec<Partnership>), Failure> {
    let partners = [Some(seller), reseller].into_iter().flatten().map(|it| it.to_string());
    let of_chain = Condition::all().add(RelationshipColumn::Partner.is_in(partners));
    let relationships = relationships(reader, customer, of_chain, None).await?;
    let resellers: Vec<_> = reseller.iter().chain(additional).map(ToString::to_string).collect();
    if resellers.is_empty() {
        return Ok((relationships, Vec::new()));
    }
    let of_seller = Condition::all()
        .add(PartnershipColumn::Provider.eq(seller.to_string()))
        .add(PartnershipColumn::Reseller.is_in(resellers));
    Ok((relationships, partnerships(reader, of_seller, None).await?))
}

/// Reads partnerships between two related partners first, so that the limit cannot cut them off.
async fn all_chains(
    reader: &impl ConnectionTrait,
    customer: CustomerName,
    limit: u64,
) -> Result<(Vec<CustomerRelationship>, Vec<Partnership>), Failure> {
    let relationships = relationships(reader, customer, Condition::all(), Some(limit)).await?;
    let related: Vec<_> = relationships.iter().map(|it| it.partner.to_string()).collect();
    let provider = PartnershipColumn::Provider.is_in(related.clone());
    let reseller = PartnershipColumn::Reseller.is_in(related);
    let both = Condition::all().add(provider.clone()).add(reseller.clone());
    let mut pairs = partnerships(reader, both, Some(limit)).await?;
    let either = Condition::any().add(provider).add(reseller);
    for pair in partnerships(reader, either, Some(limit)).await? {
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

async fn partnerships(
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
