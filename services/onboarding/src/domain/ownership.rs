//! Affiliates: two companies of which one controls the other, or which a third one controls.
//! Control is transitive, regardless of the product of the shares.

use std::collections::{BTreeMap, VecDeque};

use types::{OrganizationName, Timestamp};

use super::{Organization, Owner};

/// Stands for a path if the graph is incomplete. The two companies must be treated as affiliates.
const UNKNOWN: &str = "too many companies control the two to rule out that they are affiliates";

/// Companies and everything that controls them at a time, directly or indirectly.
#[derive(Debug, Clone)]
pub struct OwnershipGraph {
    companies: BTreeMap<OrganizationName, Organization>,
    at: Timestamp,
    /// Whether the graph contains everything that controls its companies.
    complete: bool,
}

/// A company itself and everything that controls it.
type Controllers<'a> = BTreeMap<OrganizationName, Controller<'a>>;

#[derive(Debug, Clone, Copy)]
struct Controller<'a> {
    /// Links between the controller and the controlled company; 0 for the company itself.
    distance: usize,
    /// The next company towards the controlled one, and how the controller owns it.
    below: Option<(OrganizationName, &'a Owner)>,
}

impl OwnershipGraph {
    /// Companies read for one request, at most.
    pub const MAX_COMPANIES: usize = 1000;
    /// Ownerships read for one request, at most. A request for 200 partners follows each ownership
    /// up to 200 times.
    pub const MAX_OWNERSHIPS: usize = 2000;
    /// Links of a path returned, at most.
    const MAX_LINKS: usize = 20;

    /// The graph of these companies at a time.
    pub fn new(organizations: impl IntoIterator<Item = Organization>, at: Timestamp) -> Self {
        let companies = organizations.into_iter().map(|each| (each.name, each)).collect();
        Self { companies, at, complete: true }
    }

    /// Marks the graph as lacking companies.
    #[must_use]
    pub fn incomplete(self) -> Self {
        Self { complete: false, ..self }
    }

    /// The company of this name, if the graph contains it.
    pub fn get(&self, name: OrganizationName) -> Option<&Organization> {
        self.companies.get(&name)
    }

    /// Returns a function that explains how a company is an affiliate of `to`: one sentence per
    /// link, through the nearest common controller, at most 20 links. Empty if the two are not
    /// affiliates or are the same company.
    pub fn paths_to(&self, to: OrganizationName) -> impl Fn(OrganizationName) -> Vec<String> {
        let down = self.controllers(to);
        move |from| {
            if from == to {
                return Vec::new();
            }
            let up = self.controllers(from);
            let common =
                up.iter().filter_map(|(owner, step)| Some((owner, step, down.get(owner)?)));
            let nearest = common.min_by_key(|(_, up, down)| up.distance + down.distance);
            let Some((nearest, ..)) = nearest else {
                let unknown = (!self.complete).then(|| UNKNOWN.to_owned());
                return unknown.into_iter().collect();
            };
            let mut path = links(&up, *nearest);
            path.reverse();
            path.extend(links(&down, *nearest));
            let more = path.len().saturating_sub(Self::MAX_LINKS);
            let links = path.into_iter().take(Self::MAX_LINKS);
            let sentences = links.map(|(owner, owned)| self.sentence(owner, owned));
            sentences.chain((more > 0).then(|| format!("and {more} more links"))).collect()
        }
    }

    fn controllers(&self, of: OrganizationName) -> Controllers<'_> {
        let mut found = Controllers::from([(of, Controller { distance: 0, below: None })]);
        let mut queue = VecDeque::from([(of, 0)]);
        while let Some((owned, distance)) = queue.pop_front() {
            let owners = self.companies.get(&owned).map_or(&[][..], |each| &each.owners);
            for owner in owners.iter().filter(|owner| owner.controls(self.at)) {
                found.entry(owner.organization).or_insert_with(|| {
                    queue.push_back((owner.organization, distance + 1));
                    Controller { distance: distance + 1, below: Some((owned, owner)) }
                });
            }
        }
        found
    }

    fn sentence(&self, owner: &Owner, owned: OrganizationName) -> String {
        let (whole, rest) = (owner.share_basis_points / 100, owner.share_basis_points % 100);
        let verb = match (owner.management_control, rest) {
            (true, _) => "controls the management of".to_owned(),
            (false, 0) => format!("owns {whole} % of"),
            (false, _) => format!("owns {whole}.{rest:02} % of"),
        };
        format!("{} {verb} {}", self.title(owner.organization), self.title(owned))
    }

    fn title(&self, name: OrganizationName) -> String {
        match self.companies.get(&name) {
            Some(organization) => format!("{} ({name})", organization.display_name),
            None => name.to_string(),
        }
    }
}

/// The links from a controller down to the controlled company: each owner with what it owns.
fn links<'a>(
    controllers: &Controllers<'a>,
    mut at: OrganizationName,
) -> Vec<(&'a Owner, OrganizationName)> {
    let mut links = Vec::new();
    while let Some((owned, owner)) = controllers.get(&at).and_then(|it| it.below) {
        links.push((owner, owned));
        at = owned;
    }
    links
}
