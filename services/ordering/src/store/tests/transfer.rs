//! Storage of transfers.

use std::collections::BTreeMap;

use errors::Failure;
use rules::{OnRecord, SalesChain};
use testbed::Engine;
use types::{OrderName, PartnerName, SubscriptionName, TransferName};
use uuid::Uuid;

use super::{answer, at, decided, mutation, offer, on_both_engines, placed, store};
use crate::{
    domain::{
        Changes, NewTransfer, Offer, OfferName, Placement, SubscriptionState, TransferFacts,
        TransferState,
    },
    store::Store,
};

on_both_engines! {
    a_transfer_reads_back_equal_and_writes_both_sides,
    a_subscription_is_in_at_most_one_pending_transfer,
}

/// The offer of all placements, made transferable.
pub(super) fn offers() -> BTreeMap<OfferName, Offer> {
    let mut offer = offer("mail").into_after();
    offer.terms.third_party = false;
    BTreeMap::from([(offer.name.clone(), offer)])
}

/// The beginning of a transfer of a placement.
pub(super) fn begun(placement: &Placement) -> Changes {
    let chain = placement.order.chain;
    let subscriptions = placement.subscriptions.clone();
    let new = NewTransfer {
        source: chain.seller,
        chain: SalesChain {
            seller: PartnerName::new(Uuid::from_u128(0x9)),
            reseller: None,
            ..chain
        },
        items: subscriptions.iter().map(|it| (it.name, OnRecord::default())).collect(),
        attested: true,
    };
    let facts = TransferFacts { subscriptions, offers: offers(), pending: Vec::new() };
    let name = TransferName::new(Uuid::new_v4());
    new.begin(&facts, answer(), name, at(10)).unwrap()
}

async fn commit(store: &Store, changes: Changes) -> Result<Changes, Failure> {
    let decided = decided(changes);
    store.commit(&decided, &mutation()).await?;
    Ok(decided.into_changes())
}

async fn a_transfer_reads_back_equal_and_writes_both_sides(engine: Engine) {
    let (_databases, store) = store(engine).await;
    let placement = placed(&store).await;
    let changes = commit(&store, begun(&placement)).await.unwrap();
    let transfer = changes.into_transfer().unwrap();
    assert_eq!(store.transfer(transfer.name).await.unwrap().as_ref(), Some(&transfer));
    let names: Vec<_> = placement.subscriptions.iter().map(|it| it.name).collect();
    let pending = store.pending_transfers_of(&names).await.unwrap();
    assert_eq!(pending, std::slice::from_ref(&transfer));

    let facts = TransferFacts { subscriptions: placement.subscriptions, offers: offers(), pending };
    let new_names = names.iter().map(|_| SubscriptionName::new(Uuid::new_v4())).collect();
    let ids = (OrderName::new(Uuid::new_v4()), new_names);
    let changes = transfer.complete(facts, answer(), ids, at(11)).unwrap();
    let changes = commit(&store, changes).await.unwrap();
    for change in changes.subscriptions() {
        let stored = store.subscription(change.after.name).await.unwrap();
        assert_eq!(stored.as_ref(), Some(&change.after));
    }
    let complete = changes.into_transfer().unwrap();
    assert_eq!(complete.state, TransferState::Complete);
    let page = crate::store::TRANSFERS.page(storage::ListOptions::default()).unwrap();
    let all = store.transfers(&page).await.unwrap().items;
    assert_eq!(all, [complete]);
    assert!(store.pending_transfers_of(&names).await.unwrap().is_empty());
    let old = store.subscriptions_named(&names).await.unwrap();
    assert!(old.values().all(|it| it.state == SubscriptionState::Transferred));
}

async fn a_subscription_is_in_at_most_one_pending_transfer(engine: Engine) {
    let (_databases, store) = store(engine).await;
    let placement = placed(&store).await;
    let first = commit(&store, begun(&placement)).await.unwrap();
    let second = commit(&store, begun(&placement)).await;
    assert!(matches!(second, Err(Failure::LostRace)), "{second:?}");
    let first = first.into_transfer().unwrap();
    let ended = first.withdraw("reason".to_owned(), at(11)).unwrap();
    store.commit(&ended.into(), &mutation()).await.unwrap();
    commit(&store, begun(&placement)).await.unwrap();
}
