use kernel::{OrderName, Stamp, SubscriptionName, text_enum};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Chain, Leg, Money, Product, Subscription};

text_enum! {
    /// Where an order stands.
    pub enum OrderState {
        /// Accepted by the programme's rules.
        Accepted = "accepted",
        /// Cancelled with all its subscriptions.
        Cancelled = "cancelled",
    }
}

/// An accepted order, with the decision that let it through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Its resource name.
    pub name: OrderName,
    /// Who sells to whom.
    #[serde(flatten)]
    pub chain: Chain,
    /// What is bought.
    pub lines: Vec<OrderLine>,
    /// Whether the seller attested in which role it acts.
    pub attested: bool,
    /// Where it stands.
    pub state: OrderState,
    /// Why it was cancelled.
    pub state_reason: String,
    /// Sum over the lines, each for one billing cycle.
    pub total: Money,
    /// Who sells to whom, Microsoft first.
    pub legs: Vec<Leg>,
    /// The decision of relationship as it came.
    pub evidence: Value,
    /// How often it changed, and when.
    pub stamp: Stamp,
}

/// One line of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderLine {
    /// What is bought.
    #[serde(flatten)]
    pub product: Product,
    /// How many units.
    pub quantity: i32,
    /// Whether the seller attested what the offer demands.
    pub attested: bool,
    /// The subscription that it made.
    pub subscription: SubscriptionName,
}

/// An order with its subscriptions. They change together.
#[derive(Debug, Clone)]
pub struct Placement {
    /// The order.
    pub order: Order,
    /// One a line, in the order of the lines.
    pub subscriptions: Vec<Subscription>,
}
