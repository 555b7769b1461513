use kernel::{OrderName, Stamp, SubscriptionName, text_enum};
use serde::{Deserialize, Serialize};

use super::{Chain, Order, OrderLine, Product};

text_enum! {
    /// Where a subscription stands.
    pub enum SubscriptionState {
        /// Runs and is billed.
        Active = "active",
        /// Cancelled with its order.
        Cancelled = "cancelled",
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
    pub chain: Chain,
    /// What was bought.
    #[serde(flatten)]
    pub product: Product,
    /// How many units.
    pub quantity: i32,
    /// Where it stands.
    pub state: SubscriptionState,
    /// How often it changed, and when.
    pub stamp: Stamp,
}

impl Subscription {
    /// What a line of an order makes.
    pub(super) fn of(order: &Order, line: &OrderLine) -> Self {
        Self {
            name: line.subscription,
            order: order.name,
            chain: order.chain,
            product: line.product.clone(),
            quantity: line.quantity,
            state: SubscriptionState::Active,
            stamp: Stamp::first(order.stamp.create_time),
        }
    }
}
