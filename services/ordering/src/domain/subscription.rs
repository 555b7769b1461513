use kernel::{
    CustomerName, LocationAccountId, OrderName, PartnerName, Stamp, SubscriptionName, text_enum,
};
use serde::{Deserialize, Serialize};

use super::{BillingCycle, Money, OfferName, Order, OrderLine, Term};

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
    /// The customer.
    pub customer: CustomerName,
    /// Who bought it from Microsoft.
    pub seller: PartnerName,
    /// Who stands between seller and customer.
    pub reseller: Option<PartnerName>,
    /// What was bought.
    pub offer: OfferName,
    /// How many units.
    pub quantity: i32,
    /// The term.
    pub term: Term,
    /// The billing cycle.
    pub billing_cycle: BillingCycle,
    /// PartnerID on record.
    pub partner_id: Option<LocationAccountId>,
    /// Price of one unit for one billing cycle.
    pub unit_price: Money,
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
            customer: order.customer,
            seller: order.seller,
            reseller: order.reseller,
            offer: line.offer.clone(),
            quantity: line.quantity,
            term: line.term,
            billing_cycle: line.billing_cycle,
            partner_id: line.partner_id.clone(),
            unit_price: line.unit_price,
            state: SubscriptionState::Active,
            stamp: Stamp::first(order.stamp.create_time),
        }
    }
}
