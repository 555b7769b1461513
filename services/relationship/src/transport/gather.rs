//! Gathers facts of relationship and of onboarding that held together at one instant.

use std::collections::{BTreeMap, BTreeSet};

use errors::Failure;
use types::{CustomerName, LocationAccountId, PartnerName, Timestamp};

use super::Transport;
use crate::{
    domain::{AdditionalPartner, BuyerStanding, Facts, Partnership, Standing},
    peers::Buyer,
    store::{CustomerContext, SalesChain, Scope},
};

/// Most chains that one answer holds.
pub(super) const MAX_CHAINS: usize = 100;
/// How often facts that change while they are gathered are gathered before the call is given up.
const ATTEMPTS: usize = 5;

/// Facts that held together at one instant.
pub(super) struct Gathered {
    pub context: CustomerContext,
    /// The chains that the facts are about.
    pub chains: Vec<SalesChain>,
    /// Whether there are more chains than [`MAX_CHAINS`].
    pub truncated: bool,
    standings: BTreeMap<PartnerName, Standing>,
    further: Vec<Standing>,
    buyer: BuyerStanding,
    /// A time after onboarding answered, when what relationship had read was still so.
    time: Timestamp,
}

impl Transport {
    /// Reads relationship's facts, then asks onboarding, then reads the former again. Onboarding
    /// answers from one state of its database; if relationship's facts are the same before and after,
    /// they were so at that state, and all facts held together. Otherwise gathers again.
    pub(super) async fn facts_at_one_instant(
        &self,
        customer: CustomerName,
        mut scope: Scope,
        accounts: &[LocationAccountId],
    ) -> Result<Gathered, Failure> {
        let missing = || Failure::missing(customer);
        let mut before = self.store.context(customer, &scope).await?.ok_or_else(missing)?;
        for _ in 0..ATTEMPTS {
            let mut chains = chains(&scope, &before, self.clock.now());
            let truncated = chains.len() > MAX_CHAINS;
            chains.truncate(MAX_CHAINS);
            let partners = chains.iter().flat_map(|(seller, reseller)| [Some(*seller), *reseller]);
            let partners: BTreeSet<_> = partners.flatten().collect();
            let partners: Vec<_> = partners.into_iter().collect();
            let organization = before.customer.organization;
            let buyer = Buyer { tenant: customer.id(), organization };
            let (reply, buyer) = self.onboarding.everything(&partners, accounts, buyer).await?;
            let time = self.clock.now();
            let wider = scope.with_further(&reply.located);
            let after = self.store.context_again(customer, &wider).await?.ok_or_else(missing)?;
            if wider == scope && after == before {
                return Ok(Gathered {
                    context: after,
                    chains,
                    truncated,
                    standings: reply.partners.into_iter().map(|it| (it.partner, it)).collect(),
                    further: reply.located,
                    buyer,
                    time,
                });
            }
            (scope, before) = (wider, after);
        }
        Err(Failure::FactsChanged { attempts: ATTEMPTS })
    }
}

impl Scope {
    /// The same with the partnerships of the seller with these partners.
    fn with_further(&self, partners: &[Standing]) -> Self {
        match self {
            Self::Chain(chain, _) => {
                Self::Chain(*chain, partners.iter().map(|it| it.partner).collect())
            }
            Self::Everything(most) => Self::Everything(*most),
        }
    }
}

impl Gathered {
    /// The facts about one of the chains.
    pub(super) fn facts(&self, (seller, reseller): SalesChain) -> Result<Facts, Failure> {
        let standing = |partner: PartnerName| {
            let known = self.standings.get(&partner).cloned();
            known.ok_or_else(|| Failure::bug(format!("nothing was gathered about {partner}")))
        };
        let with = |reseller: PartnerName| {
            let pair = |it: &&Partnership| it.provider == seller && it.reseller == reseller;
            self.context.partnerships.iter().find(pair).cloned()
        };
        let further = |standing: &Standing| AdditionalPartner {
            standing: standing.clone(),
            partnership: with(standing.partner),
        };
        let of_chain = |partner| partner == seller || Some(partner) == reseller;
        let relationships = self.context.relationships.iter().filter(|it| of_chain(it.partner));
        Ok(Facts {
            seller: standing(seller)?,
            reseller: reseller.map(standing).transpose()?,
            partnership: reseller.and_then(with),
            customer: self.context.customer.clone(),
            buyer: self.buyer.clone(),
            relationships: relationships.cloned().collect(),
            additional: self.further.iter().map(further).collect(),
            time: self.time,
        })
    }
}

/// The chain that was asked about, or those that could serve the customer: each related partner
/// alone, and each partnership of one.
fn chains(scope: &Scope, context: &CustomerContext, now: Timestamp) -> Vec<SalesChain> {
    if let Scope::Chain(chain, _) = scope {
        return vec![*chain];
    }
    let related = context.relationships.iter().filter(|it| it.state_at(now).is_open());
    let related: BTreeSet<_> = related.map(|it| it.partner).collect();
    let pairs = context.partnerships.iter().filter(|it| it.state_at(now).is_open());
    let pairs = pairs.map(|it| (it.provider, Some(it.reseller)));
    related.into_iter().map(|partner| (partner, None)).chain(pairs).collect()
}
