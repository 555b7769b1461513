use types::{OrganizationName, PartnerName, Timestamp};

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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuyerStanding {
    /// Whether the buyer's tenant is a CSP tenant.
    pub csp_tenant: bool,
    /// CSP tenants of the buyer's company.
    pub partners: Vec<PartnerName>,
    /// Revision of the buyer's company.
    pub organization_revision: i64,
}

impl BuyerStanding {
    /// What the accounts of a buyer's tenant and company say of it. An account whose partner is
    /// not in the programme is no CSP tenant.
    pub fn of(
        buyer: Buyer,
        organization_revision: i64,
        accounts: Vec<Partner>,
        now: Timestamp,
    ) -> Self {
        let accounts = accounts.into_iter().map(|it| it.effective_at(now));
        let csp: Vec<_> = accounts.filter(Partner::in_programme).collect();
        let of_company = csp.iter().filter(|it| it.organization == buyer.organization);
        Self {
            csp_tenant: csp.iter().any(|it| it.name == buyer.tenant),
            partners: of_company.map(|it| it.name).collect(),
            organization_revision,
        }
    }
}
