//! Who is an affiliate of whom: a company that owns, is owned by, or has a common owner with
//! another. Ownership is control, and control of control is control, whatever the product of
//! the shares.

use std::collections::{BTreeMap, VecDeque};

use kernel::{OrganizationName, Timestamp};

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

/// The way from a company up to one that controls it: for each company on it the one below.
type WayUp<'a> = BTreeMap<OrganizationName, Option<(OrganizationName, &'a Owner)>>;

impl Ownership {
    /// Most companies that are looked at for one question.
    pub const MOST: usize = 1000;

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

    /// How two different companies are affiliates, one sentence a link from the first to the
    /// second over their nearest common owner; empty when they are known not to be.
    pub fn path(&self, from: OrganizationName, to: OrganizationName) -> Vec<String> {
        if from == to {
            return Vec::new();
        }
        let (up, down) = (self.way_up(from), self.way_up(to));
        let shared = up.keys().filter(|owner| down.contains_key(owner));
        let nearest = shared
            .min_by_key(|owner| self.links(&up, **owner).len() + self.links(&down, **owner).len());
        let Some(nearest) = nearest else {
            let unknown = (!self.complete).then(|| UNKNOWN.to_owned());
            return unknown.into_iter().collect();
        };
        let mut path = self.links(&up, *nearest);
        path.reverse();
        path.extend(self.links(&down, *nearest));
        path
    }

    /// Every company that controls this one, itself included.
    fn way_up(&self, from: OrganizationName) -> WayUp<'_> {
        let mut way = WayUp::from([(from, None)]);
        let mut queue = VecDeque::from([from]);
        while let Some(owned) = queue.pop_front() {
            let owners = self.companies.get(&owned).map_or(&[][..], |each| &each.owners);
            for owner in owners.iter().filter(|owner| owner.controls(self.at)) {
                way.entry(owner.organization).or_insert_with(|| {
                    queue.push_back(owner.organization);
                    Some((owned, owner))
                });
            }
        }
        way
    }

    /// The links from an owner down to where the way began, one sentence each.
    fn links(&self, way: &WayUp<'_>, mut at: OrganizationName) -> Vec<String> {
        let mut links = Vec::new();
        while let Some(Some((owned, owner))) = way.get(&at) {
            links.push(self.sentence(owner, *owned));
            at = *owned;
        }
        links
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
