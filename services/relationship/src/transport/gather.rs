//! Gathers facts of relationship and onboarding that are valid at one instant.

use std::collections::{BTreeMap, BTreeSet};

use errors::Failure;
use storage::Reading;
use types::{CustomerName, LocationAccountId, PartnerName, Timestamp};

use super::Transport;
use crate::{
    domain::{AdditionalPartner, BuyerStanding, Facts, Partnership, Standing},
    peers::Buyer,
    store::{CustomerContext, Scope, SellingPartners, Tables, partnerships_of},
};

/// Sales chains per response.
pub(super) const MAX_CHAINS: usize = 100;
/// Attempts to gather facts that change meanwhile, before the call fails.
const ATTEMPTS: usize = 5;

/// Facts that are valid at one instant.
pub(super) struct Gathered {
    pub context: CustomerContext,
    /// Sales chains that the facts cover.
    pub chains: Vec<SellingPartners>,
    /// Whether more than [`MAX_CHAINS`] sales chains exist.
    pub truncated: bool,
    standings: BTreeMap<PartnerName, Standing>,
    additional: Vec<Standing>,
    buyer: BuyerStanding,
    /// After the response of onboarding, before the context was validated.
    time: Timestamp,
}

impl Transport {
    /// Reads the context, calls onboarding, and validates the context. Onboarding answers with facts of
    /// one instant; if the context has not changed since before it was asked, both held at that instant.
    pub(super) async fn facts_at_one_instant(
        &self,
        customer: CustomerName,
        scope: Scope,
        accounts: &[LocationAccountId],
    ) -> Result<Gathered, Failure> {
        for _ in 0..ATTEMPTS {
            let mut facts = self.store.facts().await?;
            let gathered = self.read_facts(&mut facts, customer, scope, accounts).await;
            if facts.is_unchanged().await? {
                return gathered?.ok_or_else(|| Failure::missing(customer));
            }
        }
        Err(Failure::FactsChanged { attempts: ATTEMPTS })
    }

    /// Facts about a customer, if it exists.
    async fn read_facts(
        &self,
        facts: &mut Reading<'_, Tables>,
        customer: CustomerName,
        scope: Scope,
        accounts: &[LocationAccountId],
    ) -> Result<Option<Gathered>, Failure> {
        let Some(mut context) = self.store.context(facts, customer, scope).await? else {
            return Ok(None);
        };
        let mut chains = chains(scope, &context, self.clock.now());
        if chains.len() > MAX_CHAINS {
            remove_purchases_of_resellers(&mut chains);
        }
        let truncated = chains.len() > MAX_CHAINS;
        chains.truncate(MAX_CHAINS);
        let partners = chains.iter().flat_map(|(seller, reseller)| [Some(*seller), *reseller]);
        let partners: BTreeSet<_> = partners.flatten().collect();
        let buyer = Buyer { tenant: customer.id(), organization: context.customer.organization };
        let partners = Vec::from_iter(partners);
        let (reply, buyer) =
            self.onboarding.standings_with_located(&partners, accounts, buyer).await?;
        let time = self.clock.now();
        if let Scope::Chain((seller, reseller)) = scope {
            let located = reply.located.iter().map(|it| it.partner);
            let others = located.filter(|it| Some(*it) != reseller);
            context.partnerships.extend(partnerships_of(facts, seller, others).await?);
        }
        Ok(Some(Gathered {
            context,
            chains,
            truncated,
            standings: reply.partners.into_iter().map(|it| (it.partner, it)).collect(),
            additional: reply.located,
            buyer,
            time,
        }))
    }
}

impl Gathered {
    /// Facts of one of the sales chains.
    pub(super) fn facts(&self, (seller, reseller): SellingPartners) -> Result<Facts, Failure> {
        let standing = |partner: PartnerName| {
            let standing = self.standings.get(&partner).cloned();
            standing.ok_or_else(|| Failure::bug(format!("no standing gathered for {partner}")))
        };
        let partnership_with = |reseller: PartnerName| {
            let pair = |it: &&Partnership| it.provider == seller && it.reseller == reseller;
            self.context.partnerships.iter().find(pair).cloned()
        };
        let additional = |standing: &Standing| AdditionalPartner {
            standing: standing.clone(),
            partnership: partnership_with(standing.partner),
        };
        let of_chain = |partner| partner == seller || Some(partner) == reseller;
        let relationships = self.context.relationships.iter().filter(|it| of_chain(it.partner));
        Ok(Facts {
            seller: standing(seller)?,
            reseller: reseller.map(standing).transpose()?,
            partnership: reseller.and_then(partnership_with),
            customer: self.context.customer.clone(),
            buyer: self.buyer.clone(),
            relationships: relationships.cloned().collect(),
            additional: self.additional.iter().map(additional).collect(),
            time: self.time,
        })
    }
}

/// The requested sales chain, or all that could serve the customer: each related partner as the only
/// partner, and each open partnership.
fn chains(scope: Scope, context: &CustomerContext, now: Timestamp) -> Vec<SellingPartners> {
    if let Scope::Chain(chain) = scope {
        return vec![chain];
    }
    let related = context.relationships.iter().filter(|it| it.state_at(now).is_open());
    let related: BTreeSet<_> = related.map(|it| it.partner).collect();
    let pairs = context.partnerships.iter().filter(|it| it.state_at(now).is_open());
    let pairs = pairs.map(|it| (it.provider, Some(it.reseller)));
    related.into_iter().map(|partner| (partner, None)).chain(pairs).collect()
}

/// Removes the chains in which a reseller would buy from Microsoft (PT-1), which take the places of others.
/// A reseller here is one in an open partnership that is a provider in none.
fn remove_purchases_of_resellers(chains: &mut Vec<SellingPartners>) {
    let providers: BTreeSet<_> =
        chains.iter().filter(|it| it.1.is_some()).map(|(provider, _)| *provider).collect();
    let resellers: BTreeSet<_> = chains.iter().filter_map(|(_, reseller)| *reseller).collect();
    let sells_only = |it: &PartnerName| resellers.contains(it) && !providers.contains(it);
    chains.retain(|(seller, reseller)| reseller.is_some() || !sells_only(seller));
}
