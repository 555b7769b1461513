use rules::{Line, OnRecord, ProductFamily, Purpose, SalesChain, Transaction};
use serde::{Deserialize, Serialize};

use super::{BillingCycle, Money, OfferName, Term};

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

/// A transaction that relationship decides on.
pub(super) fn transaction<'a>(
    chain: SalesChain,
    purpose: Purpose,
    products: impl Iterator<Item = &'a Product>,
    attested: bool,
) -> Transaction {
    let line = |it: &Product| Line { family: it.family, on_record: it.on_record.clone() };
    Transaction { chain, purpose, lines: products.map(line).collect(), attested }
}
