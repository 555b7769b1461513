//! Creates what a file describes, and changes what differs. A second run changes nothing.

mod customers;
mod enrollment;
mod offers;
mod partners;

use std::{collections::BTreeMap, time::Duration};

use client::Cluster;
use contracts::ordering as od;
use futures_util::{StreamExt, stream};
use tokio::time::sleep;
use tonic::{Code, Response, Status};
use types::Timestamp;

use crate::{
    World, alias,
    file::{Customer, Offer, Order, Organization, Partner},
};

/// Entries that are applied at the same time.
const AT_ONCE: usize = 8;
/// Waits before an entry is retried after a failure that may pass.
const WAITS: [Duration; 3] =
    [Duration::from_millis(100), Duration::from_secs(1), Duration::from_secs(5)];
/// Age of an acceptance without a time in the file. The services may have another clock.
const DAY: i64 = 24 * 60 * 60;

/// The result of a step. What it changed is in a list of its own, also if it fails.
type Step = Result<(), Conflict>;

/// What could not be applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// Why, in a sentence.
    pub text: String,
    /// Whether it may be gone later, because a service was not available.
    passes: bool,
}

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

/// A part of a world that is applied in one go.
#[derive(Debug, Clone, Copy)]
enum Entry<'a> {
    Company { key: &'a str, name: &'a str, country: &'a str },
    Owners(&'a str, &'a Organization),
    Partner(&'a str, &'a Partner),
    Partnership { provider: &'a str, reseller: &'a str },
    Customer(&'a str, &'a Customer),
    Offer(&'a str, &'a Offer),
    Order(&'a str, &'a Order),
    EndOfEnrollment(&'a str, &'a Partner),
}

/// A placed order with its alias.
type Placed = (String, od::Order);

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
    for stage in world.stages() {
        let mut steps = stream::iter(stage).map(|it| context.persist(it)).buffered(AT_ONCE);
        while let Some((changes, step)) = steps.next().await {
            applied.changes.extend(changes);
            match step {
                Ok(order) => applied.orders.extend(order),
                Err(conflict) => {
                    let text = world.with_aliases(&conflict.text);
                    applied.conflicts.push(Conflict { text, ..conflict });
                }
            }
            done += 1;
            progress(done);
        }
        if !applied.conflicts.is_empty() {
            break;
        }
    }
    applied
}

impl Context<'_> {
    /// Applies an entry, again if a service is not available. An entry first reads what there is.
    async fn persist(&self, entry: Entry<'_>) -> (Vec<String>, Result<Option<Placed>, Conflict>) {
        let mut changes = Vec::new();
        for wait in WAITS {
            match self.step(entry, &mut changes).await {
                Err(Conflict { passes: true, .. }) => sleep(wait).await,
                done => return (changes, done),
            }
        }
        let done = self.step(entry, &mut changes).await;
        (changes, done)
    }

    async fn step(
        &self,
        entry: Entry<'_>,
        changes: &mut Vec<String>,
    ) -> Result<Option<Placed>, Conflict> {
        match entry {
            Entry::Company { key, name, country } => {
                self.organization(key, name, country, changes).await?;
            }
            Entry::Owners(key, it) => self.owners(key, it, changes).await?,
            Entry::Partner(key, it) => {
                self.partner(key, it, changes).await?;
                self.enroll(key, it, changes).await?;
            }
            Entry::Partnership { provider, reseller } => {
                self.partnership(provider, reseller, changes).await?;
            }
            Entry::Customer(key, it) => self.customer(key, it, changes).await?,
            Entry::Offer(key, it) => self.offer(key, it, changes).await?,
            Entry::Order(key, it) => {
                return Ok(Some((key.to_owned(), self.place(key, it, changes).await?)));
            }
            Entry::EndOfEnrollment(key, it) => self.end_enrollment(key, it, changes).await?,
        }
        Ok(None)
    }

    /// The time of an acceptance without a time in the file.
    fn day_before(&self) -> Timestamp {
        Timestamp::from_second(self.now.as_second() - DAY).unwrap_or(self.now)
    }
}

impl World {
    /// The entries in stages. A stage needs what the stages before it create.
    fn stages(&self) -> Vec<Vec<Entry<'_>>> {
        let companies =
            self.companies().map(|(key, name, country)| Entry::Company { key, name, country });
        let partnerships = self.partners.iter().flat_map(|(reseller, partner)| {
            let providers = partner.providers.iter();
            providers.map(|provider| Entry::Partnership { provider, reseller })
        });
        vec![
            companies.collect(),
            self.organizations.iter().map(|(key, it)| Entry::Owners(key, it)).collect(),
            self.partners.iter().map(|(key, it)| Entry::Partner(key, it)).collect(),
            partnerships.collect(),
            self.customers.iter().map(|(key, it)| Entry::Customer(key, it)).collect(),
            self.offers.iter().map(|(key, it)| Entry::Offer(key, it)).collect(),
            self.orders.iter().map(|(key, it)| Entry::Order(key, it)).collect(),
            self.partners.iter().map(|(key, it)| Entry::EndOfEnrollment(key, it)).collect(),
        ]
    }

    /// Number of entries to apply.
    #[must_use]
    pub fn steps(&self) -> usize {
        self.stages().iter().map(Vec::len).sum()
    }

    /// Every company with its alias, name and country.
    fn companies(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        let Self { organizations, partners, customers, .. } = self;
        let organizations = organizations.iter().map(|(key, it)| (key, &it.name, it.country));
        let partners = partners.iter().filter(|(_, it)| it.company.is_none());
        let partners = partners.map(|(key, it)| (key, &it.name, it.country));
        let customers = customers.iter().filter(|(_, it)| it.company.is_none());
        let customers = customers.map(|(key, it)| (key, &it.name, it.country));
        let all = organizations.chain(partners).chain(customers);
        all.map(|(key, name, country)| {
            (key.as_str(), name.as_deref().unwrap_or(key), country.0.code())
        })
    }

    /// PartnerID of a partner: that of the file, or one derived from the alias.
    pub(crate) fn partner_id(&self, partner: &str) -> String {
        let stated = self.partners.get(partner).and_then(|it| it.location.as_deref().cloned());
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
fn conflict(key: &str, problem: impl AsRef<str>) -> Conflict {
    Conflict { text: format!("{key}: {}", problem.as_ref()), passes: false }
}

/// A call of an entry that failed.
fn failed(key: &str, method: &str) -> impl Fn(Status) -> Conflict {
    move |status| Conflict {
        passes: matches!(
            status.code(),
            Code::Unavailable | Code::ResourceExhausted | Code::DeadlineExceeded | Code::Aborted
        ),
        ..conflict(key, format!("{method}: {}", status.message()))
    }
}
