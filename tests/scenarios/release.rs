//! How a partner lets a customer go.

use std::time::Duration;

use cluster::scenario_client::{Partner, new_id, order};
use contracts::{
    ordering::{CancelOrderRequest, ReleaseCustomerRelationshipRequest},
    relationship::{CustomerRelationship, CustomerRelationshipKind, CustomerRelationshipState},
};
use tests::{World, failed, refused, scenarios};
use tonic::{Code, Status};
use tonic_types::StatusExt;

async fn release(
    world: &World,
    name: &str,
    by: &Partner,
    request_id: String,
) -> Result<CustomerRelationship, Status> {
    let request = ReleaseCustomerRelationshipRequest {
        name: name.to_owned(),
        detail: "the customer leaves".to_owned(),
        request_id,
        released_by: by.name.clone(),
        ..Default::default()
    };
    let answer = world.cast.ordering.clone().release_customer_relationship(request).await?;
    Ok(answer.into_inner().relationship.unwrap())
}

scenarios! {
    /// REL-6.
    async fn a_relationship_is_released_once_nothing_that_was_sold_runs(world) {
        let cast = &world.cast;
        let (direct, customer) = (cast.direct_bill("FR").await?, cast.customer("FR").await?);
        cast.accept_mca(&customer).await?;
        let tie = cast.establish_relationship(&customer, &direct, CustomerRelationshipKind::Resale).await?;
        let offer = cast.offer(contracts::relationship::ProductFamily::Azure).await?;
        let placed = cast.place(order(&direct, None, &customer, &offer)).await?;
        let status = failed(release(&world, &tie, &direct, new_id()).await);
        let info = status.get_details_error_info().unwrap();
        assert_eq!((&*info.metadata["ruleId"], &*info.reason), ("REL-6", "SUBSCRIPTIONS_RUNNING"));
        assert_eq!(info.metadata["runningSubscriptions"], placed.lines[0].subscription);
        // The refusal keeps nobody out.
        let second = cast.place(order(&direct, None, &customer, &offer)).await?;
        for name in [placed.name, second.name] {
            let cancel = CancelOrderRequest { name, detail: "leaves".to_owned(), ..Default::default() };
            cast.ordering.clone().cancel_order(cancel).await?;
        }
        let id = new_id();
        let released = release(&world, &tie, &direct, id.clone()).await?;
        assert_eq!(released.state(), CustomerRelationshipState::Removed);
        assert_eq!(release(&world, &tie, &direct, id).await?, released);
        let again = release(&world, &tie, &direct, new_id()).await;
        assert_eq!(refused(again), ["STATE CUSTOMER_RELATIONSHIP_STATE_CONFLICT"]);
        let late = cast.place(order(&direct, None, &customer, &offer)).await;
        assert_eq!(refused(late), ["REL-4 CUSTOMER_RELATIONSHIP_MISSING"]);
        cast.establish_relationship(&customer, &direct, CustomerRelationshipKind::Resale).await?;
        cast.place(order(&direct, None, &customer, &offer)).await?;
    }

    /// A reseller's customer is held by what runs through it (REL-6); its management is not.
    async fn what_runs_through_a_reseller_holds_its_relationship_too(world) {
        let cast = &world.cast;
        let channel = world.channel("FR").await?;
        let (provider, reseller) = (&channel.provider, &channel.reseller);
        let wanted = order(provider, Some(reseller), &channel.customer, &channel.offer);
        let placed = cast.place(wanted).await?;
        let list = contracts::relationship::ListCustomerRelationshipsRequest {
            parent: channel.customer.clone(),
            ..Default::default()
        };
        let all = cast.relationship.clone().list_customer_relationships(list).await?.into_inner();
        let of_reseller = all.relationships.iter().find(|it| it.partner == reseller.name).unwrap();
        let refusal = ["REL-6 SUBSCRIPTIONS_RUNNING"];
        assert_eq!(refused(release(&world, &of_reseller.name, provider, new_id()).await), refusal);
        let (name, detail) = (placed.name, "leaves".to_owned());
        let cancel = CancelOrderRequest { name, detail, ..Default::default() };
        cast.ordering.clone().cancel_order(cancel).await?;
        let by_itself = release(&world, &of_reseller.name, reseller, new_id()).await;
        assert_eq!(refused(by_itself), ["REL-6 REMOVAL_BY_RESELLER"]);
        release(&world, &of_reseller.name, provider, new_id()).await?;
        let kind = CustomerRelationshipKind::Management;
        let managed = cast.establish_relationship(&channel.customer, provider, kind).await?;
        release(&world, &managed, provider, new_id()).await?;
        let unknown = format!("{}/relationships/{}", channel.customer, new_id());
        let status = failed(release(&world, &unknown, provider, new_id()).await);
        assert_eq!(status.code(), Code::NotFound);
    }

    /// Whichever comes first: nothing runs on a relationship that is gone (REL-6).
    async fn an_order_and_a_release_at_once_leave_nothing_that_runs_without_a_relationship(world) {
        let cast = &world.cast;
        let direct = cast.direct_bill("FR").await?;
        let offer = cast.offer(contracts::relationship::ProductFamily::Azure).await?;
        for _ in 0..5 {
            let customer = cast.customer("FR").await?;
            cast.accept_mca(&customer).await?;
            let tie = cast.establish_relationship(&customer, &direct, CustomerRelationshipKind::Resale).await?;
            let wanted = order(&direct, None, &customer, &offer);
            let (placed, released) =
                tokio::join!(cast.place(wanted), release(&world, &tie, &direct, new_id()));
            assert!(placed.is_err() || released.is_err(), "both came through");
            world.clock.advance(Duration::from_secs(1));
        }
    }
}
