use kernel::{OrganizationName, PartnerName};

use super::Partner;

/// Everything about one partner that a decision on a transaction looks at.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The partner.
    pub partner: Partner,
    /// Revision of its company.
    pub organization_revision: i64,
    /// How its company and the buyer's are tied, one sentence a link. Empty when they are not.
    pub affiliation: Vec<String>,
}

/// A buyer as a caller names it.
#[derive(Debug, Clone, Copy)]
pub struct Buyer {
    /// Its tenant, under the name that it would have as a partner.
    pub tenant: PartnerName,
    /// Its company.
    pub organization: OrganizationName,
}

/// What is known of a buyer.
#[derive(Debug, Clone)]
pub struct BuyerStanding {
    /// Whether the buyer's tenant is a CSP tenant.
    pub csp_tenant: bool,
    /// CSP tenants of the buyer's company.
    pub partners: Vec<PartnerName>,
    /// Revision of the buyer's company.
    pub organization_revision: i64,
}
