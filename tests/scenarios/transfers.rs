//! How subscriptions go from one partner to another.

use std::time::Duration;

use cluster::scenario_client::{Partner, new_id, offer_in_every_market, order};
use contracts::ordering::{
    AddQuantityRequest, ApproveTransferRequest, CreateTransferRequest, GetOrderRequest,
    GetSubscriptionRequest, GetTransferRequest, Offer, OrderKind, OrderView, RejectTransferRequest,
    Subscription, SubscriptionState, Transfer, TransferItem, TransferState, UpdateOfferRequest,
    WithdrawTransferRequest, transfer_item::SellerRole,
};
use prost_types::FieldMask;
use tests::{Channel, World, failed, refused, scenarios};
use tonic::{Code, Status};
use tonic_types::StatusExt;

const DAY: Duration = Duration::from_secs(86_400);

/// A direct-bill partner that is ready to sell to the customer of a channel.
async fn rival(world: &World, channel: &Channel) -> Result<Partner, Status> {
    let rival = world.cast.direct_bill("FR").await?;
    world.cast.onboard_customer(&channel.customer, &[&rival]).await?;
    Ok(rival)
}

/// A subscription of five units for a year, bought through the channel.
async fn bought(world: &World, channel: &Channel) -> Result<String, Status> {
    let (provider, reseller) = (&channel.provider, Some(&channel.reseller));
    let placed = order(provider, reseller, &channel.customer, &channel.offer);
    Ok(world.cast.place(placed).await?.lines[0].subscription.clone())
}

/// A transfer of subscriptions to a direct partner, to be begun.
fn wanted(channel: &Channel, target: &Partner, subscriptions: &[&str]) -> Transfer {
    let item = |subscription: &&str| TransferItem {
        subscription: (*subscription).to_owned(),
        seller_role: Some(SellerRole::ActingAsDirectPartner(true)),
        ..TransferItem::default()
    };
    Transfer {
        source: channel.provider.name.clone(),
        target: target.name.clone(),
        customer: channel.customer.clone(),
        items: subscriptions.iter().map(item).collect(),
        partner_attestation_accepted: true,
        ..Transfer::default()
    }
}

async fn begin(world: &World, transfer: Transfer) -> Result<Transfer, Status> {
    let request = CreateTransferRequest {
        transfer: Some(transfer),
        request_id: new_id(),
        validate_only: false,
    };
    let answer = world.cast.ordering.clone().create_transfer(request).await?;
    Ok(answer.into_inner().transfer.unwrap())
}

async fn approve(world: &World, name: &str) -> Result<Transfer, Status> {
    let request = ApproveTransferRequest {
        name: name.to_owned(),
        request_id: new_id(),
        validate_only: false,
        ..Default::default()
    };
    let answer = world.cast.ordering.clone().approve_transfer(request).await?;
    Ok(answer.into_inner().transfer.unwrap())
}

async fn subscription(world: &World, name: &str) -> Result<Subscription, Status> {
    let get = GetSubscriptionRequest { name: name.to_owned() };
    let answer = world.cast.ordering.clone().get_subscription(get).await?;
    Ok(answer.into_inner().subscription.unwrap())
}

scenarios! {
    /// As many as the programme lets, and one more.
    async fn twenty_five_subscriptions_go_over_at_once_and_twenty_six_do_not(world) {
        let channel = world.channel("FR").await?;
        let rival = rival(&world, &channel).await?;
        let mut many = order(&channel.provider, None, &channel.customer, &channel.offer);
        many.lines = vec![many.lines[0].clone(); 26];
        let placed = world.cast.place(many).await?;
        let names: Vec<_> = placed.lines.iter().map(|it| it.subscription.as_str()).collect();
        let status = failed(begin(&world, wanted(&channel, &rival, &names)).await);
        let told = status.get_details_bad_request().unwrap().field_violations;
        assert_eq!((status.code(), &*told[0].field), (Code::InvalidArgument, "transfer.items"));
        let begun = begin(&world, wanted(&channel, &rival, &names[..25])).await?;
        let complete = approve(&world, &begun.name).await?;
        assert_eq!(complete.state(), TransferState::Complete);
        for name in &names[..25] {
            let state = subscription(&world, name).await?.state();
            assert_eq!(state, SubscriptionState::Transferred);
        }
        let kept = subscription(&world, names[25]).await?.state();
        assert_eq!(kept, SubscriptionState::Active);
    }

    /// The term goes on, the names change, and what is not over is split on the day.
    async fn a_subscription_goes_over_to_another_partner(world) {
        let cast = &world.cast;
        let channel = world.channel("FR").await?;
        let (rival, name) = (rival(&world, &channel).await?, bought(&world, &channel).await?);
        world.clock.advance(100 * DAY);
        let begun = begin(&world, wanted(&channel, &rival, &[&name])).await?;
        assert_eq!(begun.state(), TransferState::Pending);
        assert_eq!(subscription(&world, &name).await?.state(), SubscriptionState::Active);
        let done = approve(&world, &begun.name).await?;
        assert_eq!(done.state(), TransferState::Complete);
        let item = &done.items[0];
        // 600.00 a year, for 265 of 365 days: up to the source, down from the target.
        assert_eq!(item.credit.clone().unwrap().minor_units, 43_562);
        let get = GetOrderRequest { name: done.order.clone(), view: OrderView::Full.into() };
        let by = cast.ordering.clone().get_order(get).await?.into_inner().order.unwrap();
        assert_eq!((by.kind(), &by.seller), (OrderKind::TransferIn, &rival.name));
        assert_eq!(by.charge.unwrap().minor_units, 43_561);
        assert!(by.decision.is_some());

        let before = subscription(&world, &name).await?;
        let after = subscription(&world, &item.transferred_to).await?;
        assert_eq!(before.state(), SubscriptionState::Transferred);
        assert_eq!((&before.transferred_to, &after.transferred_from), (&after.name, &name));
        assert_eq!((after.state(), &after.seller), (SubscriptionState::Active, &rival.name));
        assert_eq!(after.term_end_time, before.term_end_time);
        assert_eq!((after.quantity, &*after.reseller), (5, ""));
        let again = approve(&world, &begun.name).await;
        assert_eq!(refused(again), ["STATE TRANSFER_STATE_CONFLICT"]);
    }

    /// TRF-1, TRF-2, TRF-4 and TRF-5, each beside what is allowed.
    async fn a_transfer_is_of_what_the_source_sells_to_the_customer(world) {
        let cast = &world.cast;
        let channel = world.channel("FR").await?;
        let (rival, name) = (rival(&world, &channel).await?, bought(&world, &channel).await?);
        let good = wanted(&channel, &rival, &[&name]);
        let to_itself = Transfer { target: good.source.clone(), ..good.clone() };
        assert_eq!(refused(begin(&world, to_itself).await), ["TRF-1 TRANSFER_TO_SOURCE"]);
        let own = order(&rival, None, &channel.customer, &channel.offer);
        let own = cast.place(own).await?.lines[0].subscription.clone();
        let not_of_source = begin(&world, wanted(&channel, &rival, &[&name, &own])).await;
        assert_eq!(refused(not_of_source), ["TRF-2 TRANSFER_ITEM_NOT_OF_SOURCE"]);
        let british = cast.direct_bill("GB").await?;
        cast.onboard_customer(&channel.customer, &[&british]).await?;
        let abroad = begin(&world, wanted(&channel, &british, &[&name])).await;
        assert_eq!(refused(abroad), ["TRF-4 TRANSFER_CURRENCY_DIFFERS"]);
        let third = Offer { third_party: true, ..offer_in_every_market() };
        let third = Channel { offer: cast.offer_as(third).await?, ..channel };
        let bought_there = bought(&world, &third).await?;
        let marketplace = begin(&world, wanted(&third, &rival, &[&name, &bought_there])).await;
        assert_eq!(refused(marketplace), ["TRF-5 TRANSFER_OF_MARKETPLACE_OFFER"]);
        let channel = third;
        let unknown = format!("subscriptions/{}", new_id());
        let status = failed(begin(&world, wanted(&channel, &rival, &[&unknown])).await);
        let told = status.get_details_resource_info().unwrap();
        assert_eq!((status.code(), told.resource_name), (Code::NotFound, unknown));
        begin(&world, good).await?;
    }

    /// ORD-5: what is added or taken over is sold, so it is of an offer that is sold there by now.
    async fn nothing_is_added_or_taken_over_where_the_offer_is_no_longer_sold(world) {
        let cast = &world.cast;
        let channel = world.channel("FR").await?;
        let (rival, name) = (rival(&world, &channel).await?, bought(&world, &channel).await?);
        let sold_in = async |country: &str| {
            let offer = Offer {
                name: channel.offer.clone(),
                country_codes: vec![country.to_owned()],
                ..Offer::default()
            };
            let paths = ["every_market", "country_codes"].map(str::to_owned).to_vec();
            let update = UpdateOfferRequest {
                offer: Some(offer),
                update_mask: Some(FieldMask { paths }),
                request_id: new_id(), ..Default::default() };
            cast.ordering.clone().update_offer(update).await.map(drop)
        };
        let add = async || {
            let request = AddQuantityRequest {
                name: name.clone(),
                quantity: 1,
                partner_attestation_accepted: true,
                request_id: new_id(),
                validate_only: true, ..Default::default() };
            cast.ordering.clone().add_quantity(request).await.map(drop)
        };
        let begun = begin(&world, wanted(&channel, &rival, &[&name])).await?;
        sold_in("BE").await?;
        let refusal = ["ORD-5 OFFER_NOT_IN_MARKET"];
        assert_eq!(refused(approve(&world, &begun.name).await), refusal);
        assert_eq!(refused(add().await), refusal);
        sold_in("FR").await?;
        add().await?;
        approve(&world, &begun.name).await?;
    }

    /// REL-4: the target must be tied to the customer, when it begins and when it is done.
    async fn a_target_takes_over_only_what_it_could_sell(world) {
        let cast = &world.cast;
        let channel = world.channel("FR").await?;
        let (rival, name) = (cast.direct_bill("FR").await?, bought(&world, &channel).await?);
        let untied = begin(&world, wanted(&channel, &rival, &[&name])).await;
        assert_eq!(refused(untied), ["REL-4 CUSTOMER_RELATIONSHIP_MISSING"]);
        let kind = contracts::relationship::CustomerRelationshipKind::Resale;
        let tie = cast.establish_relationship(&channel.customer, &rival, kind).await?;
        let begun = begin(&world, wanted(&channel, &rival, &[&name])).await?;
        let remove = contracts::relationship::RemoveCustomerRelationshipRequest {
            name: tie,
            detail: "no longer".to_owned(),
            removed_by: rival.name.clone(),
            no_active_subscriptions: true,
            ..Default::default()
        };
        cast.relationship.clone().remove_customer_relationship(remove).await?;
        let refusal = ["REL-4 CUSTOMER_RELATIONSHIP_MISSING"];
        assert_eq!(refused(approve(&world, &begun.name).await), refusal);
        assert_eq!(subscription(&world, &name).await?.state(), SubscriptionState::Active);
        cast.establish_relationship(&channel.customer, &rival, kind).await?;
        approve(&world, &begun.name).await?;
    }

    /// TRF-3, and every way in which a transfer ends.
    async fn a_subscription_is_in_one_open_transfer_at_most(world) {
        let channel = world.channel("FR").await?;
        let (rival, name) = (rival(&world, &channel).await?, bought(&world, &channel).await?);
        let again = || begin(&world, wanted(&channel, &rival, &[&name]));
        let mut ordering = world.cast.ordering.clone();
        let first = again().await?;
        assert_eq!(refused(again().await), ["TRF-3 TRANSFER_RUNNING"]);
        let (detail, request_id) = ("not now".to_owned(), new_id());
        let reject = RejectTransferRequest { name: first.name.clone(), detail, request_id, ..Default::default() };
        let rejected = ordering.reject_transfer(reject).await?.into_inner().transfer.unwrap();
        assert_eq!(rejected.state(), TransferState::Rejected);
        let second = again().await?;
        let (detail, request_id) = ("a mistake".to_owned(), new_id());
        let withdraw = WithdrawTransferRequest { name: second.name, detail, request_id, ..Default::default() };
        ordering.withdraw_transfer(withdraw.clone()).await?;
        let twice = WithdrawTransferRequest { request_id: new_id(), ..withdraw };
        let twice = ordering.withdraw_transfer(twice).await;
        assert_eq!(refused(twice), ["STATE TRANSFER_STATE_CONFLICT"]);
        let third = again().await?;
        world.clock.advance(30 * DAY - Duration::from_secs(1));
        assert_eq!(refused(again().await), ["TRF-3 TRANSFER_RUNNING"]);
        world.clock.advance(Duration::from_secs(1));
        let get = GetTransferRequest { name: third.name.clone() };
        let expired = ordering.get_transfer(get).await?.into_inner().transfer.unwrap();
        assert_eq!(expired.state(), TransferState::Expired);
        let late = approve(&world, &third.name).await;
        assert_eq!(refused(late), ["STATE TRANSFER_STATE_CONFLICT"]);
        let fourth = again().await?;
        approve(&world, &fourth.name).await?;
        assert_eq!(refused(again().await), ["TRF-2 TRANSFER_ITEM_NOT_OF_SOURCE"]);
    }
}
