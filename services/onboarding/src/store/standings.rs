use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use errors::Failure;
use storage::Reading;
use types::{Clock, LocationAccountId, OrganizationName, PartnerName, Timestamp};

use super::{
    Store,
    facts::{Fact, Key, Tables},
};
use crate::domain::{Buyer, BuyerStanding, OwnershipGraph, Partner, Standing};

/// Attempts to read facts that change meanwhile, before the call fails.
const ATTEMPTS: usize = 5;

/// The standings that a call asks for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'a> {
    pub names: &'a [PartnerName],
    pub accounts: &'a [LocationAccountId],
    pub buyer: Option<Buyer>,
}

type Standings = (Vec<Standing>, Option<BuyerStanding>);

impl Store {
    /// Standings of the partners with these names or location accounts and of the buyer, if they
    /// exist, and the time for which they were evaluated. All of them held at that time. The named
    /// partners come first, in order.
    pub(crate) async fn standings(
        &self,
        wanted: Wanted<'_>,
        clock: &Clock,
    ) -> Result<(Standings, Timestamp), Failure> {
        for _ in 0..ATTEMPTS {
            let mut reading = self.facts.read().await?;
            // Not earlier: an ownership that began or ended in between would count as not begun or not
            // ended, together with facts that changed after it.
            let now = clock.now();
            let standings = standings(&mut reading, wanted, now).await?;
            if reading.is_unchanged().await? {
                return Ok((standings, now));
            }
        }
        // The same partners change all the time; a later call can succeed.
        let cause = format!("facts changed during each of {ATTEMPTS} attempts");
        Err(Failure::Unavailable { dependency: "database", cause })
    }
}

async fn standings(
    facts: &mut Reading<'_, Tables>,
    Wanted { names, accounts, buyer }: Wanted<'_>,
    now: Timestamp,
) -> Result<Standings, Failure> {
    let mut found = partners(facts, names).await?;
    let located = located(facts, accounts).await?;
    found.extend(located.into_iter().filter(|it| !names.contains(&it.name)));
    let companies = found.iter().map(|partner| partner.organization);
    let companies = companies.chain(buyer.map(|buyer| buyer.organization)).collect();
    let graph = ownership_graph(facts, companies, now).await?;
    let revision = |name| graph.get(name).map_or(0, |company| company.resource_version.revision);
    let paths = buyer.map(|buyer| graph.paths_to(buyer.organization));
    let path = |company| paths.as_ref().map_or_else(Vec::new, |path| path(company));
    let standings = found.into_iter().map(|partner| Standing {
        organization_revision: revision(partner.organization),
        affiliation: path(partner.organization),
        partner,
    });
    let existing = buyer.filter(|buyer| graph.get(buyer.organization).is_some());
    let buyer = match existing {
        None => None,
        Some(buyer) => {
            let accounts = accounts_of(facts, buyer).await?;
            Some(BuyerStanding::of(buyer, revision(buyer.organization), accounts, now))
        }
    };
    Ok((standings.collect(), buyer))
}

/// The named partners that exist, each one time, in order.
async fn partners(
    facts: &mut Reading<'_, Tables>,
    names: &[PartnerName],
) -> Result<Vec<Partner>, Failure> {
    let mut seen = BTreeSet::new();
    let keys = names.iter().copied().filter(|name| seen.insert(*name)).map(Key::Partner);
    let found = facts.get(&Vec::from_iter(keys)).await?;
    let existing = found.iter().filter_map(|it| it.partner().transpose());
    existing.map(|it| it.cloned()).collect()
}

/// The partners at these location accounts, by name.
async fn located(
    facts: &mut Reading<'_, Tables>,
    accounts: &[LocationAccountId],
) -> Result<Vec<Partner>, Failure> {
    let keys: Vec<_> = accounts.iter().cloned().map(Key::PartnerAt).collect();
    let names = names(&facts.get(&keys).await?)?;
    let mut partners = partners(facts, &Vec::from_iter(names)).await?;
    partners.retain(|it| it.location.as_ref().is_some_and(|it| accounts.contains(&it.account)));
    Ok(partners)
}

/// The partner accounts of a buyer's tenant and of its company, by name.
async fn accounts_of(
    facts: &mut Reading<'_, Tables>,
    buyer: Buyer,
) -> Result<Vec<Partner>, Failure> {
    let mut names = names(&facts.get(&[Key::PartnersOf(buyer.organization)]).await?)?;
    names.insert(buyer.tenant);
    partners(facts, &Vec::from_iter(names)).await
}

fn names(facts: &[Arc<Fact>]) -> Result<BTreeSet<PartnerName>, Failure> {
    let mut all = BTreeSet::new();
    for fact in facts {
        all.extend(fact.partners()?);
    }
    Ok(all)
}

/// The named organizations and everything that controls them now, read level by level, within the
/// limits of [`OwnershipGraph`].
async fn ownership_graph(
    facts: &mut Reading<'_, Tables>,
    mut wanted: BTreeSet<OrganizationName>,
    now: Timestamp,
) -> Result<OwnershipGraph, Failure> {
    let mut found = BTreeMap::new();
    let mut ownerships = 0;
    while !wanted.is_empty()
        && found.len() + wanted.len() <= OwnershipGraph::MAX_COMPANIES
        && ownerships <= OwnershipGraph::MAX_OWNERSHIPS
    {
        let keys: Vec<_> = wanted.iter().copied().map(Key::Organization).collect();
        wanted.clear();
        for fact in facts.get(&keys).await? {
            let Some(company) = fact.organization()?.cloned() else { continue };
            for owner in company.owners.iter().filter(|owner| owner.controls(now)) {
                ownerships += 1;
                wanted.insert(owner.organization);
            }
            found.insert(company.name, company);
        }
        wanted.retain(|name| !found.contains_key(name));
    }
    let graph = OwnershipGraph::new(found.into_values(), now);
    Ok(if wanted.is_empty() { graph } else { graph.incomplete() })
}
