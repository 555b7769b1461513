use markets::Country;
use rules::{EnrollmentStep, Role, Transaction};
use types::{LocationAccountId, OrganizationName, PartnerName, Timestamp, text_enum};

use super::{Customer, CustomerRelationship, Partnership};

text_enum! {
    /// State of an enrollment. Only `Active` permits new sales.
    pub enum RoleState {
        /// Vetting is in progress.
        Vetting = "vetting",
        /// Vetting failed.
        Rejected = "rejected",
        /// Vetted; the location or the MPA is missing.
        Qualified = "qualified",
        /// Vetted, located, and the MPA is accepted.
        Active = "active",
        /// May manage but not sell.
        Suspended = "suspended",
        /// Not submitted yet.
        Draft = "draft",
        /// Direct-bill partner below the requirements: may continue sales, not sell anything new.
        Restricted = "restricted",
        /// Out of the programme.
        Revoked = "revoked",
        /// A state that this version does not define; permits nothing.
        Unknown = "unknown",
    }
}

/// A location account and its country.
#[derive(Debug, Clone)]
pub struct Location {
    /// PartnerID of the location (PLA).
    pub account: LocationAccountId,
    pub country: Country,
}

/// A partner's enrollment in one role.
#[derive(Debug, Clone)]
pub struct RoleStanding {
    pub role: Role,
    pub state: RoleState,
    /// Number of the application in this role, from 1; increases when a revoked partner enrolls again.
    pub application: i32,
    /// From this time new sales are blocked, because the yearly re-authorization was not passed.
    pub block_time: Option<Timestamp>,
    /// Steps until the partner may sell something new in this role. Empty if it may already, or if
    /// this version does not define one of the steps.
    pub next_steps: Vec<EnrollmentStep>,
}

/// An acceptance of the MPA.
#[derive(Debug, Clone)]
pub struct StandingAgreement {
    /// Resource name of the acceptance.
    pub name: String,
    pub covers: Vec<Role>,
    /// Version of the agreement.
    pub version: String,
    /// From this time the acceptance is invalid.
    pub lapse_time: Option<Timestamp>,
}

/// What a decision needs to know of a partner, from onboarding.
#[derive(Debug, Clone)]
pub struct Standing {
    pub partner: PartnerName,
    pub organization: OrganizationName,
    /// Country of its CSP tenant.
    pub country: Country,
    /// Associated location account.
    pub location: Option<Location>,
    pub roles: Vec<RoleStanding>,
    /// Acceptances of the MPA.
    pub agreements: Vec<StandingAgreement>,
    /// Ownership links between its organization and the buyer's, one sentence per link; empty if they
    /// are not affiliates.
    pub affiliation: Vec<String>,
    pub revision: i64,
    pub organization_revision: i64,
}

impl StandingAgreement {
    /// Whether the acceptance is valid at a time.
    #[must_use]
    pub fn is_valid_at(&self, at: Timestamp) -> bool {
        self.lapse_time.is_none_or(|lapse| at < lapse)
    }
}

impl Standing {
    #[must_use]
    pub fn role(&self, role: Role) -> Option<&RoleStanding> {
        self.roles.iter().find(|it| it.role == role)
    }

    /// State of the enrollment in a role; `None` if not enrolled.
    #[must_use]
    pub fn state(&self, role: Role) -> Option<RoleState> {
        self.role(role).map(|it| it.state)
    }

    /// Since when new sales in a role are blocked; `None` if not blocked at `at`.
    #[must_use]
    pub fn blocked(&self, role: Role, at: Timestamp) -> Option<Timestamp> {
        self.role(role).and_then(|it| it.block_time).filter(|block| *block <= at)
    }

    /// An acceptance for a role: one that is valid at `at`, otherwise the last invalid one.
    #[must_use]
    pub fn agreement(&self, role: Role, at: Timestamp) -> Option<&StandingAgreement> {
        let covering =
            || self.agreements.iter().filter(|agreement| agreement.covers.contains(&role));
        covering().find(|it| it.is_valid_at(at)).or_else(|| covering().next_back())
    }
}

/// What a decision needs to know of the customer's organization, from onboarding.
#[derive(Debug, Clone)]
pub struct BuyerStanding {
    /// Whether the customer's tenant is a CSP tenant.
    pub csp_tenant: bool,
    /// CSP tenants of the organization.
    pub partners: Vec<PartnerName>,
    pub organization_revision: i64,
}

/// All facts of a decision on a transaction, valid at one instant.
#[derive(Debug, Clone)]
pub struct Facts {
    pub seller: Standing,
    /// `None` if the transaction names no reseller.
    pub reseller: Option<Standing>,
    /// Partnership of seller and reseller that is stored as open.
    pub partnership: Option<Partnership>,
    pub customer: Customer,
    pub buyer: BuyerStanding,
    /// Relationships of the customer with seller and reseller that are stored as open.
    pub relationships: Vec<CustomerRelationship>,
    /// Owners of the additional PartnerIDs. PartnerIDs without an owner are missing.
    pub additional: Vec<AdditionalPartner>,
    /// Time of the decision.
    pub time: Timestamp,
}

/// The owner of an additional PartnerID on record.
#[derive(Debug, Clone)]
pub struct AdditionalPartner {
    pub standing: Standing,
    /// Partnership with the seller that is stored as open.
    pub partnership: Option<Partnership>,
}

impl Facts {
    /// Whether these are the facts of this transaction.
    pub(super) fn belong_to(&self, transaction: &Transaction) -> bool {
        let of_pair = |it: &Partnership| {
            it.provider == transaction.chain.seller
                && Some(it.reseller) == transaction.chain.reseller
        };
        self.seller.partner == transaction.chain.seller
            && self.reseller.as_ref().map(|it| it.partner) == transaction.chain.reseller
            && self.customer.name == transaction.chain.customer
            && self.partnership.as_ref().is_none_or(of_pair)
            && self.additional.iter().all(|it| {
                it.partnership.as_ref().is_none_or(|pair| {
                    pair.provider == transaction.chain.seller
                        && pair.reseller == it.standing.partner
                })
            })
            && self.relationships.iter().all(|it| it.customer() == transaction.chain.customer)
    }
}
