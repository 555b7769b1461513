use serde::{Deserialize, Serialize};
use types::{CustomerName, LocationAccountId, PartnerName};

use super::{BillingCycle, Money, OfferName, ProductFamily, Term};

/// Who sells to whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SalesChain {
    /// Who buys from Microsoft.
    pub seller: PartnerName,
    /// Who stands between seller and customer.
    pub reseller: Option<PartnerName>,
    /// Who buys in the end.
    pub customer: CustomerName,
}

/// Which resellers stand on record for what is sold. Nobody where the seller acts as direct partner.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnRecord {
    /// PartnerID of the chain's reseller.
    pub partner_id: Option<LocationAccountId>,
    /// PartnerIDs of further resellers.
    pub additional_ids: Vec<LocationAccountId>,
}

/// What is sold, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Product {
    /// The offer.
    pub offer: OfferName,
    /// What kind of product it is.
    pub family: ProductFamily,
    /// The term.
    pub term: Term,
    /// The billing cycle.
    pub billing_cycle: BillingCycle,
    /// Who stands on record for it.
    #[serde(flatten)]
    pub on_record: OnRecord,
    /// Price of one unit for one billing cycle. It does not change with the offer.
    pub unit_price: Money,
}

impl Product {
    /// What units cost for a whole term, in minor units; `None` beyond what 64 bits hold.
    #[must_use]
    pub fn amount(&self, quantity: i32) -> Option<i64> {
        let cycles = self.billing_cycle.times_in(self.term);
        let amount = self.unit_price.minor_units.checked_mul(cycles)?;
        amount.checked_mul(quantity.into())
    }
}
