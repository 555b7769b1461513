use std::collections::BTreeSet;

use types::{CustomerName, LocationAccountId, PartnerName, text_enum};

text_enum! {
    /// What a transaction is for.
    pub enum Purpose {
        /// Buy something new.
        NewSubscription = "new-subscription",
        /// Manage what the customer has.
        Manage = "manage",
        /// Add units to a subscription.
        AddQuantity = "add-quantity",
        /// Renew a subscription by hand.
        Renew = "renew",
        /// Change quantity downwards, term or billing cycle.
        Change = "change",
        /// Take a subscription over from another partner.
        TransferIn = "transfer-in",
        /// Cancel a subscription.
        Cancel = "cancel",
        /// Let a subscription renew itself.
        AutomaticRenewal = "automatic-renewal",
    }
}

text_enum! {
    /// Family of products, as far as rules tell them apart.
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

/// A transaction that somebody wants to make.
#[derive(Debug, Clone)]
pub struct Transaction {
    /// Who buys from Microsoft.
    pub seller: PartnerName,
    /// Who stands between seller and customer.
    pub reseller: Option<PartnerName>,
    /// Who buys in the end.
    pub customer: CustomerName,
    /// What for.
    pub purpose: Purpose,
    /// What is bought. Empty for a question that is asked before the order is written.
    pub lines: Vec<Line>,
    /// Whether the seller attests in which role it acts.
    pub attested: bool,
}

impl Transaction {
    /// What a rule on lines lacks in a question without any.
    pub(super) fn lacks_lines(&self) -> Option<&'static str> {
        self.lines.is_empty().then_some("the lines of the order")
    }

    /// Every additional PartnerID on its lines, once.
    #[must_use]
    pub fn additional_ids(&self) -> BTreeSet<&LocationAccountId> {
        self.lines.iter().flat_map(|line| &line.additional_ids).collect()
    }
}

/// One line of a transaction.
#[derive(Debug, Clone)]
pub struct Line {
    /// What kind of product.
    pub family: ProductFamily,
    /// PartnerID on record.
    pub partner_id: Option<LocationAccountId>,
    /// PartnerIDs of further resellers on record.
    pub additional_ids: Vec<LocationAccountId>,
}
