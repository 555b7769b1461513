//! Lists over all customers (`customers/-`): the relationships of a partner.

use cluster::scenario_client::Answer;
use contracts::relationship::{CustomerRelationshipKind as Kind, ListCustomerRelationshipsRequest};
use tests::{World, scenarios};

const ALL: &str = "customers/-";

/// The names of a partner's relationships, page by page.
async fn relationships(world: &World, filter: &str, order_by: &str) -> Answer<Vec<Vec<String>>> {
    let (mut pages, mut token) = (Vec::new(), String::new());
    loop {
        let request = ListCustomerRelationshipsRequest {
            parent: ALL.to_owned(),
            page_size: 2,
            page_token: token,
            filter: filter.to_owned(),
            order_by: order_by.to_owned(),
        };
        let mut client = world.client.relationship.clone();
        let answer = client.list_customer_relationships(request).await?.into_inner();
        pages.push(answer.relationships.into_iter().map(|it| it.name).collect());
        token = answer.next_page_token;
        if token.is_empty() {
            return Ok(pages);
        }
    }
}

/// New customers in the order of their names.
async fn customers(world: &World, count: usize) -> Answer<Vec<String>> {
    let mut names = Vec::new();
    for _ in 0..count {
        names.push(world.client.customer("FR").await?);
    }
    names.sort_unstable();
    Ok(names)
}

scenarios! {
    /// AIP-159.
    async fn the_relationships_of_a_partner_are_listed_over_all_customers(world) {
        let client = &world.client;
        let (one, other) = (client.direct_bill("FR").await?, client.direct_bill("FR").await?);
        let (mut resold, mut managed) = (Vec::new(), Vec::new());
        for customer in customers(&world, 3).await? {
            resold.push(client.establish_relationship(&customer, &one, Kind::Resale).await?);
            managed.push(client.request_relationship(&customer, &one, Kind::Management).await?);
            client.establish_relationship(&customer, &other, Kind::Resale).await?;
        }
        let partner = format!("partner = {}", one.name);
        let mut all: Vec<_> = resold.iter().chain(&managed).cloned().collect();
        all.sort_unstable();
        let names = |pages: Vec<Vec<String>>| pages.concat();
        let pages = relationships(&world, &partner, "").await?;
        assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [2, 2, 2]);
        assert_eq!(names(pages), all);
        let of_kind = format!("{partner} AND kind = CUSTOMER_RELATIONSHIP_KIND_RESALE");
        assert_eq!(names(relationships(&world, &of_kind, "").await?), resold);
        let open = format!("{partner} AND state = CUSTOMER_RELATIONSHIP_STATE_REQUESTED");
        let mut requested = names(relationships(&world, &open, "create_time").await?);
        requested.sort_unstable();
        assert_eq!(requested, managed);
        world.clock.advance(std::time::Duration::from_secs(30 * 24 * 3600));
        assert_eq!(names(relationships(&world, &open, "").await?), Vec::<String>::new());
        let both = names(relationships(&world, "", "name desc").await?);
        assert_eq!(both.len(), 9, "{both:?}");
        assert!(both.is_sorted_by(|a, b| a > b), "{both:?}");
    }
}
