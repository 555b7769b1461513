//! Retries, dry runs and expired decisions: no order is lost or duplicated.

use std::time::Duration;

use cluster::scenario_client::{new_id, order};
use contracts::ordering::{ListOrdersRequest, OrderView, PlaceOrderRequest};
use tests::{Engine, World, refused, scenarios};
use tonic::Code;
use tonic_types::StatusExt;

async fn orders(world: &World) -> Result<usize, tonic::Status> {
    let list = world.client.ordering.clone().list_orders(ListOrdersRequest::default()).await?;
    Ok(list.into_inner().orders.len())
}

scenarios! {
    /// Idempotency.
    async fn a_retry_gets_the_first_response_and_other_content_is_refused(world) {
        let channel = world.channel("FR").await?;
        let mut ordering = world.client.ordering.clone();
        let request = PlaceOrderRequest {
            order: Some(order(&channel.provider, None, &channel.customer, &channel.offer)),
            request_id: new_id(),
            ..Default::default()
        };
        let first = ordering.place_order(request.clone()).await?.into_inner();
        world.clock.advance(Duration::from_secs(3600));
        let retry = ordering.place_order(request.clone()).await?.into_inner();
        assert_eq!(first, retry);
        let request_id = request.request_id.to_uppercase();
        let upper_case = PlaceOrderRequest { request_id, ..request.clone() };
        assert_eq!(first, ordering.place_order(upper_case).await?.into_inner());
        let full = PlaceOrderRequest { view: OrderView::Full.into(), ..request.clone() };
        let mut full = ordering.place_order(full).await?.into_inner().order.unwrap();
        assert!(full.decision.take().is_some(), "a retry may ask for another view");
        assert_eq!(first.order, Some(full));
        assert_eq!(orders(&world).await?, 1);
        let mut other = request;
        other.order.as_mut().unwrap().lines[0].quantity = 6;
        let status = tests::failed(ordering.place_order(other).await);
        assert_eq!(status.code(), Code::AlreadyExists);
        assert_eq!(status.get_details_error_info().unwrap().reason, "REQUEST_ID_REUSED");
        assert_eq!(orders(&world).await?, 1);
    }

    /// Idempotency under concurrency.
    async fn concurrent_retries_place_one_order(world) {
        let channel = world.channel("FR").await?;
        let request = PlaceOrderRequest {
            order: Some(order(&channel.provider, None, &channel.customer, &channel.offer)),
            request_id: new_id(),
            ..Default::default()
        };
        let calls = (0..8).map(|_| {
            let (mut ordering, request) = (world.client.ordering.clone(), request.clone());
            deadline::spawn(async move { ordering.place_order(request).await })
        });
        let mut names = std::collections::BTreeSet::new();
        for call in calls.collect::<Vec<_>>() {
            names.insert(call.await.unwrap()?.into_inner().order.unwrap().name);
        }
        assert_eq!(names.len(), 1);
        assert_eq!(orders(&world).await?, 1);
    }

    /// CUS-1: a refusal is not stored under the request id.
    async fn a_refused_request_may_be_retried_with_the_same_id(world) {
        let client = &world.client;
        let (direct, customer) = (client.direct_bill("FR").await?, client.customer("FR").await?);
        let kind = contracts::relationship::CustomerRelationshipKind::Resale;
        client.establish_relationship(&customer, &direct, kind).await?;
        let offer = client.offer(contracts::relationship::ProductFamily::Azure).await?;
        let request = PlaceOrderRequest {
            order: Some(order(&direct, None, &customer, &offer)),
            request_id: new_id(),
            ..Default::default()
        };
        let refusal = client.ordering.clone().place_order(request.clone()).await;
        assert_eq!(refused(refusal), ["CUS-1 CUSTOMER_AGREEMENT_MISSING"]);
        client.accept_mca(&customer).await?;
        client.ordering.clone().place_order(request).await?;
    }

    /// ORD-2.
    async fn a_dry_run_of_an_order_checks_everything_and_writes_nothing(world) {
        let channel = world.channel("FR").await?;
        let mut ordering = world.client.ordering.clone();
        let mut request = PlaceOrderRequest {
            order: Some(order(&channel.provider, None, &channel.customer, &channel.offer)),
            request_id: new_id(),
            validate_only: true,
            view: OrderView::Full.into(),
        };
        let dry = ordering.place_order(request.clone()).await?.into_inner().order.unwrap();
        assert_eq!((&*dry.name, &*dry.lines[0].subscription), ("", ""));
        assert_eq!(dry.total.unwrap().minor_units, 5000);
        assert_eq!((dry.decision.is_some(), &*dry.decision_sha256), (true, ""));
        assert_eq!(orders(&world).await?, 0);
        request.validate_only = false;
        ordering.place_order(request.clone()).await?;
        assert_eq!(orders(&world).await?, 1, "a dry run does not use the request id");
        request.validate_only = true;
        request.order.as_mut().unwrap().partner_attestation_accepted = false;
        let refusal = ordering.place_order(request).await;
        assert_eq!(refused(refusal), ["ORD-2 ATTESTATION_MISSING"]);
    }

    async fn an_order_for_an_unknown_customer_names_the_customer(world) {
        let client = &world.client;
        let channel = world.channel("FR").await?;
        let customer = format!("customers/{}", new_id());
        let wanted = order(&channel.provider, None, &customer, &channel.offer);
        let status = tests::failed(client.place(wanted).await);
        assert_eq!(status.code(), Code::NotFound);
        assert_eq!(status.get_details_resource_info().unwrap().resource_name, customer);
        assert_eq!(status.get_details_error_info().unwrap().domain, "ordering.csp");
    }
}

#[tokio::test]
async fn an_order_whose_decision_expires_twice_is_not_accepted() -> Result<(), tonic::Status> {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let world = World::with(engine, |plan| plan.relationship.valid_for = Duration::ZERO).await;
        let channel = world.channel("FR").await?;
        let wanted = order(&channel.provider, None, &channel.customer, &channel.offer);
        let status = tests::failed(world.client.place(wanted).await);
        assert_eq!(status.code(), Code::Aborted);
        assert_eq!(status.get_details_error_info().unwrap().reason, "DECISION_EXPIRED");
        assert_eq!(orders(&world).await?, 0);
    }
    Ok(())
}
