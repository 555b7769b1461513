//! Who is an affiliate of whom: a company that owns, is owned by, or has a common owner with
//! another. Ownership is control, and control of control is control, whatever the product of
//! the shares.

use std::collections::{BTreeMap, VecDeque};

use kernel::OrganizationName;

use super::{Organization, Owner};

/// Companies and all that control them, directly or through others.
#[derive(Debug, Clone, Default)]
pub struct Ownership(BTreeMap<OrganizationName, Organization>);

/// The way from a company up to one that controls it: for each company on it the one below.
type WayUp<'a> = BTreeMap<OrganizationName, Option<(OrganizationName, &'a Owner)>>;

impl Ownership {
    /// The graph of these companies.
    pub fn new(organizations: impl IntoIterator<Item = Organization>) -> Self {
        Self(organizations.into_iter().map(|each| (each.name, each)).collect())
    }

    /// A company of the graph.
    pub fn get(&self, name: OrganizationName) -> Option<&Organization> {
        self.0.get(&name)
    }

    /// How two different companies are affiliates, one sentence a link from the first to the
    /// second over their nearest common owner; empty when they are not.
    pub fn path(&self, from: OrganizationName, to: OrganizationName) -> Vec<String> {
        if from == to {
            return Vec::new();
        }
        let (up, down) = (self.way_up(from), self.way_up(to));
        let shared = up.keys().filter(|owner| down.contains_key(owner));
        let nearest = shared
            .min_by_key(|owner| self.links(&up, **owner).len() + self.links(&down, **owner).len());
        let Some(nearest) = nearest else { return Vec::new() };
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
            let owners = self.0.get(&owned).map_or(&[][..], |each| &each.owners);
            for owner in owners.iter().filter(|owner| owner.controls()) {
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
        match self.0.get(&name) {
            Some(organization) => format!("{} ({name})", organization.display_name),
            None => name.to_string(),
        }
    }
}
