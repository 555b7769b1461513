//! Creates what a file describes, and changes what differs. A second run changes nothing.

mod customers;
mod enrollment;
mod offers;
mod partners;

use std::collections::BTreeMap;

use client::Cluster;
use contracts::ordering as od;
use futures_util::{Stream, StreamExt, stream};
use tonic::{Code, Response, Status};
use types::Timestamp;

use crate::{World, alias};

/// Entries that are applied at the same time.
const AT_ONCE: usize = 8;
/// Age of an acceptance without a time in the file. The services may have another clock.
const DAY: i64 = 24 * 60 * 60;

/// What was changed, in sentences.
type Step = Result<Vec<String>, Conflict>;

/// What could not be applied, in a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict(pub String);

/// The result of an application.
#[derive(Debug, Default)]
pub struct Applied {
    /// What was changed.
    pub changes: Vec<String>,
    /// What could not be applied. What depends on it was left out.
    pub conflicts: Vec<Conflict>,
    /// The placed orders by alias.
    pub orders: BTreeMap<String, od::Order>,
}

/// A world, and the cluster to apply it to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Context<'a> {
    pub(crate) services: &'a Cluster,
    pub(crate) world: &'a World,
    pub(crate) now: Timestamp,
}

/// Applies a world to a cluster at a time, and reports the number of applied entries after each.
pub async fn apply(
    services: &Cluster,
    world: &World,
    now: Timestamp,
    mut progress: impl FnMut(usize),
) -> Applied {
    let context = Context { services, world, now };
    let mut applied = Applied::default();
    let mut done = 0;
    macro_rules! stage {
        ($steps:expr) => {
            let mut steps = std::pin::pin!($steps);
            while let Some(step) = steps.next().await {
                match step {
                    Ok(changes) => applied.changes.extend::<Vec<String>>(changes),
                    Err(conflict) => applied.conflicts.push(conflict),
                }
                done += 1;
                progress(done);
            }
            if !applied.conflicts.is_empty() {
                return applied;
            }
        };
    }
    stage!(at_once(world.companies(), |(alias, name, country)| {
        context.organization(alias, name, country)
    }));
    stage!(at_once(world.organizations.iter(), |(alias, it)| context.owners(alias, it)));
    stage!(at_once(world.partners.iter(), |(alias, it)| context.partner(alias, it)));
    stage!(at_once(world.partnerships(), |(provider, reseller)| {
        context.partnership(provider, reseller)
    }));
    stage!(at_once(world.customers.iter(), |(alias, it)| context.customer(alias, it)));
    stage!(at_once(world.offers.iter(), |(alias, it)| context.offer(alias, it)));
    let orders = at_once(world.orders.iter(), |(alias, it)| async move {
        (alias, context.place(alias, it).await)
    });
    let mut orders = std::pin::pin!(orders);
    while let Some((alias, order)) = orders.next().await {
        match order {
            Ok((order, changes)) => {
                applied.orders.insert((**alias).clone(), order);
                applied.changes.extend(changes);
            }
            Err(conflict) => applied.conflicts.push(conflict),
        }
        done += 1;
        progress(done);
    }
    stage!(at_once(world.partners.iter(), |(alias, it)| context.end_enrollment(alias, it)));
    applied
}

/// Runs the steps of all entries, some at the same time. The results are in the order of the entries.
fn at_once<T, F: Future>(
    entries: impl Iterator<Item = T>,
    step: impl FnMut(T) -> F,
) -> impl Stream<Item = F::Output> {
    stream::iter(entries).map(step).buffered(AT_ONCE)
}

impl Context<'_> {
    /// The time of an acceptance without a time in the file.
    fn day_before(&self) -> Timestamp {
        Timestamp::from_second(self.now.as_second() - DAY).unwrap_or(self.now)
    }
}

impl World {
    /// Every company with its alias, name and country.
    fn companies(&self) -> impl Iterator<Item = (&str, &str, String)> {
        let organizations =
            self.organizations.iter().map(|(alias, it)| (alias.as_str(), &it.name, it.country));
        let partners = self.partners.iter().filter(|(_, it)| it.company.is_none());
        let partners = partners.map(|(alias, it)| (alias.as_str(), &it.name, it.country));
        let customers = self.customers.iter().filter(|(_, it)| it.company.is_none());
        let customers = customers.map(|(alias, it)| (alias.as_str(), &it.name, it.country));
        let all = organizations.chain(partners).chain(customers);
        all.map(move |(alias, name, country)| {
            (alias, name.as_deref().unwrap_or(alias), country.0.to_string())
        })
    }

    /// Number of steps to apply it.
    #[must_use]
    pub fn steps(&self) -> usize {
        let Self { organizations, partners, customers, offers, orders, .. } = self;
        let relations = organizations.len() + self.partnerships().count();
        let others = customers.len() + offers.len() + orders.len();
        self.companies().count() + relations + 2 * partners.len() + others
    }

    /// Every provider and reseller with a partnership.
    fn partnerships(&self) -> impl Iterator<Item = (&str, &str)> {
        self.partners.iter().flat_map(|(reseller, partner)| {
            partner.providers.iter().map(|provider| (provider.as_str(), reseller.as_str()))
        })
    }

    /// PartnerID of a partner: that of the file, or one derived from the alias.
    pub(crate) fn partner_id(&self, partner: &str) -> String {
        let stated = self.partners.get(partner).and_then(|it| it.location.clone());
        stated.unwrap_or_else(|| alias::location(partner))
    }
}

/// The answer of a read; `None` if the resource does not exist.
fn found<T>(answer: Result<Response<T>, Status>) -> Result<Option<T>, Status> {
    match answer {
        Ok(answer) => Ok(Some(answer.into_inner())),
        Err(status) if status.code() == Code::NotFound => Ok(None),
        Err(status) => Err(status),
    }
}

/// What could not be done for an entry.
fn conflict(alias: &str, problem: impl AsRef<str>) -> Conflict {
    Conflict(format!("{alias}: {}", problem.as_ref()))
}

/// A call of an entry that failed.
fn failed(alias: &str, method: &str) -> impl Fn(Status) -> Conflict {
    move |status| conflict(alias, format!("{method}: {}", status.message()))
}
