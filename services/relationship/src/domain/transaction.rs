use std::collections::BTreeSet;

use types::{CustomerName, LocationAccountId, PartnerName, text_enum};

text_enum! {
    /// Purpose of a transaction.
    pub enum Purpose {
        /// Buy a new subscription.
        NewSubscription = "new-subscription",
        /// Manage existing subscriptions.
        Manage = "manage",
        /// Add units to a subscription.
        AddQuantity = "add-quantity",
        /// Renew a subscription manually.
        Renew = "renew",
        /// Reduce the quantity, or change term or billing cycle.
        Change = "change",
        /// Take a subscription over from another partner.
        TransferIn = "transfer-in",
        /// Cancel a subscription.
        Cancel = "cancel",
        /// Renew a subscription automatically at the end of its term.
        AutomaticRenewal = "automatic-renewal",
    }
}

text_enum! {
    /// Product families that rules distinguish.
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

/// A transaction to decide on.
#[derive(Debug, Clone)]
pub struct Transaction {
    /// Partner that buys from Microsoft.
    pub seller: PartnerName,
    /// Partner between seller and customer.
    pub reseller: Option<PartnerName>,
    /// End customer.
    pub customer: CustomerName,
    pub purpose: Purpose,
    /// Empty if the check precedes the order.
    pub lines: Vec<Line>,
    /// Whether the seller attests in which role it acts.
    pub attested: bool,
}

impl Transaction {
    /// Input that a rule on lines lacks if the transaction has none.
    pub(super) fn lacks_lines(&self) -> Option<&'static str> {
        self.lines.is_empty().then_some("the lines of the order")
    }

    /// Distinct additional PartnerIDs of all lines.
    #[must_use]
    pub fn additional_ids(&self) -> BTreeSet<&LocationAccountId> {
        self.lines.iter().flat_map(|line| &line.additional_ids).collect()
    }
}

/// A line of a transaction.
#[derive(Debug, Clone)]
pub struct Line {
    pub family: ProductFamily,
    /// PartnerID on record: the reseller's.
    pub partner_id: Option<LocationAccountId>,
    /// Additional PartnerIDs on record.
    pub additional_ids: Vec<LocationAccountId>,
}
