use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use types::{CustomerName, LocationAccountId, PartnerName, text_enum};

use crate::Purpose;

text_enum! {
    /// Product family that rules distinguish.
    pub enum ProductFamily {
        /// Microsoft 365 and Office 365.
        Microsoft365 = "microsoft-365",
        /// Dynamics 365 and Power Platform.
        Dynamics365 = "dynamics-365",
        /// Azure for customers.
        Azure = "azure",
        /// Azure for a partner's own use.
        AzureSharedServices = "azure-shared-services",
        /// Software subscriptions and perpetual licences.
        Software = "software",
    }
}

/// The parties of a sale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SalesChain {
    /// Partner that buys from Microsoft.
    pub seller: PartnerName,
    /// Indirect reseller between seller and customer; `None` if the seller sells directly.
    pub reseller: Option<PartnerName>,
    /// End customer.
    pub customer: CustomerName,
}

impl SalesChain {
    /// Seller and reseller.
    pub fn partners(&self) -> impl Iterator<Item = PartnerName> {
        [Some(self.seller), self.reseller].into_iter().flatten()
    }

    /// The sales from Microsoft to the customer, in order.
    #[must_use]
    pub fn legs(&self) -> Vec<Leg> {
        let parties = [
            Some("microsoft".to_owned()),
            Some(self.seller.to_string()),
            self.reseller.map(|reseller| reseller.to_string()),
            Some(self.customer.to_string()),
        ];
        let parties: Vec<_> = parties.into_iter().flatten().collect();
        let pairs = parties.iter().zip(parties.iter().skip(1));
        pairs.map(|(seller, buyer)| Leg { seller: seller.clone(), buyer: buyer.clone() }).collect()
    }
}

/// One sale in the sales chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leg {
    /// `microsoft` or a partner name.
    pub seller: String,
    /// A partner or customer name.
    pub buyer: String,
}

/// PartnerIDs on record of a product. Empty if no reseller takes part.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnRecord {
    /// PartnerID of the reseller.
    pub partner_id: Option<LocationAccountId>,
    /// PartnerIDs of further resellers.
    pub additional_ids: Vec<LocationAccountId>,
}

impl OnRecord {
    /// Most additional PartnerIDs of one line.
    pub const MAX_ADDITIONAL: usize = 5;
}

/// A line of a transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Product family.
    pub family: ProductFamily,
    /// PartnerIDs on record.
    pub on_record: OnRecord,
}

/// A transaction to decide on.
#[derive(Debug, Clone)]
pub struct Transaction {
    /// Seller, reseller and customer.
    pub chain: SalesChain,
    /// Its purpose.
    pub purpose: Purpose,
    /// Empty if the check precedes the order.
    pub lines: Vec<Line>,
    /// Whether the seller attests in which role it acts (ORD-2).
    pub attested: bool,
}

impl Transaction {
    /// Input that a rule on lines lacks if the transaction has none.
    #[must_use]
    pub fn lacks_lines(&self) -> Option<&'static str> {
        self.lines.is_empty().then_some("the lines of the order")
    }

    /// Distinct additional PartnerIDs of all lines.
    #[must_use]
    pub fn additional_ids(&self) -> BTreeSet<&LocationAccountId> {
        self.lines.iter().flat_map(|line| &line.on_record.additional_ids).collect()
    }
}
