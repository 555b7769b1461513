//! What the services tell of their resources, and what their events tell.

use std::{collections::BTreeMap, time::Duration};

use cluster::scenario_client::{new_id, order};
use contracts::{
    onboarding::{ListOrganizationsRequest, ListPartnersRequest},
    ordering::{
        CancelOrderRequest, ListOffersRequest, ListOrdersRequest, ListSubscriptionsRequest,
        ListTransfersRequest,
    },
    relationship::{
        ListCustomerRelationshipsRequest, ListCustomersRequest, ListPartnershipsRequest,
    },
};
use tests::scenarios;

/// Name and revision of each resource on the first page of a list.
macro_rules! listed {
    ($client:ident, $list:ident, $request:expr, $items:ident) => {{
        let answer = $client.clone().$list($request).await?.into_inner();
        assert!(answer.next_page_token.is_empty(), "the first page holds all");
        answer.$items.into_iter().map(|it| (it.name, it.revision))
    }};
}

scenarios! {
    /// An enrollment and an agreement are parts of their partner and share its events.
    async fn every_resource_is_listed_at_the_revision_of_its_last_event(world) {
        let cast = &world.cast;
        let channel = world.channel("FR").await?;
        let (provider, reseller) = (&channel.provider, Some(&channel.reseller));
        let wanted = || order(provider, reseller, &channel.customer, &channel.offer);
        let kept = cast.place(wanted()).await?;
        let cancelled = cast.place(wanted()).await?;
        world.clock.advance(Duration::from_secs(3600));
        let cancel = CancelOrderRequest {
            name: cancelled.name.clone(),
            detail: "ordered by mistake".to_owned(),
            request_id: new_id(),
            validate_only: false, ..Default::default() };
        cast.ordering.clone().cancel_order(cancel).await?;

        let client = &cast.onboarding;
        let organizations = listed!(client, list_organizations, ListOrganizationsRequest::default(), organizations);
        let partners = listed!(client, list_partners, ListPartnersRequest::default(), partners);
        let told: BTreeMap<_, _> = organizations.chain(partners).collect();
        assert_eq!(told, world.revisions("onboarding").await);
        assert_eq!(told.len(), 5, "two partners, and three companies");

        let client = &cast.relationship;
        let of_customer = ListCustomerRelationshipsRequest { parent: channel.customer.clone(), ..Default::default() };
        let relationships = listed!(client, list_customer_relationships, of_customer, relationships);
        let customers = listed!(client, list_customers, ListCustomersRequest::default(), customers);
        let partnerships = listed!(client, list_partnerships, ListPartnershipsRequest::default(), partnerships);
        let told: BTreeMap<_, _> = customers.chain(relationships).chain(partnerships).collect();
        assert_eq!(told, world.revisions("relationship").await);
        assert_eq!((told.len(), told[&channel.partnership]), (4, 2));

        let client = &cast.ordering;
        let offers = listed!(client, list_offers, ListOffersRequest::default(), offers);
        let orders = listed!(client, list_orders, ListOrdersRequest::default(), orders);
        let subscriptions = listed!(client, list_subscriptions, ListSubscriptionsRequest::default(), subscriptions);
        let transfers = listed!(client, list_transfers, ListTransfersRequest::default(), transfers);
        let told: BTreeMap<_, _> = offers.chain(orders).chain(subscriptions).chain(transfers).collect();
        assert_eq!(told, world.revisions("ordering").await);
        assert_eq!((told[&kept.name], told[&cancelled.name]), (1, 2));
    }
}
