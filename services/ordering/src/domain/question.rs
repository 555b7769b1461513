use types::text_enum;

use super::{OnRecord, Product, ProductFamily, SalesChain};

text_enum! {
    /// What a transaction is for, to the programme's rules.
    pub enum Purpose {
        /// Buy something new.
        NewSubscription = "new-subscription",
        /// Add units.
        AddQuantity = "add-quantity",
        /// Renew by hand.
        Renew = "renew",
        /// Return units, or change what the next term is.
        Change = "change",
        /// Suspend, resume, or have it renew itself or not.
        Manage = "manage",
        /// Cancel.
        Cancel = "cancel",
        /// Take it over from another partner.
        TransferIn = "transfer-in",
        /// Let it renew itself.
        AutomaticRenewal = "automatic-renewal",
    }
}

/// What relationship is asked to decide on.
#[derive(Debug, Clone)]
pub struct Question {
    /// Who sells to whom.
    pub chain: SalesChain,
    /// What for.
    pub purpose: Purpose,
    /// What each line is of, and who stands on record for it.
    pub lines: Vec<(ProductFamily, OnRecord)>,
    /// Whether the seller attests in which role it acts.
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
