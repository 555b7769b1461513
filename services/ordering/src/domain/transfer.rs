use std::time::Duration;

use rules::{OnRecord, SalesChain};
use serde::{Deserialize, Serialize};
use types::{
    OrderName, PartnerName, ResourceVersion, SubscriptionName, Timestamp, TransferName, text_enum,
};

use super::Money;

/// A pending transfer expires after this time.
const EXPIRES_AFTER: Duration = Duration::from_secs(30 * 24 * 3600);

text_enum! {
    /// State of a transfer.
    pub enum TransferState {
        /// Created by the target; the source has not decided.
        Pending = "pending",
        /// Approved by the source and completed.
        Complete = "complete",
        /// Rejected by the source.
        Rejected = "rejected",
        /// Withdrawn by the target.
        Withdrawn = "withdrawn",
        /// The source did not decide within 30 days.
        Expired = "expired",
    }
}

impl TransferState {
    /// The event of entering the state.
    pub(super) const fn event(self) -> &'static str {
        match self {
            Self::Pending => "TransferBegun",
            Self::Complete => "TransferCompleted",
            Self::Rejected => "TransferRejected",
            Self::Withdrawn => "TransferWithdrawn",
            Self::Expired => "TransferExpired",
        }
    }
}

/// A transfer of a customer's subscriptions from one partner to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    /// Its resource name.
    pub name: TransferName,
    /// The current seller.
    pub source: PartnerName,
    /// Seller, reseller and customer after the transfer. The seller is the target.
    #[serde(flatten)]
    pub chain: SalesChain,
    /// Whether the target attested its role (ORD-2).
    pub attested: bool,
    /// The subscriptions to transfer.
    pub items: Vec<TransferItem>,
    /// Its state.
    pub state: TransferState,
    /// When it entered its state.
    pub state_time: Timestamp,
    /// Why it was rejected or withdrawn. Empty in other states.
    pub state_reason: String,
    /// When it expires if it is still pending.
    pub expire_time: Timestamp,
    /// The order that completed it; `None` before.
    pub order: Option<OrderName>,
    /// Revision, create time and update time.
    pub resource_version: ResourceVersion,
}

/// One subscription of a transfer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferItem {
    /// The subscription of the source.
    pub subscription: SubscriptionName,
    /// PartnerIDs on record after the transfer.
    #[serde(flatten)]
    pub on_record: OnRecord,
    /// The subscription of the target; `None` before completion.
    pub transferred_to: Option<SubscriptionName>,
    /// Refund to the source; `None` before completion.
    pub credit: Option<Money>,
}

/// A requested transfer.
#[derive(Debug, Clone)]
pub struct NewTransfer {
    /// The current seller.
    pub source: PartnerName,
    /// Seller, reseller and customer after the transfer. The seller is the target.
    pub chain: SalesChain,
    /// The subscriptions, each with its PartnerIDs on record after the transfer. Never empty, no
    /// duplicates.
    pub items: Vec<(SubscriptionName, OnRecord)>,
    /// Whether the target attests its role (ORD-2).
    pub attested: bool,
}

impl Transfer {
    pub(super) fn of(new: &NewTransfer, name: TransferName, now: Timestamp) -> Self {
        let items = new.items.iter().map(|(subscription, on_record)| TransferItem {
            subscription: *subscription,
            on_record: on_record.clone(),
            transferred_to: None,
            credit: None,
        });
        Self {
            name,
            source: new.source,
            chain: new.chain,
            attested: new.attested,
            items: items.collect(),
            state: TransferState::Pending,
            state_time: now,
            state_reason: String::new(),
            expire_time: now.saturating_add(EXPIRES_AFTER).unwrap_or(Timestamp::MAX),
            order: None,
            resource_version: ResourceVersion::first(now),
        }
    }

    /// Whether it is stored as pending but has expired.
    #[must_use]
    pub fn overdue(&self, now: Timestamp) -> bool {
        self.state == TransferState::Pending && now >= self.expire_time
    }

    /// The transfer as it is in effect at `now`.
    #[must_use]
    pub fn effective_at(self, now: Timestamp) -> Self {
        if !self.overdue(now) {
            return self;
        }
        Self { state: TransferState::Expired, state_time: self.expire_time, ..self }
    }
}
