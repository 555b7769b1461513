//! Releases of customer relationships.

use std::time::Duration;

use cluster::scenario_client::{Partner, new_id, order};
use contracts::{
    ordering::{CancelOrderRequest, ReleaseCustomerRelationshipRequest},
    relationship::{
        CustomerRelationship,
        CustomerRelationshipKind::{Management, Resale},
        CustomerRelationshipState,
    },
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
    let answer = world.client.ordering.clone().release_customer_relationship(request).await?;
    Ok(answer.into_inner().relationship.unwrap())
}

scenarios! {
    /// REL-6.
    async fn a_relationship_is_released_once_no_subscription_runs(world) {
        let client = &world.client;
        let (direct, customer) = (client.direct_bill("FR").await?, client.customer("FR").await?);
        client.accept_mca(&customer).await?;
        let relationship = client.establish_relationship(&customer, &direct, Resale).await?;
        let offer = client.offer(contracts::relationship::ProductFamily::Azure).await?;
        let placed = client.place(order(&direct, None, &customer, &offer)).await?;
        let status = failed(release(&world, &relationship, &direct, new_id()).await);
        let info = status.get_details_error_info().unwrap();
        assert_eq!((&*info.metadata["ruleId"], &*info.reason), ("REL-6", "SUBSCRIPTIONS_RUNNING"));
        assert_eq!(info.metadata["runningSubscriptions"], placed.lines[0].subscription);
        // After the refusal new orders are accepted.
        let second = client.place(order(&direct, None, &customer, &offer)).await?;
        for name in [placed.name, second.name] {
            let detail = "leaves".to_owned();
            let cancel = CancelOrderRequest { name, detail, ..Default::default() };
            client.ordering.clone().cancel_order(cancel).await?;
        }
        let id = new_id();
        let released = release(&world, &relationship, &direct, id.clone()).await?;
        assert_eq!(released.state(), CustomerRelationshipState::Removed);
        assert_eq!(release(&world, &relationship, &direct, id).await?, released);
        let again = release(&world, &relationship, &direct, new_id()).await;
        assert_eq!(refused(again), ["STATE CUSTOMER_RELATIONSHIP_STATE_CONFLICT"]);
        let late = client.place(order(&direct, None, &customer, &offer)).await;
        assert_eq!(refused(late), ["REL-4 CUSTOMER_RELATIONSHIP_MISSING"]);
        client.establish_relationship(&customer, &direct, Resale).await?;
        client.place(order(&direct, None, &customer, &offer)).await?;
    }

    /// REL-6: resale only; a management relationship can be released.
    async fn a_subscription_through_a_reseller_blocks_the_release_of_its_relationship(world) {
        let client = &world.client;
        let channel = world.channel("FR").await?;
        let (provider, reseller) = (&channel.provider, &channel.reseller);
        let wanted = order(provider, Some(reseller), &channel.customer, &channel.offer);
        let placed = client.place(wanted).await?;
        let list = contracts::relationship::ListCustomerRelationshipsRequest {
            parent: channel.customer.clone(),
            ..Default::default()
        };
        let all = client.relationship.clone().list_customer_relationships(list).await?.into_inner();
        let of_reseller = all.relationships.iter().find(|it| it.partner == reseller.name).unwrap();
        let refusal = ["REL-6 SUBSCRIPTIONS_RUNNING"];
        assert_eq!(refused(release(&world, &of_reseller.name, provider, new_id()).await), refusal);
        let (name, detail) = (placed.name, "leaves".to_owned());
        let cancel = CancelOrderRequest { name, detail, ..Default::default() };
        client.ordering.clone().cancel_order(cancel).await?;
        let by_reseller = release(&world, &of_reseller.name, reseller, new_id()).await;
        assert_eq!(refused(by_reseller), ["REL-6 REMOVAL_BY_RESELLER"]);
        release(&world, &of_reseller.name, provider, new_id()).await?;
        let managed =
            client.establish_relationship(&channel.customer, provider, Management).await?;
        release(&world, &managed, provider, new_id()).await?;
        let unknown = format!("{}/relationships/{}", channel.customer, new_id());
        let status = failed(release(&world, &unknown, provider, new_id()).await);
        assert_eq!(status.code(), Code::NotFound);
    }

    /// REL-6.
    async fn of_a_concurrent_order_and_release_at_most_one_succeeds(world) {
        let client = &world.client;
        let direct = client.direct_bill("FR").await?;
        let offer = client.offer(contracts::relationship::ProductFamily::Azure).await?;
        for _ in 0..5 {
            let customer = client.customer("FR").await?;
            client.accept_mca(&customer).await?;
            let relationship = client.establish_relationship(&customer, &direct, Resale).await?;
            let wanted = order(&direct, None, &customer, &offer);
            let release = release(&world, &relationship, &direct, new_id());
            let (placed, released) = tokio::join!(client.place(wanted), release);
            assert!(placed.is_err() || released.is_err(), "both succeeded");
            world.clock.advance(Duration::from_secs(1));
        }
    }
}
