//! Accepted orders: evidence, subscriptions and cancellation.

use std::time::Duration;

use cluster::scenario_client::{new_id, order};
use contracts::{
    ordering::{
        CancelOrderRequest, GetOrderRequest, GetSubscriptionRequest, ListSubscriptionsRequest,
        Order, OrderState, OrderView, SubscriptionState,
    },
    relationship::{Outcome, Verdict},
};
use tests::{CHECKS, World, refused, scenarios};

const WINDOW: Duration = Duration::from_secs(168 * 3600);

async fn cancel(world: &World, name: &str) -> Result<OrderState, tonic::Status> {
    let cancel = CancelOrderRequest {
        name: name.to_owned(),
        detail: "ordered by mistake".to_owned(),
        request_id: new_id(),
        validate_only: false,
        ..Default::default()
    };
    let answer = world.client.ordering.clone().cancel_order(cancel).await?.into_inner();
    Ok(answer.order.unwrap().state())
}

scenarios! {
    /// REL-3 and all other rules.
    async fn an_accepted_order_has_its_decision_as_evidence(world) {
        let client = &world.client;
        let channel = world.channel("FR").await?;
        let (provider, reseller) = (&channel.provider, &channel.reseller);
        let wanted = order(provider, Some(reseller), &channel.customer, &channel.offer);
        let placed = client.place(wanted).await?;
        let get = GetOrderRequest { name: placed.name.clone(), view: OrderView::Full.into() };
        let read = client.ordering.clone().get_order(get).await?.into_inner().order.unwrap();
        let decision = read.decision.clone().unwrap();
        assert_eq!(Order { decision: None, ..read.clone() }, placed, "the basic view by default");
        assert_eq!(placed.decision_sha256.len(), 64);
        assert_eq!(decision.verdict(), Verdict::Allowed);
        assert_eq!(decision.outcomes.len(), CHECKS, "the evidence has every check");
        assert!(decision.outcomes.iter().all(|it| it.outcome() != Outcome::Failed));
        let facts: Vec<_> = decision.revisions.iter().map(|it| it.resource.as_str()).collect();
        for fact in [&provider.name, &reseller.name, &channel.partnership, &channel.customer] {
            assert!(facts.contains(&fact.as_str()), "{fact} is not among {facts:?}");
        }
        let total = read.total.unwrap();
        assert_eq!((&*total.currency_code, total.minor_units), ("EUR", 5 * 1000));
    }

    async fn an_accepted_order_creates_one_subscription_per_line(world) {
        let client = &world.client;
        let channel = world.channel("FR").await?;
        let mut wanted = order(&channel.provider, None, &channel.customer, &channel.offer);
        wanted.lines = vec![wanted.lines[0].clone(); 3];
        let placed = client.place(wanted).await?;
        for line in &placed.lines {
            let get = GetSubscriptionRequest { name: line.subscription.clone() };
            let subscription = client.ordering.clone().get_subscription(get).await?.into_inner();
            let subscription = subscription.subscription.unwrap();
            assert_eq!(subscription.order, placed.name);
            assert_eq!(subscription.state(), SubscriptionState::Active);
        }
        let list = ListSubscriptionsRequest { page_size: 2, ..ListSubscriptionsRequest::default() };
        let page = client.ordering.clone().list_subscriptions(list).await?.into_inner();
        assert_eq!(page.subscriptions.len(), 2);
        let page_token = page.next_page_token;
        let list = ListSubscriptionsRequest {
            page_size: 2,
            page_token,
            ..ListSubscriptionsRequest::default()
        };
        let page = client.ordering.clone().list_subscriptions(list).await?.into_inner();
        assert_eq!((page.subscriptions.len(), &*page.next_page_token), (1, ""));
    }

    /// ORD-3.
    async fn an_order_is_cancelled_within_168_hours_and_not_after(world) {
        let client = &world.client;
        let channel = world.channel("FR").await?;
        let wanted = || order(&channel.provider, None, &channel.customer, &channel.offer);
        let (in_time, late) = (client.place(wanted()).await?, client.place(wanted()).await?);
        world.clock.advance(WINDOW);
        assert_eq!(cancel(&world, &in_time.name).await?, OrderState::Cancelled);
        let get = GetSubscriptionRequest { name: in_time.lines[0].subscription.clone() };
        let subscription = client.ordering.clone().get_subscription(get).await?.into_inner();
        assert_eq!(subscription.subscription.unwrap().state(), SubscriptionState::Cancelled);
        let twice = cancel(&world, &in_time.name).await;
        assert_eq!(refused(twice), ["STATE ORDER_STATE_CONFLICT"]);
        world.clock.advance(Duration::from_secs(1));
        let late = cancel(&world, &late.name).await;
        assert_eq!(refused(late), ["ORD-3 CANCELLATION_WINDOW_OVER"]);
    }
}
