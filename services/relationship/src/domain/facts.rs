use markets::Country;
use types::{LocationAccountId, OrganizationName, PartnerName, Timestamp, text_enum};

use super::{Customer, CustomerRelationship, Partnership, Transaction};

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
    /// Where a role stands. Only an active one sells anything new.
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

/// A location account and its country.
#[derive(Debug, Clone)]
pub struct Location {
    /// The account (PLA).
    pub account: LocationAccountId,
    /// Where it is.
    pub country: Country,
}

/// One role of a partner.
#[derive(Debug, Clone)]
pub struct RoleStanding {
    /// The role.
    pub role: Role,
    /// Where it stands.
    pub state: RoleState,
    /// Which application of the partner in this role it is, from 1 on: one that was revoked and
    /// enrolls again makes the next.
    pub application: i32,
    /// From when on it is blocked, since the yearly re-authorization was not passed.
    pub block_time: Option<Timestamp>,
    /// What is left until the partner sells something new in it; nothing if it does so now, or
    /// if this version does not know what it is.
    pub next_steps: Vec<EnrollmentStep>,
}

/// A call of onboarding that leads an enrollment on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnrollmentStep {
    /// `EnrollPartner`, for the first time.
    Enroll,
    /// `EnrollPartner` for another tenant.
    EnrollOtherTenant,
    /// `EnrollPartner` after a revocation.
    EnrollAgain,
    /// `RecordEvidence`.
    RecordEvidence,
    /// `SubmitEnrollment`.
    Submit,
    /// `ResubmitEnrollment`.
    Resubmit,
    /// `ReviewEnrollment`.
    Review,
    /// `ReinstateEnrollment`.
    Reinstate,
    /// `RecordVettingResult`.
    RecordVetting,
    /// `AssociateLocation`.
    AssociateLocation,
    /// `AcceptAgreement`.
    AcceptAgreement,
}

/// An accepted agreement.
#[derive(Debug, Clone)]
pub struct StandingAgreement {
    /// Resource name of the acceptance.
    pub name: String,
    /// Roles that it covers.
    pub covers: Vec<Role>,
    /// Version of the text.
    pub version: String,
    /// From when on it no longer counts.
    pub lapse_time: Option<Timestamp>,
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
    pub roles: Vec<RoleStanding>,
    /// What it has accepted.
    pub agreements: Vec<StandingAgreement>,
    /// How its company and the buyer's are tied, one sentence a link.
    pub affiliation: Vec<String>,
    /// Revision of the partner.
    pub revision: i64,
    /// Revision of its company.
    pub organization_revision: i64,
}

impl StandingAgreement {
    /// Whether it counts at a time.
    #[must_use]
    pub fn counts(&self, at: Timestamp) -> bool {
        self.lapse_time.is_none_or(|lapse| at < lapse)
    }
}

impl Standing {
    /// What is known of it in a role, if it is enrolled in it.
    #[must_use]
    pub fn role(&self, role: Role) -> Option<&RoleStanding> {
        self.roles.iter().find(|held| held.role == role)
    }

    /// Where it stands in a role, if it is enrolled in it.
    #[must_use]
    pub fn state(&self, role: Role) -> Option<RoleState> {
        self.role(role).map(|held| held.state)
    }

    /// When it is blocked in a role, if that time has come.
    #[must_use]
    pub fn blocked(&self, role: Role, at: Timestamp) -> Option<Timestamp> {
        self.role(role).and_then(|held| held.block_time).filter(|block| *block <= at)
    }

    /// An acceptance that covers a role and counts at a time; or else one that counted once.
    #[must_use]
    pub fn agreement(&self, role: Role, at: Timestamp) -> Option<&StandingAgreement> {
        let covering =
            || self.agreements.iter().filter(|agreement| agreement.covers.contains(&role));
        covering().find(|agreement| agreement.counts(at)).or_else(|| covering().next_back())
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
    /// The partners that hold the additional PartnerIDs, as far as there are any.
    pub additional: Vec<AdditionalPartner>,
    /// The time to decide for.
    pub time: Timestamp,
}

/// A partner that would stand on record beside the reseller.
#[derive(Debug, Clone)]
pub struct AdditionalPartner {
    /// What onboarding says of it.
    pub standing: Standing,
    /// Its open partnership with the seller.
    pub partnership: Option<Partnership>,
}

impl Facts {
    /// Whether these are the facts about a transaction, and not those about others.
    pub(super) fn are_about(&self, asked: &Transaction) -> bool {
        let of_pair =
            |it: &Partnership| it.provider == asked.seller && Some(it.reseller) == asked.reseller;
        self.seller.partner == asked.seller
            && self.reseller.as_ref().map(|it| it.partner) == asked.reseller
            && self.customer.name == asked.customer
            && self.partnership.as_ref().is_none_or(of_pair)
            && self.additional.iter().all(|it| {
                it.partnership.as_ref().is_none_or(|pair| {
                    pair.provider == asked.seller && pair.reseller == it.standing.partner
                })
            })
            && self.relationships.iter().all(|it| it.customer() == asked.customer)
    }
}
