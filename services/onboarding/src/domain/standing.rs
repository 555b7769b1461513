use types::{OrganizationName, PartnerName, Timestamp};

use super::Partner;

/// Everything about one partner that a decision on a transaction needs.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The partner.
    pub partner: Partner,
    /// Revision of its company.
    pub organization_revision: i64,
    /// How its company and the buyer's are affiliated, one sentence per link. Empty if they are not.
    pub affiliation: Vec<String>,
}

/// The buyer that a request names.
#[derive(Debug, Clone, Copy)]
pub struct Buyer {
    /// Its tenant, as the name of the partner with this tenant id.
    pub tenant: PartnerName,
    /// Its company.
    pub organization: OrganizationName,
}

/// Everything about a buyer that a decision on a transaction needs.
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
    /// Derives the standing from the accounts of the buyer's tenant and company. An account that
    /// does not take part in the programme is not a CSP tenant.
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
