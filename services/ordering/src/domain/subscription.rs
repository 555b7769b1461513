use std::time::Duration;

use serde::{Deserialize, Serialize};
use types::{OrderName, ResourceVersion, SubscriptionName, Timestamp, text_enum};

use super::{
    BillingCycle, Money, Order, OrderLine, Product, SalesChain, SeatBatch, Term, batch::window_end,
    proration::Span,
};

/// How long an expired subscription may still be renewed before it is disabled.
const EXPIRED: Duration = Duration::from_secs(30 * 24 * 3600);
/// How long a disabled one may still be renewed before it is deleted.
const DISABLED: Duration = Duration::from_secs(90 * 24 * 3600);

text_enum! {
    /// Where a subscription stands.
    pub enum SubscriptionState {
        /// Runs and is billed.
        Active = "active",
        /// Does not run, and is billed.
        Suspended = "suspended",
        /// Its term ended without renewal less than 30 days ago.
        Expired = "expired",
        /// Its term ended longer ago; nothing can be used, nothing is lost yet.
        Disabled = "disabled",
        /// Gone, with its data.
        Deleted = "deleted",
        /// Cancelled.
        Cancelled = "cancelled",
        /// Taken over by another partner, for whom it goes on under another name.
        Transferred = "transferred",
    }
}

/// What a customer holds after an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    /// Its resource name.
    pub name: SubscriptionName,
    /// The order that made it.
    pub order: OrderName,
    /// Who sells to whom.
    #[serde(flatten)]
    pub chain: SalesChain,
    /// What was bought.
    #[serde(flatten)]
    pub product: Product,
    /// Its units by when they were bought, oldest first. Never empty.
    pub batches: Vec<SeatBatch>,
    /// When the term started.
    pub term_start: Timestamp,
    /// When the term is over.
    pub term_end: Timestamp,
    /// Whether it renews itself.
    pub automatic_renewal: bool,
    /// What becomes of it in the next term; as it is now where none.
    pub next_term: Option<NextTerm>,
    /// More units that it was to have from its last renewal on, and has not.
    #[serde(default)]
    pub refused_increase: Option<RefusedIncrease>,
    /// The subscription of another partner that it goes on from.
    pub transferred_from: Option<SubscriptionName>,
    /// The subscription of another partner that goes on from it.
    pub transferred_to: Option<SubscriptionName>,
    /// Where it stands.
    pub state: SubscriptionState,
    /// Since when.
    pub state_time: Timestamp,
    /// Why. Empty while it runs.
    pub state_reason: String,
    /// How often it changed, and when.
    pub resource_version: ResourceVersion,
}

/// What a subscription becomes when it renews.
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

/// A scheduled increase that a renewal left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedIncrease {
    /// How many units it was to have.
    pub quantity: i32,
    /// The rules that stood against it, and their reasons.
    pub reason: String,
}

/// What time has made due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// Its term is over and it renews itself, if relationship lets it.
    Renewal,
    /// Its state ends whatever anybody says.
    Lapse,
}

impl Subscription {
    /// What a line of an order makes.
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

    /// How many units it has.
    #[must_use]
    pub fn quantity(&self) -> i32 {
        self.batches.iter().map(|batch| batch.quantity).sum()
    }

    /// Until when it may be cancelled; this moment included.
    #[must_use]
    pub fn cancel_until(&self) -> Timestamp {
        window_end(self.term_start)
    }

    /// Whether it is billed: then it stands in the way of a release.
    #[must_use]
    pub const fn runs(&self) -> bool {
        matches!(self.state, SubscriptionState::Active | SubscriptionState::Suspended)
    }

    /// When time changes it next; none where it never does.
    #[must_use]
    pub fn due_time(&self) -> Option<Timestamp> {
        let after = |time: Duration| self.state_time.saturating_add(time).unwrap_or(Timestamp::MAX);
        match self.state {
            SubscriptionState::Active | SubscriptionState::Suspended => Some(self.term_end),
            SubscriptionState::Expired => Some(after(EXPIRED)),
            SubscriptionState::Disabled => Some(after(DISABLED)),
            SubscriptionState::Deleted
            | SubscriptionState::Cancelled
            | SubscriptionState::Transferred => None,
        }
    }

    /// What time has made due.
    #[must_use]
    pub fn due(&self, now: Timestamp) -> Option<Due> {
        self.due_time().filter(|due| now >= *due)?;
        Some(if self.runs() && self.automatic_renewal { Due::Renewal } else { Due::Lapse })
    }

    /// The subscription as time has left it, but for a renewal that is due: until relationship has
    /// been asked about that, it runs on.
    #[must_use]
    pub fn effective_at(mut self, now: Timestamp) -> Self {
        while self.due(now) == Some(Due::Lapse) {
            self = self.lapsed();
        }
        self
    }

    /// The subscription after the state that time has ended; as it is where time ends it never.
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
