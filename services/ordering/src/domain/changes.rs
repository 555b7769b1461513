use std::collections::BTreeMap;

use super::{Approved, Offer, OfferName, Order, Subscription, Transfer};

/// One resource after a change. Its revision is one more than that which was decided on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change<T> {
    /// What happened, as in `OrderAccepted`.
    pub event: &'static str,
    /// The resource after it.
    pub after: T,
}

/// All that one call changes, in the order in which it happens. Only `domain` makes one.
#[derive(Debug, Default)]
pub struct Changes {
    orders: Vec<Change<Order>>,
    subscriptions: Vec<Change<Subscription>>,
    transfers: Vec<Change<Transfer>>,
    offers: BTreeMap<OfferName, i64>,
}

impl Changes {
    /// Notes an offer that something was sold by.
    pub(super) fn sold_by(&mut self, offer: &Offer) {
        self.offers.insert(offer.name.clone(), offer.resource_version.revision);
    }

    /// Offers that something was sold by, and the revisions that they had.
    pub fn offers(&self) -> &BTreeMap<OfferName, i64> {
        &self.offers
    }

    pub(super) fn order(&mut self, event: &'static str, after: Order) {
        self.orders.push(Change { event, after });
    }

    pub(super) fn subscription(&mut self, event: &'static str, after: Subscription) {
        self.subscriptions.push(Change { event, after });
    }

    pub(super) fn transfer(&mut self, event: &'static str, after: Transfer) {
        self.transfers.push(Change { event, after });
    }

    /// Orders that are new or changed. The last one answers the call where no transfer does.
    pub fn orders(&self) -> &[Change<Order>] {
        &self.orders
    }

    /// Subscriptions that are new or changed. One that changes twice stands here twice.
    pub fn subscriptions(&self) -> &[Change<Subscription>] {
        &self.subscriptions
    }

    /// Transfers that are new or changed. The last one answers the call.
    pub fn transfers(&self) -> &[Change<Transfer>] {
        &self.transfers
    }

    pub fn append(&mut self, next: Self) {
        self.orders.extend(next.orders);
        self.subscriptions.extend(next.subscriptions);
        self.transfers.extend(next.transfers);
        self.offers.extend(next.offers);
    }

    /// The last order.
    pub fn into_order(mut self) -> Option<Order> {
        self.orders.pop().map(|change| change.after)
    }

    /// The last transfer.
    pub fn into_transfer(mut self) -> Option<Transfer> {
        self.transfers.pop().map(|change| change.after)
    }
}

impl From<Approved<Subscription>> for Changes {
    fn from(approved: Approved<Subscription>) -> Self {
        let mut changes = Self::default();
        changes.subscription(approved.event(), approved.into_after());
        changes
    }
}

impl From<Approved<Transfer>> for Changes {
    fn from(approved: Approved<Transfer>) -> Self {
        let mut changes = Self::default();
        changes.transfer(approved.event(), approved.into_after());
        changes
    }
}
