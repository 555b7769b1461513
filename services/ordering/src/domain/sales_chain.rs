use serde::{Deserialize, Serialize};
use types::{CustomerName, LocationAccountId, PartnerName};

use super::{BillingCycle, Money, OfferName, ProductFamily, Term};

/// The parties of a sale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SalesChain {
    /// Partner that buys from Microsoft.
    pub seller: PartnerName,
    /// Indirect reseller between seller and customer; `None` if the seller is a direct partner.
    pub reseller: Option<PartnerName>,
    /// Customer.
    pub customer: CustomerName,
}

/// PartnerIDs on record of a product. Empty if the seller acts as direct partner.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnRecord {
    /// PartnerID of the reseller.
    pub partner_id: Option<LocationAccountId>,
    /// PartnerIDs of further resellers.
    pub additional_ids: Vec<LocationAccountId>,
}

/// A product with its terms of sale.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Product {
    /// The offer.
    pub offer: OfferName,
    /// Product family under the programme's rules.
    pub family: ProductFamily,
    /// The term.
    pub term: Term,
    /// The billing cycle.
    pub billing_cycle: BillingCycle,
    /// PartnerIDs on record.
    #[serde(flatten)]
    pub on_record: OnRecord,
    /// Price of one unit for one billing cycle. Independent of later changes of the offer.
    pub unit_price: Money,
}

impl Product {
    /// Price of units for a whole term, in minor units; `None` on overflow.
    #[must_use]
    pub fn amount(&self, quantity: i32) -> Option<i64> {
        let cycles = self.billing_cycle.times_in(self.term);
        let amount = self.unit_price.minor_units.checked_mul(cycles)?;
        amount.checked_mul(quantity.into())
    }
}
