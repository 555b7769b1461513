use types::text_enum;

use super::{OnRecord, Product, ProductFamily, SalesChain};

text_enum! {
    /// Purpose of a transaction under the programme's rules.
    pub enum Purpose {
        /// Buy new subscriptions.
        NewSubscription = "new-subscription",
        /// Add units.
        AddQuantity = "add-quantity",
        /// Renew on request.
        Renew = "renew",
        /// Return units, or schedule the next term.
        Change = "change",
        /// Suspend, resume, or turn automatic renewal on or off.
        Manage = "manage",
        /// Cancel.
        Cancel = "cancel",
        /// Transfer from another partner.
        TransferIn = "transfer-in",
        /// Renew automatically.
        AutomaticRenewal = "automatic-renewal",
    }
}

/// A transaction that relationship decides on.
#[derive(Debug, Clone)]
pub struct Question {
    /// Seller, reseller and customer.
    pub chain: SalesChain,
    /// Its purpose.
    pub purpose: Purpose,
    /// Product family and PartnerIDs on record of each line.
    pub lines: Vec<(ProductFamily, OnRecord)>,
    /// Whether the seller attests its role (ORD-2).
    pub attested: bool,
}

impl Question {
    pub(super) fn new<'a>(
        chain: SalesChain,
        purpose: Purpose,
        products: impl Iterator<Item = &'a Product>,
        attested: bool,
    ) -> Self {
        let lines = products.map(|it| (it.family, it.on_record.clone())).collect();
        Self { chain, purpose, lines, attested }
    }
}
