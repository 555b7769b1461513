//! Events contain every state of every resource.

use storage::{Database, ListOptions, Listing};
use testbed::{Engine, RecordedStates, assert_released_events_read, assert_rows_have_events};
use types::{OrderName, SubscriptionName, Timestamp};
use uuid::Uuid;

use super::{
    answer, at, cancelled, decided, mutation, offer, on_both_engines, placed, store,
    transfer::{begun, offers},
};
use crate::{
    domain::{Changes, Offer, Order, Placement, Subscription, Transfer, TransferFacts},
    store::{Decided, OFFERS, ORDERS, SUBSCRIPTIONS, Store, TRANSFERS},
};

on_both_engines! {
    every_state_of_a_resource_is_rebuilt_from_its_events,
}

/// The tables, each with the column that names the resource of a row.
const TABLES: [(&str, &str); 5] = [
    ("offers", "name"),
    ("orders", "name"),
    ("subscriptions", "name"),
    ("transfer_items", "transfer"),
    ("transfers", "name"),
];

/// Tables that are not part of a resource.
const NO_RESOURCE: [&str; 1] = ["partner_customer_epochs"];

/// A store, and what it returns after every change.
struct RecordedStore {
    store: Store,
    offers: RecordedStates<Offer>,
    orders: RecordedStates<Order>,
    subscriptions: RecordedStates<Subscription>,
    transfers: RecordedStates<Transfer>,
}

impl RecordedStore {
    fn of(store: Store) -> Self {
        Self {
            store,
            offers: RecordedStates::of(|it| it.name.to_string()),
            orders: RecordedStates::of(|it| it.name.to_string()),
            subscriptions: RecordedStates::of(|it| it.name.to_string()),
            transfers: RecordedStates::of(|it| it.name.to_string()),
        }
    }

    async fn commit(&mut self, decided: &Decided<Changes>, moment: Timestamp) {
        self.store.commit(decided, &mutation()).await.unwrap();
        self.record(moment).await;
    }

    async fn record(&mut self, moment: Timestamp) {
        let all = |listing: Listing| listing.page(ListOptions::default()).unwrap();
        let store = &self.store;
        self.offers.note(moment, store.offers(&all(OFFERS)).await.unwrap().items);
        self.orders.note(moment, store.orders(&all(ORDERS)).await.unwrap().items);
        let subscriptions = store.subscriptions(&all(SUBSCRIPTIONS)).await.unwrap();
        self.subscriptions.note(moment, subscriptions.items);
        self.transfers.note(moment, store.transfers(&all(TRANSFERS)).await.unwrap().items);
    }

    async fn assert_rebuilt(&self, database: &Database) {
        self.offers.assert_rebuilt(database).await;
        self.orders.assert_rebuilt(database).await;
        self.subscriptions.assert_rebuilt(database).await;
        self.transfers.assert_rebuilt(database).await;
        let mut names = self.offers.names();
        names.extend(self.orders.names());
        names.extend(self.subscriptions.names());
        names.extend(self.transfers.names());
        assert_rows_have_events(database, &names, &TABLES, &NO_RESOURCE).await;
    }
}

async fn every_state_of_a_resource_is_rebuilt_from_its_events(engine: Engine) {
    let (_databases, store) = store(engine).await;
    let mut recorded = RecordedStore::of(store);
    let cancels = placed(&recorded.store).await;
    let lapses = placed(&recorded.store).await;
    let moves = placed(&recorded.store).await;
    recorded.record(at(9)).await;
    recorded.commit(&decided(cancelled(&cancels)), at(10)).await;
    withdraw_transfer(&mut recorded, &lapses).await;
    complete_transfer(&mut recorded, moves).await;
    // Two states lapse before the subscription is settled.
    let late = at(40_000_000);
    let mut changes = Decided::default();
    for it in lapses.subscriptions {
        let lapsed = it.lapse(late);
        let lapsed_again = lapsed.after().clone().lapse(late);
        changes.append(lapsed.into());
        changes.append(lapsed_again.into());
    }
    recorded.commit(&changes, late).await;
    let retired = offer("mail").into_after().retire("replaced".to_owned(), late).unwrap();
    recorded.store.save_offer(retired, &mutation()).await.unwrap();
    recorded.record(late).await;
    recorded.assert_rebuilt(recorded.store.database()).await;
}

/// Begins a transfer of a placement, and withdraws it at the same time.
async fn withdraw_transfer(recorded: &mut RecordedStore, placement: &Placement) {
    let begun = decided(begun(placement));
    recorded.commit(&begun, at(10)).await;
    let transfer = begun.into_changes().into_transfer().unwrap();
    let ended = transfer.withdraw("reason".to_owned(), at(10)).unwrap();
    recorded.commit(&ended.into(), at(10)).await;
}

/// Begins and completes a transfer of a placement.
async fn complete_transfer(recorded: &mut RecordedStore, placement: Placement) {
    let begun = decided(begun(&placement));
    recorded.commit(&begun, at(10)).await;
    let transfer = begun.into_changes().into_transfer().unwrap();
    let new = placement.subscriptions.iter().map(|_| SubscriptionName::new(Uuid::new_v4()));
    let ids = (OrderName::new(Uuid::new_v4()), new.collect());
    let (subscriptions, pending) = (placement.subscriptions, vec![transfer.clone()]);
    let facts = TransferFacts { subscriptions, offers: offers(), pending };
    let changes = transfer.complete(facts, answer(), ids, at(11)).unwrap();
    recorded.commit(&decided(changes), at(11)).await;
}

#[test]
fn events_of_earlier_releases_are_readable() {
    assert_released_events_read::<Offer>("offers");
    assert_released_events_read::<Order>("orders");
    assert_released_events_read::<Subscription>("subscriptions");
    assert_released_events_read::<Transfer>("transfers");
}
