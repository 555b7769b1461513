//! Who is an affiliate of whom: a company that owns, is owned by, or has a common owner with
//! another. Ownership is control, and control of control is control, whatever the product of
//! the shares.

use std::collections::{BTreeMap, VecDeque};

use types::{OrganizationName, Timestamp};

use super::{Organization, Owner};

/// What stands for the path where there were too many companies to look for one. Whoever reads
/// it must take the two for affiliates.
const UNKNOWN: &str =
    "the companies above the two are too many to tell that they are no affiliates";

/// Companies and all that control them at a time, directly or through others.
#[derive(Debug, Clone)]
pub struct Ownership {
    companies: BTreeMap<OrganizationName, Organization>,
    at: Timestamp,
    /// Whether everything that controls them is among them.
    complete: bool,
}

/// The companies that control one, itself included, and the way up to each.
type WayUp<'a> = BTreeMap<OrganizationName, Step<'a>>;

/// A company on a way up.
#[derive(Debug, Clone, Copy)]
struct Step<'a> {
    /// How many links it is above where the way begins.
    links: usize,
    /// The company below it, and how it controls that.
    below: Option<(OrganizationName, &'a Owner)>,
}

impl Ownership {
    /// Most companies that are looked at for one question.
    pub const MOST: usize = 1000;
    /// Most ownerships among them: a question about 200 partners follows each for each of them.
    pub const MOST_OWNERSHIPS: usize = 2000;
    /// Most links of a path that are told.
    const TOLD: usize = 20;

    /// The graph of these companies at a time.
    pub fn new(organizations: impl IntoIterator<Item = Organization>, at: Timestamp) -> Self {
        let companies = organizations.into_iter().map(|each| (each.name, each)).collect();
        Self { companies, at, complete: true }
    }

    /// The same where it is known to lack companies.
    #[must_use]
    pub fn incomplete(self) -> Self {
        Self { complete: false, ..self }
    }

    /// A company of the graph.
    pub fn get(&self, name: OrganizationName) -> Option<&Organization> {
        self.companies.get(&name)
    }

    /// How companies are affiliates of one other than themselves, one sentence a link from them to
    /// that one over their nearest common owner, and the first 20 links of a longer way; empty when
    /// they are known not to be.
    pub fn paths_to(&self, to: OrganizationName) -> impl Fn(OrganizationName) -> Vec<String> {
        let down = self.way_up(to);
        move |from| {
            if from == to {
                return Vec::new();
            }
            let up = self.way_up(from);
            let shared =
                up.iter().filter_map(|(owner, step)| Some((owner, step, down.get(owner)?)));
            let nearest = shared.min_by_key(|(_, up, down)| up.links + down.links);
            let Some((nearest, ..)) = nearest else {
                let unknown = (!self.complete).then(|| UNKNOWN.to_owned());
                return unknown.into_iter().collect();
            };
            let mut path = links(&up, *nearest);
            path.reverse();
            path.extend(links(&down, *nearest));
            let more = path.len().saturating_sub(Self::TOLD);
            let told = path.into_iter().take(Self::TOLD);
            let told = told.map(|(owner, owned)| self.sentence(owner, owned));
            told.chain((more > 0).then(|| format!("and {more} more links"))).collect()
        }
    }

    /// Every company that controls this one, itself included.
    fn way_up(&self, from: OrganizationName) -> WayUp<'_> {
        let mut way = WayUp::from([(from, Step { links: 0, below: None })]);
        let mut queue = VecDeque::from([(from, 0)]);
        while let Some((owned, links)) = queue.pop_front() {
            let owners = self.companies.get(&owned).map_or(&[][..], |each| &each.owners);
            for owner in owners.iter().filter(|owner| owner.controls(self.at)) {
                way.entry(owner.organization).or_insert_with(|| {
                    queue.push_back((owner.organization, links + 1));
                    Step { links: links + 1, below: Some((owned, owner)) }
                });
            }
        }
        way
    }

    fn sentence(&self, owner: &Owner, owned: OrganizationName) -> String {
        let (whole, rest) = (owner.share_basis_points / 100, owner.share_basis_points % 100);
        let tie = match (owner.management_control, rest) {
            (true, _) => "controls the management of".to_owned(),
            (false, 0) => format!("owns {whole} % of"),
            (false, _) => format!("owns {whole}.{rest:02} % of"),
        };
        format!("{} {tie} {}", self.called(owner.organization), self.called(owned))
    }

    fn called(&self, name: OrganizationName) -> String {
        match self.companies.get(&name) {
            Some(organization) => format!("{} ({name})", organization.display_name),
            None => name.to_string(),
        }
    }
}

/// The links from an owner down to where the way began: each owner, and what it controls.
fn links<'a>(way: &WayUp<'a>, mut at: OrganizationName) -> Vec<(&'a Owner, OrganizationName)> {
    let mut links = Vec::new();
    while let Some((owned, owner)) = way.get(&at).and_then(|step| step.below) {
        links.push((owner, owned));
        at = owned;
    }
    links
}
