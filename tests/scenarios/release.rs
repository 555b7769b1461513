//! How a partner lets a customer go.

use std::time::Duration;

use cluster::cast::{new_id, order};
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
    request_id: String,
) -> Result<CustomerRelationship, Status> {
    let (name, detail) = (name.to_owned(), "the customer leaves".to_owned());
    let request = ReleaseCustomerRelationshipRequest { name, detail, request_id };
    let answer = world.cast.ordering.clone().release_customer_relationship(request).await?;
    Ok(answer.into_inner().relationship.unwrap())
}

scenarios! {
    /// REL-5.
    async fn a_relationship_is_released_once_nothing_that_was_sold_runs(world) {
        let cast = &world.cast;
        let (direct, customer) = (cast.direct_bill("FR").await?, cast.customer("FR").await?);
        cast.accept_mca(&customer, &direct).await?;
        let tie = cast.tie(&customer, &direct, CustomerRelationshipKind::Resale).await?;
        let offer = cast.offer(contracts::relationship::ProductFamily::Azure).await?;
        let placed = cast.place(order(&direct, None, &customer, &offer)).await?;
        let status = failed(release(&world, &tie, new_id()).await);
        let info = status.get_details_error_info().unwrap();
        assert_eq!((&*info.metadata["ruleId"], &*info.reason), ("REL-5", "SUBSCRIPTIONS_RUNNING"));
        assert_eq!(info.metadata["runningSubscriptions"], placed.lines[0].subscription);
        // The refusal keeps nobody out.
        let second = cast.place(order(&direct, None, &customer, &offer)).await?;
        for name in [placed.name, second.name] {
            let cancel = CancelOrderRequest { name, detail: "leaves".to_owned(), ..Default::default() };
            cast.ordering.clone().cancel_order(cancel).await?;
        }
        let id = new_id();
        let released = release(&world, &tie, id.clone()).await?;
        assert_eq!(released.state(), CustomerRelationshipState::Removed);
        assert_eq!(release(&world, &tie, id).await?, released);
        let again = release(&world, &tie, new_id()).await;
        assert_eq!(refused(again), ["STATE RELEASE_STATE_CONFLICT"]);
        let late = cast.place(order(&direct, None, &customer, &offer)).await;
        assert_eq!(refused(late), ["REL-4 CUSTOMER_RELATIONSHIP_MISSING"]);
        cast.tie(&customer, &direct, CustomerRelationshipKind::Resale).await?;
        cast.place(order(&direct, None, &customer, &offer)).await?;
    }

    /// A reseller's customer is held by what runs through it (REL-5); its management is not.
    async fn what_runs_through_a_reseller_holds_its_relationship_too(world) {
        let cast = &world.cast;
        let channel = world.channel("FR").await?;
        let (provider, reseller) = (&channel.provider, &channel.reseller);
        let wanted = order(provider, Some(reseller), &channel.customer, &channel.offer);
        cast.place(wanted).await?;
        let list = contracts::relationship::ListCustomerRelationshipsRequest {
            parent: channel.customer.clone(),
            ..Default::default()
        };
        let all = cast.relationship.clone().list_customer_relationships(list).await?.into_inner();
        let of_reseller = all.relationships.iter().find(|it| it.partner == reseller.name).unwrap();
        let refusal = ["REL-5 SUBSCRIPTIONS_RUNNING"];
        assert_eq!(refused(release(&world, &of_reseller.name, new_id()).await), refusal);
        let kind = CustomerRelationshipKind::Management;
        let managed = cast.tie(&channel.customer, provider, kind).await?;
        release(&world, &managed, new_id()).await?;
        let unknown = format!("{}/relationships/{}", channel.customer, new_id());
        let status = failed(release(&world, &unknown, new_id()).await);
        assert_eq!(status.code(), Code::NotFound);
    }

    /// Whichever comes first: nothing runs on a relationship that is gone (REL-5).
    async fn an_order_and_a_release_at_once_leave_nothing_that_runs_without_a_relationship(world) {
        let cast = &world.cast;
        let direct = cast.direct_bill("FR").await?;
        let offer = cast.offer(contracts::relationship::ProductFamily::Azure).await?;
        for _ in 0..5 {
            let customer = cast.customer("FR").await?;
            cast.accept_mca(&customer, &direct).await?;
            let tie = cast.tie(&customer, &direct, CustomerRelationshipKind::Resale).await?;
            let wanted = order(&direct, None, &customer, &offer);
            let (placed, released) =
                tokio::join!(cast.place(wanted), release(&world, &tie, new_id()));
            assert!(placed.is_err() || released.is_err(), "both came through");
            world.clock.advance(Duration::from_secs(1));
        }
    }
}
