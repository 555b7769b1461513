//! Subscriptions: quantity, windows, terms, renewal and expiry.

use std::time::Duration;

use cluster::scenario_client::{new_id, order};
use contracts::{
    ordering::{
        AddQuantityRequest, BillingCycle, CancelSubscriptionRequest, GetOrderRequest,
        GetSubscriptionRequest, ListOrdersRequest, NextTerm, Order, OrderKind, OrderView,
        ReduceQuantityRequest, RenewSubscriptionRequest, ResumeSubscriptionRequest,
        ScheduleNextTermRequest, SetAutomaticRenewalRequest, SettleSubscriptionsRequest,
        Subscription, SubscriptionState, SuspendSubscriptionRequest, Term,
    },
    relationship::{
        AccountState, CustomerRelationshipKind, RecordAccountReviewRequest,
        RemoveCustomerRelationshipRequest, Verdict,
    },
};
use tests::{Channel, World, failed, refused, scenarios};
use tonic::{Code, Status};
use tonic_types::StatusExt;

const DAY: Duration = Duration::from_secs(86_400);
const WINDOW: Duration = Duration::from_secs(168 * 3600);
const SECOND: Duration = Duration::from_secs(1);
/// A year from the start of the clock, 2026-03-02, has 365 days.
pub(super) const YEAR: Duration = Duration::from_secs(365 * 86_400);

/// Buys five units for a year through the reseller, and returns the subscription.
pub(super) async fn buy(world: &World, channel: &Channel) -> Result<String, Status> {
    let (provider, reseller) = (&channel.provider, Some(&channel.reseller));
    let order = order(provider, reseller, &channel.customer, &channel.offer);
    Ok(world.client.place(order).await?.lines[0].subscription.clone())
}

/// Buys the same from the provider directly, which no yearly review blocks.
pub(super) async fn buy_direct(world: &World, channel: &Channel) -> Result<String, Status> {
    let order = order(&channel.provider, None, &channel.customer, &channel.offer);
    Ok(world.client.place(order).await?.lines[0].subscription.clone())
}

pub(super) async fn get(world: &World, name: &str) -> Result<Subscription, Status> {
    let get = GetSubscriptionRequest { name: name.to_owned() };
    let answer = world.client.ordering.clone().get_subscription(get).await?;
    Ok(answer.into_inner().subscription.unwrap())
}

async fn add(world: &World, name: &str, quantity: i32) -> Result<Order, Status> {
    let request = AddQuantityRequest {
        name: name.to_owned(),
        quantity,
        partner_attestation_accepted: true,
        request_id: new_id(),
        validate_only: false,
        ..Default::default()
    };
    let answer = world.client.ordering.clone().add_quantity(request).await?;
    Ok(answer.into_inner().order.unwrap())
}

async fn reduce(world: &World, name: &str, quantity: i32) -> Result<Order, Status> {
    let request = ReduceQuantityRequest {
        name: name.to_owned(),
        quantity,
        partner_attestation_accepted: true,
        request_id: new_id(),
        validate_only: false,
        ..Default::default()
    };
    let answer = world.client.ordering.clone().reduce_quantity(request).await?;
    Ok(answer.into_inner().order.unwrap())
}

async fn cancel(world: &World, name: &str) -> Result<Order, Status> {
    let request = CancelSubscriptionRequest {
        name: name.to_owned(),
        detail: "not wanted".to_owned(),
        request_id: new_id(),
        validate_only: false,
        ..Default::default()
    };
    let answer = world.client.ordering.clone().cancel_subscription(request).await?;
    Ok(answer.into_inner().order.unwrap())
}

async fn renew(world: &World, name: &str) -> Result<Order, Status> {
    let request = RenewSubscriptionRequest {
        name: name.to_owned(),
        partner_attestation_accepted: true,
        request_id: new_id(),
        validate_only: false,
        ..Default::default()
    };
    let answer = world.client.ordering.clone().renew_subscription(request).await?;
    Ok(answer.into_inner().order.unwrap())
}

async fn set_renewal(world: &World, name: &str, enabled: bool) -> Result<(), Status> {
    let request = SetAutomaticRenewalRequest {
        name: name.to_owned(),
        enabled,
        request_id: new_id(),
        validate_only: false,
        ..Default::default()
    };
    world.client.ordering.clone().set_automatic_renewal(request).await.map(drop)
}

pub(super) async fn settle(world: &World) -> Result<(i32, i32), Status> {
    let request = SettleSubscriptionsRequest::default();
    let answer = world.client.ordering.clone().settle_subscriptions(request).await?.into_inner();
    Ok((answer.settled_count, answer.left_count))
}

/// Schedules a quantity for the next term, which is a year.
pub(super) async fn schedule(world: &World, name: &str, quantity: i32) -> Result<(), Status> {
    let next_term = NextTerm {
        term: Term::P1y.into(),
        billing_cycle: BillingCycle::Monthly.into(),
        quantity,
        unit_price: None,
    };
    let request = ScheduleNextTermRequest {
        name: name.to_owned(),
        next_term: Some(next_term),
        partner_attestation_accepted: true,
        request_id: new_id(),
        ..Default::default()
    };
    world.client.ordering.clone().schedule_next_term(request).await.map(drop)
}

/// Records a review of the account of a customer.
pub(super) async fn review(
    world: &World,
    customer: &str,
    state: AccountState,
) -> Result<(), Status> {
    let request = RecordAccountReviewRequest {
        name: customer.to_owned(),
        state: state.into(),
        detail: "billing data changed".to_owned(),
        request_id: new_id(),
        ..Default::default()
    };
    world.client.relationship.clone().record_account_review(request).await.map(drop)
}

/// The sorted kinds of all orders.
async fn kinds(world: &World) -> Result<Vec<OrderKind>, Status> {
    let list = world.client.ordering.clone().list_orders(ListOrdersRequest::default()).await?;
    let mut kinds: Vec<_> = list.into_inner().orders.iter().map(Order::kind).collect();
    kinds.sort();
    Ok(kinds)
}

/// Removes the provider's relationship with the customer.
async fn remove_relationship(world: &World, channel: &Channel) -> Result<(), Status> {
    let parent = channel.customer.clone();
    let list =
        contracts::relationship::ListCustomerRelationshipsRequest { parent, ..Default::default() };
    let mut relationship = world.client.relationship.clone();
    let all = relationship.list_customer_relationships(list).await?.into_inner().relationships;
    let of_provider = all.into_iter().find(|it| it.partner == channel.provider.name).unwrap();
    let remove = RemoveCustomerRelationshipRequest {
        name: of_provider.name,
        detail: "another partner".to_owned(),
        removed_by: channel.provider.name.clone(),
        no_active_subscriptions: true,
        ..Default::default()
    };
    relationship.remove_customer_relationship(remove).await.map(drop)
}

scenarios! {
    /// MPA-2 and all other rules.
    async fn added_units_are_an_order_with_its_own_decision(world) {
        let channel = world.channel("DE").await?;
        let name = buy(&world, &channel).await?;
        world.clock.advance(DAY);
        let placed = add(&world, &name, 2).await?;
        assert_eq!((placed.kind(), placed.lines[0].quantity), (OrderKind::AddQuantity, 2));
        // Two units at 120.00 a year, for 364 of 365 days, rounded down.
        assert_eq!(placed.charge.unwrap().minor_units, 23_934);
        let request = GetOrderRequest { name: placed.name, view: OrderView::Full.into() };
        let read = world.client.ordering.clone().get_order(request).await?.into_inner().order.unwrap();
        assert_eq!(read.decision.unwrap().verdict(), Verdict::Allowed);
        let after = get(&world, &name).await?;
        assert_eq!((after.quantity, after.batches.len()), (7, 2));
        let status = failed(add(&world, &name, 294).await);
        let violations = status.get_details_bad_request().unwrap().field_violations;
        assert_eq!((status.code(), &*violations[0].field), (Code::InvalidArgument, "quantity"));
        add(&world, &name, 293).await?;
    }

    /// REL-1.
    async fn no_units_are_added_after_the_end_of_the_partnership(world) {
        let channel = world.channel("DE").await?;
        let name = buy(&world, &channel).await?;
        let end = contracts::relationship::EndPartnershipRequest {
            name: channel.partnership.clone(),
            detail: "no longer".to_owned(),
            ended_by: contracts::relationship::PartnershipSide::Provider.into(),
            ..Default::default()
        };
        world.client.relationship.clone().end_partnership(end).await?;
        assert_eq!(refused(add(&world, &name, 1).await), ["REL-1 PARTNERSHIP_NOT_ACTIVE"]);
        // The subscription may still be cancelled.
        cancel(&world, &name).await?;
    }

    /// ORD-7, to the second.
    async fn units_are_returned_within_168_hours_of_their_purchase(world) {
        let channel = world.channel("DE").await?;
        let name = buy(&world, &channel).await?;
        world.clock.advance(DAY);
        add(&world, &name, 3).await?;
        world.clock.advance(WINDOW - DAY);
        reduce(&world, &name, 4).await?;
        assert_eq!(get(&world, &name).await?.quantity, 4);
        add(&world, &name, 2).await?;
        world.clock.advance(SECOND);
        let late = failed(reduce(&world, &name, 3).await);
        let info = late.get_details_error_info().unwrap();
        assert_eq!((&*info.reason, &*info.metadata["ruleId"]), ("REDUCTION_WINDOW_OVER", "ORD-7"));
        assert_eq!(info.metadata["returnableQuantity"], "2");
        assert_eq!(info.metadata["partnerCenterCode"], "400/800090");
        reduce(&world, &name, 2).await?;
        world.clock.advance(WINDOW);
        assert_eq!(refused(reduce(&world, &name, 1).await), ["ORD-7 REDUCTION_WINDOW_OVER"]);
    }

    /// ORD-3.
    async fn a_subscription_is_cancelled_within_168_hours_with_a_refund(world) {
        let channel = world.channel("DE").await?;
        let (early, late) = (buy(&world, &channel).await?, buy(&world, &channel).await?);
        world.clock.advance(WINDOW);
        let cancelled = cancel(&world, &early).await?;
        // Five units at 120.00 a year, for 358 of 365 days, rounded up.
        assert_eq!(cancelled.refund.unwrap().minor_units, 58_850);
        assert_eq!(get(&world, &early).await?.state(), SubscriptionState::Cancelled);
        let twice = cancel(&world, &early).await;
        assert_eq!(refused(twice), ["STATE SUBSCRIPTION_STATE_CONFLICT"]);
        world.clock.advance(SECOND);
        assert_eq!(refused(cancel(&world, &late).await), ["ORD-3 CANCELLATION_WINDOW_OVER"]);
        set_renewal(&world, &late, false).await?;
    }

    /// Suspension does not stop the term.
    async fn the_quantity_of_a_suspended_subscription_does_not_change(world) {
        let channel = world.channel("DE").await?;
        let name = buy(&world, &channel).await?;
        let mut ordering = world.client.ordering.clone();
        let suspend = SuspendSubscriptionRequest {
            name: name.clone(),
            detail: "unpaid".to_owned(),
            request_id: new_id(),
            ..Default::default()
        };
        ordering.suspend_subscription(suspend).await?;
        let suspended = get(&world, &name).await?;
        let state = (suspended.state(), suspended.state_reason.as_str());
        assert_eq!(state, (SubscriptionState::Suspended, "unpaid"));
        let status = failed(add(&world, &name, 1).await);
        let info = status.get_details_error_info().unwrap();
        assert_eq!(info.reason, "QUANTITY_WHILE_SUSPENDED");
        assert_eq!(info.metadata["partnerCenterCode"], "400/800091");
        let resume = ResumeSubscriptionRequest {
            name: name.clone(),
            request_id: new_id(),
            ..Default::default()
        };
        ordering.resume_subscription(resume).await?;
        add(&world, &name, 1).await?;
    }

    async fn a_dry_run_of_a_change_returns_the_result_and_writes_nothing(world) {
        let channel = world.channel("DE").await?;
        let name = buy(&world, &channel).await?;
        let mut request = AddQuantityRequest {
            name: name.clone(),
            quantity: 1,
            partner_attestation_accepted: true,
            request_id: new_id(),
            validate_only: true,
            ..Default::default()
        };
        let mut ordering = world.client.ordering.clone();
        let dry = ordering.add_quantity(request.clone()).await?.into_inner().order.unwrap();
        assert_eq!((&*dry.name, dry.charge.unwrap().minor_units), ("", 12_000));
        assert_eq!(dry.lines[0].subscription, name);
        assert_eq!(get(&world, &name).await?.quantity, 5);
        request.validate_only = false;
        let first = ordering.add_quantity(request.clone()).await?.into_inner();
        assert_eq!(ordering.add_quantity(request.clone()).await?.into_inner(), first);
        assert_eq!(get(&world, &name).await?.quantity, 6, "a retry adds nothing");
        request.validate_only = true;
        request.partner_attestation_accepted = false;
        let refusal = ordering.add_quantity(request).await;
        assert_eq!(refused(refusal), ["ORD-2 ATTESTATION_MISSING"]);
    }

    /// ORD-3: renewal needs no timer, and a new term has a new cancellation window.
    async fn a_subscription_renews_automatically_at_the_end_of_its_term(world) {
        let channel = world.channel("DE").await?;
        let name = buy(&world, &channel).await?;
        world.clock.advance(YEAR - SECOND);
        assert!(!get(&world, &name).await?.renewal_pending);
        assert_eq!(settle(&world).await?, (0, 0));
        world.clock.advance(SECOND);
        let due = get(&world, &name).await?;
        assert_eq!((due.state(), due.renewal_pending), (SubscriptionState::Active, true));
        world.clock.advance(WINDOW);
        // Each mutation applies the due renewal first, so the new term can be cancelled.
        let refund = cancel(&world, &name).await?.refund.unwrap().minor_units;
        // For 359 of 366 days: the second year has a February of 29.
        assert_eq!(refund, 58_853);
        let cancelled = get(&world, &name).await?;
        assert_eq!(cancelled.state(), SubscriptionState::Cancelled);
        assert_eq!(cancelled.term_start_time, due.term_end_time);
        let renewal = OrderKind::AutomaticRenewal;
        assert_eq!(kinds(&world).await?, [OrderKind::Purchase, renewal, OrderKind::Cancel]);
    }

    async fn a_smaller_next_term_is_scheduled(world) {
        let channel = world.channel("DE").await?;
        let name = buy(&world, &channel).await?;
        world.clock.advance(WINDOW + SECOND);
        let status = failed(schedule(&world, &name, 301).await);
        assert_eq!(status.code(), Code::InvalidArgument);
        schedule(&world, &name, 3).await?;
        assert_eq!(get(&world, &name).await?.quantity, 5);
        world.clock.advance(YEAR);
        assert_eq!(settle(&world).await?, (1, 0));
        let renewed = get(&world, &name).await?;
        assert_eq!((renewed.quantity, renewed.next_term), (3, None));
    }

    /// CUS-2 blocks more units for the next term, but not fewer.
    async fn more_units_in_the_next_term_are_checked_as_added_units(world) {
        let channel = world.channel("DE").await?;
        let name = buy(&world, &channel).await?;
        review(&world, &channel.customer, AccountState::UnderReview).await?;
        let more = refused(schedule(&world, &name, 6).await);
        assert!(more.len() == 1 && more[0].starts_with("CUS-2 "), "{more:?}");
        schedule(&world, &name, 5).await?;
        schedule(&world, &name, 4).await?;
    }

    /// Expired for 30 days, then disabled for 90, then deleted; it can be renewed until then.
    async fn a_subscription_without_renewal_expires_in_steps(world) {
        let channel = world.channel("DE").await?;
        let name = buy_direct(&world, &channel).await?;
        let other = buy_direct(&world, &channel).await?;
        for each in [&name, &other] {
            set_renewal(&world, each, false).await?;
        }
        assert_eq!(refused(renew(&world, &name).await), ["STATE SUBSCRIPTION_STATE_CONFLICT"]);
        world.clock.advance(YEAR);
        assert_eq!(get(&world, &name).await?.state(), SubscriptionState::Expired);
        assert_eq!(refused(add(&world, &name, 1).await), ["STATE SUBSCRIPTION_STATE_CONFLICT"]);
        world.clock.advance(30 * DAY - SECOND);
        assert_eq!(settle(&world).await?, (2, 0));
        assert_eq!(get(&world, &name).await?.state(), SubscriptionState::Expired);
        world.clock.advance(SECOND);
        assert_eq!(get(&world, &name).await?.state(), SubscriptionState::Disabled);
        assert_eq!(renew(&world, &name).await?.kind(), OrderKind::Renew);
        assert_eq!(get(&world, &name).await?.state(), SubscriptionState::Active);
        world.clock.advance(90 * DAY);
        assert_eq!(get(&world, &other).await?.state(), SubscriptionState::Deleted);
        assert_eq!(refused(renew(&world, &other).await), ["STATE SUBSCRIPTION_STATE_CONFLICT"]);
    }

    /// REL-4.
    async fn a_refused_renewal_can_be_made_up_for_within_30_days(world) {
        let client = &world.client;
        let channel = world.channel("DE").await?;
        let name = buy_direct(&world, &channel).await?;
        remove_relationship(&world, &channel).await?;
        world.clock.advance(YEAR + DAY);
        assert_eq!(get(&world, &name).await?.state(), SubscriptionState::Active, "not settled yet");
        assert_eq!(settle(&world).await?, (1, 0));
        let expired = get(&world, &name).await?;
        assert_eq!(expired.state(), SubscriptionState::Expired);
        let reason = "automatic renewal refused: REL-4 CUSTOMER_RELATIONSHIP_MISSING";
        assert_eq!(expired.state_reason, reason);
        let missing = ["REL-4 CUSTOMER_RELATIONSHIP_MISSING"];
        assert_eq!(refused(renew(&world, &name).await), missing);
        let kind = CustomerRelationshipKind::Resale;
        client.establish_relationship(&channel.customer, &channel.provider, kind).await?;
        renew(&world, &name).await?;
        assert_eq!(get(&world, &name).await?.state(), SubscriptionState::Active);
    }
}

/// Without relationship a renewal stays due; other subscriptions are settled.
#[tokio::test]
async fn a_renewal_waits_while_relationship_is_unavailable() -> Result<(), Status> {
    for engine in [tests::Engine::Sqlite, tests::Engine::Postgres] {
        let world = World::with(engine, |plan| {
            plan.ordering.relationship.timeout = Duration::from_secs(2);
        });
        let world = world.await;
        let channel = world.channel("DE").await?;
        let name = buy(&world, &channel).await?;
        world.clock.advance(SECOND);
        let other = buy(&world, &channel).await?;
        set_renewal(&world, &other, false).await?;
        world.clock.advance(YEAR + 200 * DAY);
        let World { client, clock, cluster, .. } = world;
        cluster.relationship.stop().await;
        let get = GetSubscriptionRequest { name: name.clone() };
        let due = client.ordering.clone().get_subscription(get).await?.into_inner();
        let due = due.subscription.unwrap();
        assert_eq!((due.state(), due.renewal_pending), (SubscriptionState::Active, true));
        let settle = async |token: &str| {
            let request = SettleSubscriptionsRequest { max_count: 1, token: token.to_owned() };
            let settled = client.ordering.clone().settle_subscriptions(request).await?.into_inner();
            Ok::<_, Status>((settled.settled_count, settled.left_count, settled.next_token))
        };
        let (settled, left, next) = settle("").await?;
        assert_eq!((settled, left), (0, 1), "{}", clock.now());
        // The subscription without renewal comes next and is settled.
        assert_eq!(settle("").await?, (0, 1, next.clone()));
        let (settled, left, next) = settle(&next).await?;
        assert_eq!((settled, left), (1, 0));
        assert_eq!(settle(&next).await?, (0, 0, String::new()));
    }
    Ok(())
}
