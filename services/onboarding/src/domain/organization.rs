use kernel::{GlobalAccountId, OrganizationName, Stamp, Timestamp};
use markets::Country;
use serde::{Deserialize, Serialize};

use super::{Approved, Denial};

/// Half of the equity, in basis points. Ownership is more than this.
const HALF: i32 = 5000;

/// A legal entity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organization {
    /// Its resource name.
    pub name: OrganizationName,
    /// Its legal name.
    pub display_name: String,
    /// Country of registration.
    pub country: Country,
    /// PartnerID at its headquarters, if it is a partner.
    pub global_account: Option<GlobalAccountId>,
    /// Who owns it.
    pub owners: Vec<Owner>,
    /// How often it changed, and when.
    pub stamp: Stamp,
}

/// One owner of an organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// The owner.
    pub organization: OrganizationName,
    /// Share of the equity in basis points.
    pub share_basis_points: i32,
    /// Whether it directs the management whatever its share.
    pub management_control: bool,
}

impl Owner {
    /// Whether the tie makes the two affiliates: more than half of the equity, or control of
    /// the management. Exactly half does not.
    #[must_use]
    pub fn controls(&self) -> bool {
        self.share_basis_points > HALF || self.management_control
    }
}

/// A legal entity to be recorded.
#[derive(Debug, Clone)]
pub struct NewOrganization {
    /// Its legal name.
    pub display_name: String,
    /// Country of registration.
    pub country: Country,
    /// PartnerID at its headquarters.
    pub global_account: Option<GlobalAccountId>,
    /// Who owns it.
    pub owners: Vec<Owner>,
}

/// Name and time of something new.
#[derive(Debug, Clone, Copy)]
pub struct Identity<N> {
    /// What it will be called.
    pub name: N,
    /// When it is made.
    pub now: Timestamp,
}

impl Organization {
    /// Records a legal entity, unless something has its name or PartnerID already.
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
            owners: new.owners,
            stamp: Stamp::first(identity.now),
        };
        Ok(Approved::created("OrganizationCreated", organization))
    }
}
