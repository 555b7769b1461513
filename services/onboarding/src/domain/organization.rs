use markets::Country;
use rules::Denial;
use serde::{Deserialize, Serialize};
use types::{GlobalAccountId, OrganizationName, ResourceVersion, Timestamp};

use super::{Approved, Owner};

/// A legal entity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organization {
    /// Its resource name.
    pub name: OrganizationName,
    /// Its legal name.
    pub display_name: String,
    /// Country of registration.
    pub country: Country,
    /// Partner global account (PGA), the PartnerID of its headquarters.
    pub global_account: Option<GlobalAccountId>,
    /// Current and former owners, ordered by start time and owner.
    pub owners: Vec<Owner>,
    /// Revision, create time and update time.
    pub resource_version: ResourceVersion,
}

/// A legal entity to be recorded.
#[derive(Debug, Clone)]
pub struct NewOrganization {
    /// Its legal name.
    pub display_name: String,
    /// Country of registration.
    pub country: Country,
    /// Partner global account (PGA), the PartnerID of its headquarters.
    pub global_account: Option<GlobalAccountId>,
    /// Current owners.
    pub owners: Vec<Owner>,
}

/// Changes of the legal profile. A field that is `None` does not change.
#[derive(Debug, Clone)]
pub struct NewProfile {
    /// The legal name.
    pub display_name: Option<String>,
    /// Country of registration.
    pub country: Option<Country>,
}

/// Name and creation time of a new resource.
#[derive(Debug, Clone, Copy)]
pub struct Identity<N> {
    /// Resource name.
    pub name: N,
    /// Creation time.
    pub now: Timestamp,
}

impl Organization {
    /// Records a legal entity. `taken_by` is the resource that has its name or PartnerID already.
    pub fn create(
        new: NewOrganization,
        taken_by: Option<String>,
        identity: Identity<OrganizationName>,
    ) -> Result<Approved<Self>, Denial> {
        if let Some(holder) = taken_by {
            return Err(Denial::Exists(holder));
        }
        let organization = Self {
            name: identity.name,
            display_name: new.display_name,
            country: new.country,
            global_account: new.global_account,
            owners: ordered(new.owners),
            resource_version: ResourceVersion::first(identity.now),
        };
        Ok(Approved::created("OrganizationCreated", organization))
    }

    /// Changes the legal profile. The caller must then restart vetting with
    /// [`Partner::restart_vetting`](super::Partner::restart_vetting). An equal profile changes
    /// nothing.
    #[must_use]
    pub fn update(self, new: NewProfile, now: Timestamp) -> Approved<Self> {
        let display_name = new.display_name.unwrap_or_else(|| self.display_name.clone());
        let country = new.country.unwrap_or(self.country);
        let (event, revision) = ("OrganizationUpdated", self.resource_version.revision);
        if (&display_name, country) == (&self.display_name, self.country) {
            return Approved::changed(event, revision, self);
        }
        // No rule uses the profile. The vetting that restarts is a change of the partners.
        Self { display_name, country, ..self }.changed(event, now).granting()
    }

    pub(super) fn changed(mut self, event: &'static str, now: Timestamp) -> Approved<Self> {
        let decided_on = self.resource_version.revision;
        self.resource_version = self.resource_version.next(now);
        Approved::changed(event, decided_on, self)
    }
}

fn ordered(mut owners: Vec<Owner>) -> Vec<Owner> {
    owners.sort_by_key(|owner| (owner.from_time, owner.organization));
    owners
}
