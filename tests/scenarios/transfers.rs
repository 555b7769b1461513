//! Transfers of subscriptions between partners.

use std::time::Duration;

use cluster::scenario_client::{Partner, new_id, offer_in_every_market, order};
use contracts::ordering::{
    AddQuantityRequest, ApproveTransferRequest, CreateTransferRequest, GetOrderRequest,
    GetTransferRequest, Offer, OrderKind, OrderView, RejectTransferRequest, SubscriptionState,
    Transfer, TransferItem, TransferState, UpdateOfferRequest, WithdrawTransferRequest,
    transfer_item::SellerRole,
};
use prost_types::FieldMask;
use tests::{Channel, World, failed, refused, scenarios};
use tonic::{Code, Status};
use tonic_types::StatusExt;

use crate::subscriptions::{buy, get as subscription};

const DAY: Duration = Duration::from_secs(86_400);

/// Sets up a direct-bill partner that can sell to the customer of a channel.
async fn new_target(world: &World, channel: &Channel) -> Result<Partner, Status> {
    let target = world.client.direct_bill("FR").await?;
    world.client.onboard_customer(&channel.customer, &[&target]).await?;
    Ok(target)
}

/// A transfer of subscriptions to a direct partner.
fn transfer_to(channel: &Channel, target: &Partner, subscriptions: &[&str]) -> Transfer {
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

async fn create(world: &World, transfer: Transfer) -> Result<Transfer, Status> {
    let request = CreateTransferRequest {
        transfer: Some(transfer),
        request_id: new_id(),
        validate_only: false,
    };
    let answer = world.client.ordering.clone().create_transfer(request).await?;
    Ok(answer.into_inner().transfer.unwrap())
}

async fn approve(world: &World, name: &str) -> Result<Transfer, Status> {
    let request = ApproveTransferRequest {
        name: name.to_owned(),
        request_id: new_id(),
        validate_only: false,
        ..Default::default()
    };
    let answer = world.client.ordering.clone().approve_transfer(request).await?;
    Ok(answer.into_inner().transfer.unwrap())
}

scenarios! {
    /// The limit of the programme.
    async fn a_transfer_has_at_most_25_subscriptions(world) {
        let channel = world.channel("FR").await?;
        let target = new_target(&world, &channel).await?;
        let mut many = order(&channel.provider, None, &channel.customer, &channel.offer);
        many.lines = vec![many.lines[0].clone(); 26];
        let placed = world.client.place(many).await?;
        let names: Vec<_> = placed.lines.iter().map(|it| it.subscription.as_str()).collect();
        let status = failed(create(&world, transfer_to(&channel, &target, &names)).await);
        let violations = status.get_details_bad_request().unwrap().field_violations;
        assert_eq!(status.code(), Code::InvalidArgument);
        assert_eq!(violations[0].field, "transfer.items");
        let created = create(&world, transfer_to(&channel, &target, &names[..25])).await?;
        let complete = approve(&world, &created.name).await?;
        assert_eq!(complete.state(), TransferState::Complete);
        for name in &names[..25] {
            let state = subscription(&world, name).await?.state();
            assert_eq!(state, SubscriptionState::Transferred);
        }
        let last = subscription(&world, names[25]).await?.state();
        assert_eq!(last, SubscriptionState::Active);
    }

    /// The term continues under a new name, and the rest of the charge is split on the day.
    async fn a_transferred_subscription_continues_with_the_target(world) {
        let client = &world.client;
        let channel = world.channel("FR").await?;
        let (target, name) = (new_target(&world, &channel).await?, buy(&world, &channel).await?);
        world.clock.advance(100 * DAY);
        let created = create(&world, transfer_to(&channel, &target, &[&name])).await?;
        assert_eq!(created.state(), TransferState::Pending);
        assert_eq!(subscription(&world, &name).await?.state(), SubscriptionState::Active);
        let approved = approve(&world, &created.name).await?;
        assert_eq!(approved.state(), TransferState::Complete);
        let item = &approved.items[0];
        // 600.00 a year, for 265 of 365 days: the credit is rounded up, the charge down.
        assert_eq!(item.credit.clone().unwrap().minor_units, 43_562);
        let get = GetOrderRequest { name: approved.order.clone(), view: OrderView::Full.into() };
        let by = client.ordering.clone().get_order(get).await?.into_inner().order.unwrap();
        assert_eq!((by.kind(), &by.seller), (OrderKind::TransferIn, &target.name));
        assert_eq!(by.charge.unwrap().minor_units, 43_561);
        assert!(by.decision.is_some());

        let before = subscription(&world, &name).await?;
        let after = subscription(&world, &item.transferred_to).await?;
        assert_eq!(before.state(), SubscriptionState::Transferred);
        assert_eq!((&before.transferred_to, &after.transferred_from), (&after.name, &name));
        assert_eq!((after.state(), &after.seller), (SubscriptionState::Active, &target.name));
        assert_eq!(after.term_end_time, before.term_end_time);
        assert_eq!((after.quantity, &*after.reseller), (5, ""));
        let twice = approve(&world, &created.name).await;
        assert_eq!(refused(twice), ["STATE TRANSFER_STATE_CONFLICT"]);
    }

    /// TRF-1, TRF-2, TRF-4 and TRF-5.
    async fn a_transfer_has_subscriptions_of_the_source_with_the_customer(world) {
        let client = &world.client;
        let channel = world.channel("FR").await?;
        let (target, name) = (new_target(&world, &channel).await?, buy(&world, &channel).await?);
        let valid = transfer_to(&channel, &target, &[&name]);
        let to_itself = Transfer { target: valid.source.clone(), ..valid.clone() };
        assert_eq!(refused(create(&world, to_itself).await), ["TRF-1 TRANSFER_TO_SOURCE"]);
        let own = order(&target, None, &channel.customer, &channel.offer);
        let own = client.place(own).await?.lines[0].subscription.clone();
        let not_of_source = create(&world, transfer_to(&channel, &target, &[&name, &own])).await;
        assert_eq!(refused(not_of_source), ["TRF-2 TRANSFER_ITEM_NOT_OF_SOURCE"]);
        let british = client.direct_bill("GB").await?;
        client.onboard_customer(&channel.customer, &[&british]).await?;
        let abroad = create(&world, transfer_to(&channel, &british, &[&name])).await;
        assert_eq!(refused(abroad), ["TRF-4 TRANSFER_CURRENCY_DIFFERS"]);
        let third = Offer { third_party: true, ..offer_in_every_market() };
        let third = Channel { offer: client.offer_as(third).await?, ..channel };
        let of_marketplace = buy(&world, &third).await?;
        let marketplace = transfer_to(&third, &target, &[&name, &of_marketplace]);
        let marketplace = create(&world, marketplace).await;
        assert_eq!(refused(marketplace), ["TRF-5 TRANSFER_OF_MARKETPLACE_OFFER"]);
        let channel = third;
        let unknown = format!("subscriptions/{}", new_id());
        let status = failed(create(&world, transfer_to(&channel, &target, &[&unknown])).await);
        let resource = status.get_details_resource_info().unwrap();
        assert_eq!((status.code(), resource.resource_name), (Code::NotFound, unknown));
        create(&world, valid).await?;
    }

    /// ORD-5.
    async fn nothing_is_added_or_transferred_if_the_offer_is_no_longer_sold(world) {
        let client = &world.client;
        let channel = world.channel("FR").await?;
        let (target, name) = (new_target(&world, &channel).await?, buy(&world, &channel).await?);
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
                request_id: new_id(),
                ..Default::default()
            };
            client.ordering.clone().update_offer(update).await.map(drop)
        };
        let add = async || {
            let request = AddQuantityRequest {
                name: name.clone(),
                quantity: 1,
                partner_attestation_accepted: true,
                request_id: new_id(),
                validate_only: true,
                ..Default::default()
            };
            client.ordering.clone().add_quantity(request).await.map(drop)
        };
        let created = create(&world, transfer_to(&channel, &target, &[&name])).await?;
        sold_in("BE").await?;
        let refusal = ["ORD-5 OFFER_NOT_IN_MARKET"];
        assert_eq!(refused(approve(&world, &created.name).await), refusal);
        assert_eq!(refused(add().await), refusal);
        sold_in("FR").await?;
        add().await?;
        approve(&world, &created.name).await?;
    }

    /// REL-4, at the creation and at the approval.
    async fn the_target_of_a_transfer_needs_a_relationship_with_the_customer(world) {
        let client = &world.client;
        let channel = world.channel("FR").await?;
        let (target, name) = (client.direct_bill("FR").await?, buy(&world, &channel).await?);
        let refused_target = create(&world, transfer_to(&channel, &target, &[&name])).await;
        assert_eq!(refused(refused_target), ["REL-4 CUSTOMER_RELATIONSHIP_MISSING"]);
        let kind = contracts::relationship::CustomerRelationshipKind::Resale;
        let relationship = client.establish_relationship(&channel.customer, &target, kind).await?;
        let created = create(&world, transfer_to(&channel, &target, &[&name])).await?;
        let remove = contracts::relationship::RemoveCustomerRelationshipRequest {
            name: relationship,
            detail: "no longer".to_owned(),
            removed_by: target.name.clone(),
            no_active_subscriptions: true,
            ..Default::default()
        };
        client.relationship.clone().remove_customer_relationship(remove).await?;
        let refusal = ["REL-4 CUSTOMER_RELATIONSHIP_MISSING"];
        assert_eq!(refused(approve(&world, &created.name).await), refusal);
        assert_eq!(subscription(&world, &name).await?.state(), SubscriptionState::Active);
        client.establish_relationship(&channel.customer, &target, kind).await?;
        approve(&world, &created.name).await?;
    }

    /// TRF-3, and every end of a transfer.
    async fn a_subscription_is_in_at_most_one_open_transfer(world) {
        let channel = world.channel("FR").await?;
        let (target, name) = (new_target(&world, &channel).await?, buy(&world, &channel).await?);
        let attempt = || create(&world, transfer_to(&channel, &target, &[&name]));
        let mut ordering = world.client.ordering.clone();
        let first = attempt().await?;
        assert_eq!(refused(attempt().await), ["TRF-3 TRANSFER_RUNNING"]);
        let (detail, request_id) = ("not now".to_owned(), new_id());
        let name = first.name.clone();
        let reject = RejectTransferRequest { name, detail, request_id, ..Default::default() };
        let rejected = ordering.reject_transfer(reject).await?.into_inner().transfer.unwrap();
        assert_eq!(rejected.state(), TransferState::Rejected);
        let second = attempt().await?;
        let (detail, request_id) = ("a mistake".to_owned(), new_id());
        let name = second.name;
        let withdraw =
            WithdrawTransferRequest { name, detail, request_id, ..Default::default() };
        ordering.withdraw_transfer(withdraw.clone()).await?;
        let twice = WithdrawTransferRequest { request_id: new_id(), ..withdraw };
        let twice = ordering.withdraw_transfer(twice).await;
        assert_eq!(refused(twice), ["STATE TRANSFER_STATE_CONFLICT"]);
        let third = attempt().await?;
        world.clock.advance(30 * DAY - Duration::from_secs(1));
        assert_eq!(refused(attempt().await), ["TRF-3 TRANSFER_RUNNING"]);
        world.clock.advance(Duration::from_secs(1));
        let get = GetTransferRequest { name: third.name.clone() };
        let expired = ordering.get_transfer(get).await?.into_inner().transfer.unwrap();
        assert_eq!(expired.state(), TransferState::Expired);
        let late = approve(&world, &third.name).await;
        assert_eq!(refused(late), ["STATE TRANSFER_STATE_CONFLICT"]);
        let fourth = attempt().await?;
        approve(&world, &fourth.name).await?;
        assert_eq!(refused(attempt().await), ["TRF-2 TRANSFER_ITEM_NOT_OF_SOURCE"]);
    }
}
