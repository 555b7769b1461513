use std::time::Duration;

use serde::{Deserialize, Serialize};
use types::{
    OrderName, PartnerName, ResourceVersion, SubscriptionName, Timestamp, TransferName, text_enum,
};

use super::{Money, OnRecord, SalesChain};

/// How long the source may think about a transfer.
const OPEN: Duration = Duration::from_secs(30 * 24 * 3600);

text_enum! {
    /// Where a transfer stands.
    pub enum TransferState {
        /// Begun by the target; the source has not answered.
        Pending = "pending",
        /// Approved by the source and done.
        Complete = "complete",
        /// Rejected by the source.
        Rejected = "rejected",
        /// Withdrawn by the target.
        Withdrawn = "withdrawn",
        /// Not answered within 30 days.
        Expired = "expired",
    }
}

impl TransferState {
    /// The event of entering it.
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

/// Subscriptions of a customer that one partner takes over from another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    /// Its resource name.
    pub name: TransferName,
    /// Who sold so far.
    pub source: PartnerName,
    /// Who is to sell to whom. Its seller is the target.
    #[serde(flatten)]
    pub chain: SalesChain,
    /// Whether the target attested in which role it acts.
    pub attested: bool,
    /// What is taken over.
    pub items: Vec<TransferItem>,
    /// Where it stands.
    pub state: TransferState,
    /// Since when.
    pub state_time: Timestamp,
    /// Why. Empty unless rejected or withdrawn.
    pub state_reason: String,
    /// When it expires unless it was answered.
    pub expire_time: Timestamp,
    /// The order that completed it.
    pub order: Option<OrderName>,
    /// How often it changed, and when.
    pub resource_version: ResourceVersion,
}

/// One subscription that is taken over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferItem {
    /// The subscription of the source.
    pub subscription: SubscriptionName,
    /// Who is to stand on record for it.
    #[serde(flatten)]
    pub on_record: OnRecord,
    /// The subscription of the target, once it is complete.
    pub transferred_to: Option<SubscriptionName>,
    /// What is given back to the source, once it is complete.
    pub credit: Option<Money>,
}

/// A transfer that somebody wants.
#[derive(Debug, Clone)]
pub struct NewTransfer {
    /// Who sold so far.
    pub source: PartnerName,
    /// Who is to sell to whom.
    pub chain: SalesChain,
    /// What is to be taken over, and who is to stand on record for it. Never empty, each once.
    pub items: Vec<(SubscriptionName, OnRecord)>,
    /// Whether the target attests in which role it acts.
    pub attested: bool,
}

impl TransferState {
    /// The call that leads here; none if time does.
    pub(super) const fn made_by(self) -> Option<&'static str> {
        match self {
            Self::Pending => Some("CreateTransfer"),
            Self::Complete => Some("ApproveTransfer"),
            Self::Rejected => Some("RejectTransfer"),
            Self::Withdrawn => Some("WithdrawTransfer"),
            Self::Expired => None,
        }
    }
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
            expire_time: now.saturating_add(OPEN).unwrap_or(Timestamp::MAX),
            order: None,
            resource_version: ResourceVersion::first(now),
        }
    }

    /// Whether nobody has answered in time.
    #[must_use]
    pub fn overdue(&self, now: Timestamp) -> bool {
        self.state == TransferState::Pending && now >= self.expire_time
    }

    /// The transfer as time has left it.
    #[must_use]
    pub fn effective_at(self, now: Timestamp) -> Self {
        if !self.overdue(now) {
            return self;
        }
        Self { state: TransferState::Expired, state_time: self.expire_time, ..self }
    }
}
