use kernel::{
    CustomerName, LocationAccountId, OrderName, PartnerName, Stamp, SubscriptionName, text_enum,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{BillingCycle, Leg, Money, OfferName, Subscription, Term};

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
    /// Who buys from Microsoft.
    pub seller: PartnerName,
    /// Who stands between seller and customer.
    pub reseller: Option<PartnerName>,
    /// Who buys in the end.
    pub customer: CustomerName,
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
    pub offer: OfferName,
    /// How many units.
    pub quantity: i32,
    /// The term.
    pub term: Term,
    /// The billing cycle.
    pub billing_cycle: BillingCycle,
    /// PartnerID on record.
    pub partner_id: Option<LocationAccountId>,
    /// Price of one unit for one billing cycle when the order was accepted.
    pub unit_price: Money,
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
