use kernel::{LocationAccountId, OrganizationName, PartnerName, text_enum};
use markets::Country;

use super::{Customer, CustomerRelationship, Partnership};

text_enum! {
    /// What a partner is in the programme.
    pub enum Role {
        /// Buys from Microsoft, sells to resellers.
        IndirectProvider = "indirect-provider",
        /// Buys from a provider, sells to customers.
        IndirectReseller = "indirect-reseller",
        /// Buys from Microsoft, sells to customers.
        DirectBill = "direct-bill",
    }
}

text_enum! {
    /// Where a role stands. Only an active one transacts.
    pub enum RoleState {
        /// Vetting runs.
        Vetting = "vetting",
        /// Vetting failed.
        Rejected = "rejected",
        /// Vetted; the MPA is open.
        Qualified = "qualified",
        /// Vetted and the MPA accepted.
        Active = "active",
        /// Sells nothing new.
        Suspended = "suspended",
        /// Recorded and not handed in yet.
        Draft = "draft",
        /// Below the requirements of direct bill: goes on with what it sold, sells nothing new.
        Restricted = "restricted",
        /// Out of the programme.
        Revoked = "revoked",
        /// A state that this version does not know; never enough for anything.
        Unknown = "unknown",
    }
}

text_enum! {
    /// Which text of the Microsoft Partner Agreement.
    pub enum AgreementKind {
        /// The provider's.
        IndirectProvider = "indirect-provider",
        /// The reseller's.
        IndirectReseller = "indirect-reseller",
        /// The direct-bill partner's, which covers the reseller role too.
        DirectBill = "direct-bill",
    }
}

impl AgreementKind {
    fn covers(self, role: Role) -> bool {
        match self {
            Self::IndirectProvider => role == Role::IndirectProvider,
            Self::IndirectReseller => role == Role::IndirectReseller,
            Self::DirectBill => matches!(role, Role::DirectBill | Role::IndirectReseller),
        }
    }
}

/// A location account and its country.
#[derive(Debug, Clone)]
pub struct Location {
    /// The account (PLA).
    pub account: LocationAccountId,
    /// Where it is.
    pub country: Country,
}

/// An accepted agreement.
#[derive(Debug, Clone)]
pub struct StandingAgreement {
    /// Resource name of the acceptance.
    pub name: String,
    /// Which text.
    pub kind: AgreementKind,
    /// Version of the text.
    pub version: String,
}

/// What onboarding says of one partner.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The partner.
    pub partner: PartnerName,
    /// Its company.
    pub organization: OrganizationName,
    /// Country of its CSP tenant.
    pub country: Country,
    /// Its location.
    pub location: Option<Location>,
    /// Its roles.
    pub roles: Vec<(Role, RoleState)>,
    /// What it has accepted.
    pub agreements: Vec<StandingAgreement>,
    /// How its company and the buyer's are tied, one sentence a link.
    pub affiliation: Vec<String>,
    /// Revision of the partner.
    pub revision: i64,
    /// Revision of its company.
    pub organization_revision: i64,
}

impl Standing {
    /// Where it stands in a role, if it is enrolled in it.
    #[must_use]
    pub fn state(&self, role: Role) -> Option<RoleState> {
        self.roles.iter().find(|(held, _)| *held == role).map(|(_, state)| *state)
    }

    /// An acceptance that covers a role.
    #[must_use]
    pub fn agreement(&self, role: Role) -> Option<&StandingAgreement> {
        self.agreements.iter().find(|agreement| agreement.kind.covers(role))
    }
}

/// What onboarding says of a buyer.
#[derive(Debug, Clone)]
pub struct BuyerStanding {
    /// Whether its tenant is a CSP tenant.
    pub csp_tenant: bool,
    /// CSP tenants of its company.
    pub partners: Vec<PartnerName>,
    /// Revision of its company.
    pub organization_revision: i64,
}

/// Everything that a decision on a transaction may look at.
#[derive(Debug, Clone)]
pub struct Facts {
    /// The seller.
    pub seller: Standing,
    /// The reseller, where one is named.
    pub reseller: Option<Standing>,
    /// The open partnership of the two.
    pub partnership: Option<Partnership>,
    /// The customer.
    pub customer: Customer,
    /// What is known of its company.
    pub buyer: BuyerStanding,
    /// Open relationships of the customer with seller and reseller.
    pub relationships: Vec<CustomerRelationship>,
}
