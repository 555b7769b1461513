//! Lists and events report the same revision of each resource.

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
        let client = &world.client;
        let channel = world.channel("FR").await?;
        let (provider, reseller) = (&channel.provider, Some(&channel.reseller));
        let wanted = || order(provider, reseller, &channel.customer, &channel.offer);
        let placed = client.place(wanted()).await?;
        let cancelled = client.place(wanted()).await?;
        world.clock.advance(Duration::from_secs(3600));
        let cancel = CancelOrderRequest {
            name: cancelled.name.clone(),
            detail: "ordered by mistake".to_owned(),
            request_id: new_id(),
            validate_only: false, ..Default::default() };
        client.ordering.clone().cancel_order(cancel).await?;

        let onboarding = &client.onboarding;
        let request = ListOrganizationsRequest::default();
        let organizations = listed!(onboarding, list_organizations, request, organizations);
        let partners = listed!(onboarding, list_partners, ListPartnersRequest::default(), partners);
        let listed: BTreeMap<_, _> = organizations.chain(partners).collect();
        assert_eq!(listed, world.revisions("onboarding").await);
        assert_eq!(listed.len(), 5, "two partners, and three companies");

        let relationship = &client.relationship;
        let request =
            ListCustomerRelationshipsRequest { parent: channel.customer, ..Default::default() };
        let relationships =
            listed!(relationship, list_customer_relationships, request, relationships);
        let request = ListCustomersRequest::default();
        let customers = listed!(relationship, list_customers, request, customers);
        let request = ListPartnershipsRequest::default();
        let partnerships = listed!(relationship, list_partnerships, request, partnerships);
        let listed: BTreeMap<_, _> = customers.chain(relationships).chain(partnerships).collect();
        assert_eq!(listed, world.revisions("relationship").await);
        assert_eq!((listed.len(), listed[&channel.partnership]), (4, 2));

        let ordering = &client.ordering;
        let offers = listed!(ordering, list_offers, ListOffersRequest::default(), offers);
        let orders = listed!(ordering, list_orders, ListOrdersRequest::default(), orders);
        let request = ListSubscriptionsRequest::default();
        let subscriptions = listed!(ordering, list_subscriptions, request, subscriptions);
        let request = ListTransfersRequest::default();
        let transfers = listed!(ordering, list_transfers, request, transfers);
        let listed: BTreeMap<_, _> =
            offers.chain(orders).chain(subscriptions).chain(transfers).collect();
        assert_eq!(listed, world.revisions("ordering").await);
        assert_eq!((listed[&placed.name], listed[&cancelled.name]), (1, 2));
    }
}
