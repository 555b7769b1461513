//! The life of a subscription: units, windows, terms and their ends.

use std::time::Duration;

use cluster::scenario_client::{new_id, order};
use contracts::{
    ordering::{
        AddQuantityRequest, BillingCycle, CancelSubscriptionRequest, GetSubscriptionRequest,
        ListOrdersRequest, NextTerm, Order, OrderKind, ReduceQuantityRequest,
        RenewSubscriptionRequest, ResumeSubscriptionRequest, ScheduleNextTermRequest,
        SetAutomaticRenewalRequest, SettleSubscriptionsRequest, Subscription, SubscriptionState,
        SuspendSubscriptionRequest, Term,
    },
    relationship::{CustomerRelationshipKind, RemoveCustomerRelationshipRequest, Verdict},
};
use tests::{Channel, World, failed, refused, scenarios};
use tonic::{Code, Status};
use tonic_types::StatusExt;

const DAY: Duration = Duration::from_secs(86_400);
const WINDOW: Duration = Duration::from_secs(168 * 3600);
const SECOND: Duration = Duration::from_secs(1);
/// From the beginning of a world, 2026-03-02, a year has 365 days.
pub(super) const YEAR: Duration = Duration::from_secs(365 * 86_400);

/// A subscription of five units for a year, bought through the channel.
pub(super) async fn bought(world: &World, channel: &Channel) -> Result<String, Status> {
    let (provider, reseller) = (&channel.provider, Some(&channel.reseller));
    let placed = order(provider, reseller, &channel.customer, &channel.offer);
    Ok(world.cast.place(placed).await?.lines[0].subscription.clone())
}

/// The same, sold by the provider alone, which no yearly review can stop.
pub(super) async fn direct(world: &World, channel: &Channel) -> Result<String, Status> {
    let placed = order(&channel.provider, None, &channel.customer, &channel.offer);
    Ok(world.cast.place(placed).await?.lines[0].subscription.clone())
}

pub(super) async fn get(world: &World, name: &str) -> Result<Subscription, Status> {
    let get = GetSubscriptionRequest { name: name.to_owned() };
    let answer = world.cast.ordering.clone().get_subscription(get).await?;
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
    let answer = world.cast.ordering.clone().add_quantity(request).await?;
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
    let answer = world.cast.ordering.clone().reduce_quantity(request).await?;
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
    let answer = world.cast.ordering.clone().cancel_subscription(request).await?;
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
    let answer = world.cast.ordering.clone().renew_subscription(request).await?;
    Ok(answer.into_inner().order.unwrap())
}

async fn renew_itself(world: &World, name: &str, enabled: bool) -> Result<(), Status> {
    let request = SetAutomaticRenewalRequest {
        name: name.to_owned(),
        enabled,
        request_id: new_id(),
        validate_only: false,
        ..Default::default()
    };
    world.cast.ordering.clone().set_automatic_renewal(request).await.map(drop)
}

pub(super) async fn settle(world: &World) -> Result<(i32, i32), Status> {
    let request = SettleSubscriptionsRequest::default();
    let answer = world.cast.ordering.clone().settle_subscriptions(request).await?.into_inner();
    Ok((answer.settled_count, answer.left_count))
}

/// What was ordered, in the order of the contract.
async fn kinds(world: &World) -> Result<Vec<OrderKind>, Status> {
    let list = world.cast.ordering.clone().list_orders(ListOrdersRequest::default()).await?;
    let mut kinds: Vec<_> = list.into_inner().orders.iter().map(Order::kind).collect();
    kinds.sort();
    Ok(kinds)
}

/// The provider's relationship with the customer ends.
async fn removed(world: &World, channel: &Channel) -> Result<(), Status> {
    let parent = channel.customer.clone();
    let list =
        contracts::relationship::ListCustomerRelationshipsRequest { parent, ..Default::default() };
    let mut relationship = world.cast.relationship.clone();
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
    /// Every change is an order with a decision of its own (MPA-2 and all others).
    async fn units_are_added_by_an_order_of_their_own(world) {
        let channel = world.channel("DE").await?;
        let name = bought(&world, &channel).await?;
        world.clock.advance(DAY);
        let placed = add(&world, &name, 2).await?;
        assert_eq!((placed.kind(), placed.lines[0].quantity), (OrderKind::AddQuantity, 2));
        // Two units at 120.00 a year, for 364 of 365 days, rounded down.
        assert_eq!(placed.charge.unwrap().minor_units, 23_934);
        assert_eq!(placed.decision.unwrap().verdict(), Verdict::Allowed);
        let after = get(&world, &name).await?;
        assert_eq!((after.quantity, after.batches.len()), (7, 2));
        let status = failed(add(&world, &name, 294).await);
        let told = status.get_details_bad_request().unwrap().field_violations;
        assert_eq!((status.code(), &*told[0].field), (Code::InvalidArgument, "quantity"));
        add(&world, &name, 293).await?;
    }

    /// REL-1 and the other rules are asked about again.
    async fn units_are_not_added_once_the_partnership_has_ended(world) {
        let channel = world.channel("DE").await?;
        let name = bought(&world, &channel).await?;
        let end = contracts::relationship::EndPartnershipRequest {
            name: channel.partnership.clone(),
            detail: "no longer".to_owned(),
            ended_by: contracts::relationship::PartnershipSide::Provider.into(),
            ..Default::default()
        };
        world.cast.relationship.clone().end_partnership(end).await?;
        assert_eq!(refused(add(&world, &name, 1).await), ["REL-1 PARTNERSHIP_NOT_ACTIVE"]);
        // What is owned may still be cancelled.
        cancel(&world, &name).await?;
    }

    /// ORD-7, to the second.
    async fn units_are_returned_within_168_hours_of_their_own_purchase(world) {
        let channel = world.channel("DE").await?;
        let name = bought(&world, &channel).await?;
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
        let (early, late) = (bought(&world, &channel).await?, bought(&world, &channel).await?);
        world.clock.advance(WINDOW);
        let cancelled = cancel(&world, &early).await?;
        // Five units at 120.00 a year, for 358 of 365 days, rounded up.
        assert_eq!(cancelled.refund.unwrap().minor_units, 58_850);
        assert_eq!(get(&world, &early).await?.state(), SubscriptionState::Cancelled);
        let twice = cancel(&world, &early).await;
        assert_eq!(refused(twice), ["STATE SUBSCRIPTION_STATE_CONFLICT"]);
        world.clock.advance(SECOND);
        assert_eq!(refused(cancel(&world, &late).await), ["ORD-3 CANCELLATION_WINDOW_OVER"]);
        renew_itself(&world, &late, false).await?;
    }

    /// Suspending stops the service, not the term.
    async fn the_quantity_of_a_suspended_subscription_does_not_change(world) {
        let channel = world.channel("DE").await?;
        let name = bought(&world, &channel).await?;
        let mut ordering = world.cast.ordering.clone();
        let suspend = SuspendSubscriptionRequest {
            name: name.clone(),
            detail: "unpaid".to_owned(),
            request_id: new_id(),
            ..Default::default()
        };
        ordering.suspend_subscription(suspend).await?;
        let suspended = get(&world, &name).await?;
        let told = (suspended.state(), suspended.state_reason.as_str());
        assert_eq!(told, (SubscriptionState::Suspended, "unpaid"));
        let status = failed(add(&world, &name, 1).await);
        let info = status.get_details_error_info().unwrap();
        assert_eq!(info.reason, "SUBSCRIPTION_STATE_CONFLICT");
        assert_eq!(info.metadata["partnerCenterCode"], "400/800091");
        let resume = ResumeSubscriptionRequest {
            name: name.clone(),
            request_id: new_id(),
            ..Default::default()
        };
        ordering.resume_subscription(resume).await?;
        add(&world, &name, 1).await?;
    }

    /// A dry run of a change decides and writes nothing.
    async fn a_dry_run_of_a_change_tells_what_would_be(world) {
        let channel = world.channel("DE").await?;
        let name = bought(&world, &channel).await?;
        let mut request = AddQuantityRequest {
            name: name.clone(),
            quantity: 1,
            partner_attestation_accepted: true,
            request_id: new_id(),
            validate_only: true, ..Default::default() };
        let mut ordering = world.cast.ordering.clone();
        let dry = ordering.add_quantity(request.clone()).await?.into_inner().order.unwrap();
        assert_eq!((&*dry.name, dry.charge.unwrap().minor_units), ("", 12_000));
        assert_eq!(dry.lines[0].subscription, name);
        assert_eq!(get(&world, &name).await?.quantity, 5);
        request.validate_only = false;
        let first = ordering.add_quantity(request.clone()).await?.into_inner();
        assert_eq!(ordering.add_quantity(request.clone()).await?.into_inner(), first);
        assert_eq!(get(&world, &name).await?.quantity, 6, "once, however often it is sent");
        request.validate_only = true;
        request.partner_attestation_accepted = false;
        let refusal = ordering.add_quantity(request).await;
        assert_eq!(refused(refusal), ["ORD-2 ATTESTATION_MISSING"]);
    }

    /// Renewal needs no timer; a new term opens a new window (ORD-3).
    async fn a_subscription_renews_itself_at_the_end_of_its_term(world) {
        let channel = world.channel("DE").await?;
        let name = bought(&world, &channel).await?;
        world.clock.advance(YEAR - SECOND);
        assert!(!get(&world, &name).await?.renewal_pending);
        assert_eq!(settle(&world).await?, (0, 0));
        world.clock.advance(SECOND);
        let due = get(&world, &name).await?;
        assert_eq!((due.state(), due.renewal_pending), (SubscriptionState::Active, true));
        world.clock.advance(WINDOW);
        // Whoever touches it settles it: it is cancelled within the window of the new term.
        let refund = cancel(&world, &name).await?.refund.unwrap().minor_units;
        // For 359 of 366 days: the second year has a February of 29.
        assert_eq!(refund, 58_853);
        let cancelled = get(&world, &name).await?;
        assert_eq!(cancelled.state(), SubscriptionState::Cancelled);
        assert_eq!(cancelled.term_start_time, due.term_end_time);
        let renewal = OrderKind::AutomaticRenewal;
        assert_eq!(kinds(&world).await?, [OrderKind::Purchase, renewal, OrderKind::Cancel]);
    }

    /// The next term is what was scheduled.
    async fn a_smaller_next_term_is_scheduled(world) {
        let channel = world.channel("DE").await?;
        let name = bought(&world, &channel).await?;
        world.clock.advance(WINDOW + SECOND);
        let next = |quantity| NextTerm {
            term: Term::P1y.into(),
            billing_cycle: BillingCycle::Monthly.into(),
            quantity,
            unit_price: None,
        };
        let request = |next| ScheduleNextTermRequest {
            name: name.clone(),
            next_term: Some(next),
            partner_attestation_accepted: true,
            request_id: new_id(),
            ..Default::default()
        };
        let mut ordering = world.cast.ordering.clone();
        let status = failed(ordering.schedule_next_term(request(next(301))).await);
        assert_eq!(status.code(), Code::InvalidArgument);
        ordering.schedule_next_term(request(next(3))).await?;
        assert_eq!(get(&world, &name).await?.quantity, 5);
        world.clock.advance(YEAR);
        assert_eq!(settle(&world).await?, (1, 0));
        let renewed = get(&world, &name).await?;
        assert_eq!((renewed.quantity, renewed.next_term), (3, None));
    }

    /// CUS-2: while the customer is under review, less may be scheduled and more may not.
    async fn more_units_in_the_next_term_are_added_units(world) {
        let channel = world.channel("DE").await?;
        let name = bought(&world, &channel).await?;
        let review = contracts::relationship::RecordAccountReviewRequest {
            name: channel.customer.clone(),
            state: contracts::relationship::AccountState::UnderReview.into(),
            detail: "billing data changed".to_owned(),
            ..Default::default()
        };
        world.cast.relationship.clone().record_account_review(review).await?;
        let schedule = async |quantity| {
            let next_term = NextTerm {
                term: Term::P1y.into(),
                billing_cycle: BillingCycle::Monthly.into(),
                quantity,
                unit_price: None,
            };
            let request = ScheduleNextTermRequest {
                name: name.clone(),
                next_term: Some(next_term),
                partner_attestation_accepted: true,
                request_id: new_id(),
                ..Default::default()
            };
            world.cast.ordering.clone().schedule_next_term(request).await
        };
        let more = refused(schedule(6).await);
        assert!(more.len() == 1 && more[0].starts_with("CUS-2 "), "{more:?}");
        schedule(5).await?;
        schedule(4).await?;
    }

    /// Expired for 30 days, disabled for 90, then gone; renewed by hand in between.
    async fn a_subscription_that_does_not_renew_itself_ends_in_steps(world) {
        let channel = world.channel("DE").await?;
        let (name, other) = (direct(&world, &channel).await?, direct(&world, &channel).await?);
        for each in [&name, &other] {
            renew_itself(&world, each, false).await?;
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

    /// REL-4: without a relationship nothing renews itself.
    async fn a_renewal_that_is_refused_leaves_the_customer_30_days(world) {
        let cast = &world.cast;
        let channel = world.channel("DE").await?;
        let name = direct(&world, &channel).await?;
        removed(&world, &channel).await?;
        world.clock.advance(YEAR + DAY);
        assert_eq!(get(&world, &name).await?.state(), SubscriptionState::Active, "not asked yet");
        assert_eq!(settle(&world).await?, (1, 0));
        let expired = get(&world, &name).await?;
        assert_eq!(expired.state(), SubscriptionState::Expired);
        let why = "automatic renewal refused: REL-4 CUSTOMER_RELATIONSHIP_MISSING";
        assert_eq!(expired.state_reason, why);
        let missing = ["REL-4 CUSTOMER_RELATIONSHIP_MISSING"];
        assert_eq!(refused(renew(&world, &name).await), missing);
        let kind = CustomerRelationshipKind::Resale;
        cast.establish_relationship(&channel.customer, &channel.provider, kind).await?;
        renew(&world, &name).await?;
        assert_eq!(get(&world, &name).await?.state(), SubscriptionState::Active);
    }
}

/// While relationship cannot be asked, a renewal waits and the service goes on.
#[tokio::test]
async fn a_renewal_waits_while_relationship_is_away() -> Result<(), Status> {
    for engine in [tests::Engine::Sqlite, tests::Engine::Postgres] {
        let world = World::with(engine, |plan| {
            plan.ordering.relationship.timeout = Duration::from_secs(2);
        });
        let world = world.await;
        let channel = world.channel("DE").await?;
        let name = bought(&world, &channel).await?;
        world.clock.advance(SECOND);
        let other = bought(&world, &channel).await?;
        renew_itself(&world, &other, false).await?;
        world.clock.advance(YEAR + 200 * DAY);
        let World { cast, clock, cluster, .. } = world;
        cluster.relationship.stop().await;
        let get = GetSubscriptionRequest { name: name.clone() };
        let due = cast.ordering.clone().get_subscription(get).await?.into_inner();
        let due = due.subscription.unwrap();
        assert_eq!((due.state(), due.renewal_pending), (SubscriptionState::Active, true));
        let settle = async |token: &str| {
            let request = SettleSubscriptionsRequest { max_count: 1, token: token.to_owned() };
            let settled = cast.ordering.clone().settle_subscriptions(request).await?.into_inner();
            Ok::<_, Status>((settled.settled_count, settled.left_count, settled.next_token))
        };
        let (settled, left, next) = settle("").await?;
        assert_eq!((settled, left), (0, 1), "{}", clock.now());
        // The one that ends by itself is behind it, and does not have to wait.
        assert_eq!(settle("").await?, (0, 1, next.clone()));
        let (settled, left, next) = settle(&next).await?;
        assert_eq!((settled, left), (1, 0));
        assert_eq!(settle(&next).await?, (0, 0, String::new()));
    }
    Ok(())
}
