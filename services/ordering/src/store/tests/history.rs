//! How every resource was at any moment is in the events.

use storage::{Database, ListOptions, Listing};
use testbed::{
    Chronicle, Engine, assert_as_of_indexed, assert_released_events_read, assert_traced,
};
use types::{OrderName, SubscriptionName, Timestamp};
use uuid::Uuid;

use super::{
    answer, at, cancelled, decided, offer, once, placed, store,
    transfer::{begun, offers},
};
use crate::{
    domain::{
        Changes, Offer, Order, Placement, Subscription, Transfer, TransferFacts, TransferState,
    },
    store::{Decided, OFFERS, ORDERS, SUBSCRIPTIONS, Store, TRANSFERS},
};

on_both_engines! {
    every_resource_is_rebuilt_from_its_events_as_it_was,
}

/// The tables, and the column of each that names the resource that a row is part of.
const TABLES: [(&str, &str); 7] = [
    ("offer_plans", "offer"),
    ("offers", "name"),
    ("order_lines", "order_name"),
    ("orders", "name"),
    ("subscriptions", "name"),
    ("transfer_items", "transfer"),
    ("transfers", "name"),
];

/// What keeps releases and orders apart is no part of a resource.
const APART: [&str; 1] = ["partner_customer_epochs"];

/// A store, and what it reads after every change.
struct Life {
    store: Store,
    offers: Chronicle<Offer>,
    orders: Chronicle<Order>,
    subscriptions: Chronicle<Subscription>,
    transfers: Chronicle<Transfer>,
}

impl Life {
    fn of(store: Store) -> Self {
        Self {
            store,
            offers: Chronicle::of(|it| it.name.to_string()),
            orders: Chronicle::of(|it| it.name.to_string()),
            subscriptions: Chronicle::of(|it| it.name.to_string()),
            transfers: Chronicle::of(|it| it.name.to_string()),
        }
    }

    async fn commit(&mut self, decided: &Decided<Changes>, moment: Timestamp) {
        self.store.commit(decided, &once()).await.unwrap();
        self.note(moment).await;
    }

    async fn note(&mut self, moment: Timestamp) {
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
        assert_traced(database, &names, &TABLES, &APART).await;
    }
}

async fn every_resource_is_rebuilt_from_its_events_as_it_was(engine: Engine) {
    let (_databases, store) = store(engine).await;
    let mut life = Life::of(store);
    let cancels = placed(&life.store).await;
    let lapses = placed(&life.store).await;
    let moves = placed(&life.store).await;
    life.note(at(9)).await;
    life.commit(&decided(cancelled(&cancels)), at(10)).await;
    withdrawn(&mut life, &lapses).await;
    transferred(&mut life, moves).await;
    // Time has gone on by two states before anybody looks.
    let late = at(40_000_000);
    let mut changes = Decided::default();
    for it in lapses.subscriptions {
        let lapsed = it.lapse(late);
        let lapsed_again = lapsed.after().clone().lapse(late);
        changes.append(lapsed.into());
        changes.append(lapsed_again.into());
    }
    life.commit(&changes, late).await;
    let retired = offer("mail").into_after().retire("replaced".to_owned(), late).unwrap();
    life.store.save_offer(retired, &once()).await.unwrap();
    life.note(late).await;
    life.assert_rebuilt(life.store.database()).await;
}

/// A transfer of all that was placed is withdrawn at the moment at which it began.
async fn withdrawn(life: &mut Life, placement: &Placement) {
    let begun = decided(begun(placement));
    life.commit(&begun, at(10)).await;
    let transfer = begun.into_changes().into_transfer().unwrap();
    let ended = transfer.end(TransferState::Withdrawn, "why".to_owned(), at(10)).unwrap();
    life.commit(&ended.into(), at(10)).await;
}

/// A transfer of all that was placed is completed.
async fn transferred(life: &mut Life, placement: Placement) {
    let begun = decided(begun(&placement));
    life.commit(&begun, at(10)).await;
    let transfer = begun.into_changes().into_transfer().unwrap();
    let new = placement.subscriptions.iter().map(|_| SubscriptionName::new(Uuid::new_v4()));
    let ids = (OrderName::new(Uuid::new_v4()), new.collect());
    let (subscriptions, running) = (placement.subscriptions, vec![transfer.clone()]);
    let held = TransferFacts { subscriptions, offers: offers(), running };
    let changes = transfer.complete(held, answer(), ids, at(11)).unwrap();
    life.commit(&decided(changes), at(11)).await;
}

#[tokio::test]
async fn how_a_resource_was_is_found_by_an_index() {
    let (_databases, store) = store(Engine::Sqlite).await;
    assert_as_of_indexed(store.database()).await;
}

#[test]
fn what_earlier_releases_wrote_is_read() {
    assert_released_events_read::<Offer>("offers");
    assert_released_events_read::<Order>("orders");
    assert_released_events_read::<Subscription>("subscriptions");
    assert_released_events_read::<Transfer>("transfers");
}
