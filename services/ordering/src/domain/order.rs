use serde::{Deserialize, Serialize};
use types::{OrderName, ResourceVersion, SubscriptionName, Timestamp, text_enum};

use super::{Answer, Evidence, Leg, Money, Product, SalesChain, Subscription};

text_enum! {
    /// Where an order stands.
    pub enum OrderState {
        /// Accepted by the programme's rules.
        Accepted = "accepted",
        /// Cancelled with all its subscriptions.
        Cancelled = "cancelled",
    }
}

text_enum! {
    /// What an order does.
    pub enum OrderKind {
        /// Buys something new.
        Purchase = "purchase",
        /// Adds units to a subscription.
        AddQuantity = "add-quantity",
        /// Returns units of a subscription.
        ReduceQuantity = "reduce-quantity",
        /// Renews a subscription by hand.
        Renew = "renew",
        /// A subscription renews itself.
        AutomaticRenewal = "automatic-renewal",
        /// Says what becomes of a subscription in its next term.
        ScheduleNextTerm = "schedule-next-term",
        /// Says whether a subscription renews itself.
        SetAutomaticRenewal = "set-automatic-renewal",
        /// Suspends a subscription.
        Suspend = "suspend",
        /// Lets a suspended subscription run again.
        Resume = "resume",
        /// Cancels subscriptions.
        Cancel = "cancel",
        /// Takes subscriptions over from another partner.
        TransferIn = "transfer-in",
    }
}

/// An accepted order, with the decision that let it through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Its resource name.
    pub name: OrderName,
    /// What it does.
    pub kind: OrderKind,
    /// Who sells to whom.
    #[serde(flatten)]
    pub chain: SalesChain,
    /// What is bought or changed.
    pub lines: Vec<OrderLine>,
    /// Whether the seller attested in which role it acts.
    pub attested: bool,
    /// Where it stands.
    pub state: OrderState,
    /// Why it was cancelled.
    pub state_reason: String,
    /// Sum over the lines, each for one billing cycle.
    pub total: Money,
    /// What it adds to the charges of the terms that its subscriptions are in.
    pub charge: Money,
    /// What it gives back of them.
    pub refund: Money,
    /// Who sells to whom, Microsoft first.
    pub legs: Vec<Leg>,
    /// The decision of relationship as it came.
    pub evidence: Evidence,
    /// How often it changed, and when.
    pub resource_version: ResourceVersion,
}

/// One line of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderLine {
    /// What is bought or changed.
    #[serde(flatten)]
    pub product: Product,
    /// How many units are bought, returned or concerned.
    pub quantity: i32,
    /// Whether the seller attested what the offer demands.
    pub attested: bool,
    /// The subscription that it made or changed.
    pub subscription: SubscriptionName,
    /// What it adds to the charge of the subscription's term.
    pub charge: Money,
    /// What it gives back of that.
    pub refund: Money,
}

impl OrderLine {
    /// A line that costs nothing.
    pub(super) fn of(product: Product, quantity: i32, subscription: SubscriptionName) -> Self {
        let none = Money { minor_units: 0, ..product.unit_price };
        Self { product, quantity, attested: false, subscription, charge: none, refund: none }
    }

    pub(super) fn charging(self, minor_units: i64) -> Self {
        Self { charge: Money { minor_units, ..self.charge }, ..self }
    }

    pub(super) fn refunding(self, minor_units: i64) -> Self {
        Self { refund: Money { minor_units, ..self.refund }, ..self }
    }
}

impl Order {
    /// An order that relationship allows. It has at least one line.
    pub(super) fn accepted(
        name: OrderName,
        kind: OrderKind,
        chain: SalesChain,
        lines: Vec<OrderLine>,
        attested: bool,
        answer: Answer,
        now: Timestamp,
    ) -> Self {
        let currency = lines[0].product.unit_price.currency;
        let sum = |amount: fn(&OrderLine) -> i64| Money {
            currency,
            minor_units: lines.iter().map(amount).fold(0, i64::saturating_add),
        };
        Self {
            name,
            kind,
            chain,
            attested,
            state: OrderState::Accepted,
            state_reason: String::new(),
            total: sum(|it| it.product.unit_price.minor_units.saturating_mul(it.quantity.into())),
            charge: sum(|it| it.charge.minor_units),
            refund: sum(|it| it.refund.minor_units),
            lines,
            legs: answer.legs,
            evidence: answer.evidence,
            resource_version: ResourceVersion::first(now),
        }
    }
}

/// An order with its subscriptions. They change together.
#[derive(Debug, Clone)]
pub struct Placement {
    /// The order.
    pub order: Order,
    /// One a line, in the order of the lines.
    pub subscriptions: Vec<Subscription>,
}
