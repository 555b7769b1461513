use std::sync::Arc;

use errors::Failure;
use sea_orm::{ColumnTrait, Condition};
use storage::Reading;
use types::{CustomerName, PartnerName};

use super::{
    Store,
    entity::partnerships::Column as PartnershipColumn,
    facts::{Fact, Key, Tables, partnerships, relationships},
};
use crate::domain::{Customer, CustomerRelationship, Partnership};

/// The seller and, in an indirect chain, the reseller.
pub(crate) type SellingPartners = (PartnerName, Option<PartnerName>);

/// Which facts about a customer to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Facts of one sales chain.
    Chain(SellingPartners),
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
    /// Reads facts that hold together if the reading is unchanged at the end.
    pub(crate) async fn facts(&self) -> Result<Reading<'_, Tables>, Failure> {
        self.facts.read().await
    }

    /// The context of a customer, if it exists.
    pub(crate) async fn context(
        &self,
        facts: &mut Reading<'_, Tables>,
        name: CustomerName,
        scope: Scope,
    ) -> Result<Option<CustomerContext>, Failure> {
        match scope {
            Scope::Chain(chain) => of_chain(facts, name, chain).await,
            Scope::AllChains(limit) => self.all_chains(facts, name, limit).await,
        }
    }

    /// Reads partnerships between two related partners first, so that the limit cannot cut them off.
    async fn all_chains(
        &self,
        facts: &mut Reading<'_, Tables>,
        name: CustomerName,
        limit: u64,
    ) -> Result<Option<CustomerContext>, Failure> {
        let customer = facts.get(&[Key::Customer(name)]).await?;
        let Some(customer) = customer_in(&customer)? else { return Ok(None) };
        facts.depend_on(&[Key::RelationshipsOf(name)]);
        let snapshot = self.database.snapshot().await?;
        let relationships = relationships(&snapshot, name, Condition::all(), Some(limit)).await?;
        for relationship in &relationships {
            facts.depend_on(&[Key::PartnershipsOf(relationship.partner)]);
        }
        let related: Vec<_> = relationships.iter().map(|it| it.partner.to_string()).collect();
        let provider = PartnershipColumn::Provider.is_in(related.clone());
        let reseller = PartnershipColumn::Reseller.is_in(related);
        let both = Condition::all().add(provider.clone()).add(reseller.clone());
        let mut pairs = partnerships(&snapshot, both, Some(limit)).await?;
        let either = Condition::any().add(provider).add(reseller);
        for pair in partnerships(&snapshot, either, Some(limit)).await? {
            if !pairs.contains(&pair) {
                pairs.push(pair);
            }
        }
        Ok(Some(CustomerContext { customer, relationships, partnerships: pairs }))
    }
}

async fn of_chain(
    facts: &mut Reading<'_, Tables>,
    name: CustomerName,
    (seller, reseller): SellingPartners,
) -> Result<Option<CustomerContext>, Failure> {
    let partners = [Some(seller), reseller].into_iter().flatten();
    let mut keys = vec![Key::Customer(name)];
    keys.extend(partners.map(|partner| Key::Relationships(name, partner)));
    let relationships = keys.len();
    keys.extend(reseller.map(|reseller| Key::Partnerships(seller, reseller)));
    let found = facts.get(&keys).await?;
    let Some(customer) = customer_in(&found)? else { return Ok(None) };
    let mut context =
        CustomerContext { customer, relationships: Vec::new(), partnerships: Vec::new() };
    for fact in &found[1..relationships] {
        context.relationships.extend_from_slice(fact.relationships()?);
    }
    for fact in &found[relationships..] {
        context.partnerships.extend_from_slice(fact.partnerships()?);
    }
    Ok(Some(context))
}

/// Open partnerships of a provider and these resellers.
pub(crate) async fn partnerships_of(
    facts: &mut Reading<'_, Tables>,
    provider: PartnerName,
    resellers: impl Iterator<Item = PartnerName> + Send,
) -> Result<Vec<Partnership>, Failure> {
    let keys: Vec<_> = resellers.map(|reseller| Key::Partnerships(provider, reseller)).collect();
    let mut all = Vec::new();
    for fact in facts.get(&keys).await? {
        all.extend_from_slice(fact.partnerships()?);
    }
    Ok(all)
}

fn customer_in(facts: &[Arc<Fact>]) -> Result<Option<Customer>, Failure> {
    let customer = facts.first().map(|fact| fact.customer()).transpose()?;
    Ok(customer.flatten().cloned())
}
