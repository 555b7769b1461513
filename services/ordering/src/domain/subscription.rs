use std::time::Duration;

use rules::SalesChain;
use serde::{Deserialize, Serialize};
use types::{OrderName, ResourceVersion, SubscriptionName, Timestamp, text_enum};

use super::{
    BillingCycle, Money, Order, OrderLine, Product, SeatBatch, Term, batch::window_end,
    proration::Span,
};

/// An expired subscription may be renewed for this long; then it is disabled.
const EXPIRED_FOR: Duration = Duration::from_secs(30 * 24 * 3600);
/// A disabled subscription may be renewed for this long; then it is deleted.
const DISABLED_FOR: Duration = Duration::from_secs(90 * 24 * 3600);

text_enum! {
    /// State of a subscription.
    pub enum SubscriptionState {
        /// Can be used and is billed.
        Active = "active",
        /// Cannot be used, but is billed.
        Suspended = "suspended",
        /// The term ended without renewal less than 30 days ago.
        Expired = "expired",
        /// The term ended 30 days ago or earlier; it cannot be used, but data is kept.
        Disabled = "disabled",
        /// Deleted with its data.
        Deleted = "deleted",
        /// Cancelled.
        Cancelled = "cancelled",
        /// Transferred to another partner, where it continues under another name.
        Transferred = "transferred",
    }
}

impl SubscriptionState {
    /// Whether it is billed. A running subscription blocks a release.
    #[must_use]
    pub const fn runs(self) -> bool {
        match self {
            Self::Active | Self::Suspended => true,
            Self::Expired
            | Self::Disabled
            | Self::Deleted
            | Self::Cancelled
            | Self::Transferred => false,
        }
    }
}

/// A subscription of a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    /// Its resource name.
    pub name: SubscriptionName,
    /// The order that created it.
    pub order: OrderName,
    /// Seller, reseller and customer.
    #[serde(flatten)]
    pub chain: SalesChain,
    /// The product, with the price of this term.
    #[serde(flatten)]
    pub product: Product,
    /// Its units, grouped by purchase, oldest first. Never empty.
    pub batches: Vec<SeatBatch>,
    /// Start of the term.
    pub term_start: Timestamp,
    /// End of the term.
    pub term_end: Timestamp,
    /// Whether it renews automatically.
    pub automatic_renewal: bool,
    /// The scheduled next term; `None` means that nothing changes.
    pub next_term: Option<NextTerm>,
    /// The scheduled increase that its last renewal omitted.
    #[serde(default)]
    pub refused_increase: Option<RefusedIncrease>,
    /// The subscription of another partner that it was transferred from.
    pub transferred_from: Option<SubscriptionName>,
    /// The subscription of another partner that it was transferred to.
    pub transferred_to: Option<SubscriptionName>,
    /// Its state.
    pub state: SubscriptionState,
    /// When it entered its state.
    pub state_time: Timestamp,
    /// Why it entered its state. Empty while it is active.
    pub state_reason: String,
    /// Revision, create time and update time.
    pub resource_version: ResourceVersion,
}

/// The scheduled next term of a subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct NextTerm {
    /// The term.
    pub term: Term,
    /// The billing cycle.
    pub billing_cycle: BillingCycle,
    /// How many units.
    pub quantity: i32,
    /// Price of one unit for one billing cycle.
    pub unit_price: Money,
}

/// A scheduled increase that a renewal omitted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedIncrease {
    /// Scheduled number of units.
    pub quantity: i32,
    /// The violated rules and their reasons.
    pub reason: String,
}

/// A change that the passage of time makes due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// The term has ended and the subscription renews if relationship allows it.
    Renewal,
    /// The state ends unconditionally.
    Lapse,
}

impl Subscription {
    /// The subscription that a line of an order creates.
    pub(super) fn of(order: &Order, line: &OrderLine) -> Self {
        let now = order.resource_version.create_time;
        let (quantity, charge) = (line.quantity, line.charge.minor_units);
        Self {
            name: line.subscription,
            order: order.name,
            chain: order.chain,
            product: line.product.clone(),
            batches: vec![SeatBatch::bought(quantity, charge, now)],
            term_start: now,
            term_end: line.product.term.end(now),
            automatic_renewal: true,
            next_term: None,
            refused_increase: None,
            transferred_from: None,
            transferred_to: None,
            state: SubscriptionState::Active,
            state_time: now,
            state_reason: String::new(),
            resource_version: ResourceVersion::first(now),
        }
    }

    /// Number of units.
    #[must_use]
    pub fn quantity(&self) -> i32 {
        self.batches.iter().map(|batch| batch.quantity).sum()
    }

    /// Last moment at which it may be cancelled.
    #[must_use]
    pub fn cancel_until(&self) -> Timestamp {
        window_end(self.term_start)
    }

    /// Whether it is billed. A running subscription blocks a release.
    #[must_use]
    pub const fn runs(&self) -> bool {
        self.state.runs()
    }

    /// When its state or term ends; `None` in a final state.
    #[must_use]
    pub fn due_time(&self) -> Option<Timestamp> {
        let after = |time: Duration| self.state_time.saturating_add(time).unwrap_or(Timestamp::MAX);
        match self.state {
            SubscriptionState::Active | SubscriptionState::Suspended => Some(self.term_end),
            SubscriptionState::Expired => Some(after(EXPIRED_FOR)),
            SubscriptionState::Disabled => Some(after(DISABLED_FOR)),
            SubscriptionState::Deleted
            | SubscriptionState::Cancelled
            | SubscriptionState::Transferred => None,
        }
    }

    /// The change that is due.
    #[must_use]
    pub fn due(&self, now: Timestamp) -> Option<Due> {
        self.due_time().filter(|due| now >= *due)?;
        Some(if self.runs() && self.automatic_renewal { Due::Renewal } else { Due::Lapse })
    }

    /// The subscription as it is in effect at `now`, after every lapse that is due. It keeps running
    /// while a renewal is due, until relationship decides on that.
    #[must_use]
    pub fn effective_at(mut self, now: Timestamp) -> Self {
        while self.due(now) == Some(Due::Lapse) {
            self = self.lapsed();
        }
        self
    }

    /// The subscription after its current state ends; unchanged in a final state.
    pub(super) fn lapsed(self) -> Self {
        let state_time = self.due_time().unwrap_or(self.state_time);
        let (state, reason) = match self.state {
            SubscriptionState::Active | SubscriptionState::Suspended => {
                (SubscriptionState::Expired, "the term ended without renewal")
            }
            SubscriptionState::Expired => (SubscriptionState::Disabled, "not renewed for 30 days"),
            SubscriptionState::Disabled => (SubscriptionState::Deleted, "not renewed for 120 days"),
            SubscriptionState::Deleted
            | SubscriptionState::Cancelled
            | SubscriptionState::Transferred => return self,
        };
        Self { state, state_time, state_reason: reason.to_owned(), ..self }
    }

    pub(super) const fn span(&self) -> Span {
        Span { start: self.term_start, end: self.term_end }
    }
}
