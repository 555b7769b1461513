use std::collections::BTreeMap;

use super::{Approved, Offer, OfferName, Order, Subscription, Transfer};

/// One resource after a change. Its revision is one more than the revision that was decided on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change<T> {
    /// What happened, as in `OrderAccepted`.
    pub event: &'static str,
    /// The resource after the change.
    pub after: T,
}

/// All changes of one call, in their order. Only `domain` can add one.
#[derive(Debug, Default)]
pub struct Changes {
    orders: Vec<Change<Order>>,
    subscriptions: Vec<Change<Subscription>>,
    transfers: Vec<Change<Transfer>>,
    required_offers: BTreeMap<OfferName, i64>,
}

impl Changes {
    /// Requires that the offer is unchanged at the commit, because the changes depend on it.
    pub(super) fn require_offer(&mut self, offer: &Offer) {
        self.required_offers.insert(offer.name.clone(), offer.resource_version.revision);
    }

    /// Offers that must be unchanged at the commit, with their revisions.
    pub fn required_offers(&self) -> &BTreeMap<OfferName, i64> {
        &self.required_offers
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

    /// Orders that are new or changed. The last one is the response unless there is a transfer.
    pub fn orders(&self) -> &[Change<Order>] {
        &self.orders
    }

    /// Subscriptions that are new or changed. One that changes twice is listed twice.
    pub fn subscriptions(&self) -> &[Change<Subscription>] {
        &self.subscriptions
    }

    /// Transfers that are new or changed. The last one is the response.
    pub fn transfers(&self) -> &[Change<Transfer>] {
        &self.transfers
    }

    pub fn append(&mut self, next: Self) {
        self.orders.extend(next.orders);
        self.subscriptions.extend(next.subscriptions);
        self.transfers.extend(next.transfers);
        self.required_offers.extend(next.required_offers);
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
