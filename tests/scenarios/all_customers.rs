//! Lists over all customers (`customers/-`): the relationships of a partner, and sales paths.

use cluster::scenario_client::{Answer, Partner};
use contracts::{
    onboarding::Role,
    relationship::{
        CustomerRelationshipKind as Kind, Decision, ListCustomerRelationshipsRequest,
        ListSalesPathsRequest, ListSalesPathsResponse, Verdict,
    },
};
use tests::{World, failed, scenarios};
use tonic::Code;

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

async fn paths(world: &World, request: ListSalesPathsRequest) -> Answer<ListSalesPathsResponse> {
    Ok(world.client.relationship.clone().list_sales_paths(request).await?.into_inner())
}

/// All pages of the paths of all customers.
async fn pages(
    world: &World,
    page_size: i32,
    refused_only: bool,
) -> Answer<Vec<ListSalesPathsResponse>> {
    let (mut pages, mut page_token) = (Vec::new(), String::new());
    loop {
        let customer = ALL.to_owned();
        let request = ListSalesPathsRequest { customer, page_size, page_token, refused_only };
        let page = paths(world, request).await?;
        page_token = page.next_page_token.clone();
        pages.push(page);
        if page_token.is_empty() {
            return Ok(pages);
        }
    }
}

/// Customer, seller, reseller and verdict of each path.
fn brief<'a>(paths: impl IntoIterator<Item = &'a Decision>) -> Vec<(String, String, Verdict)> {
    let each = paths.into_iter().map(|path| {
        let it = path.transaction.clone().unwrap();
        (it.customer, format!("{} {}", it.seller, it.reseller), path.verdict())
    });
    each.collect()
}

/// A partner that sells to the first two of four customers, and has requested to sell to the third.
async fn seller(world: &World) -> Answer<(Partner, Vec<String>)> {
    let direct = world.client.direct_bill("FR").await?;
    let customers = customers(world, 4).await?;
    for customer in &customers[..2] {
        world.client.onboard_customer(customer, &[&direct]).await?;
    }
    world.client.request_relationship(&customers[2], &direct, Kind::Resale).await?;
    Ok((direct, customers))
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

    async fn the_sales_paths_of_all_customers_are_those_of_each_in_the_order_of_names(world) {
        let (_, customers) = seller(&world).await?;
        let mut each = Vec::new();
        for customer in &customers {
            let request = ListSalesPathsRequest { customer: customer.clone(), ..Default::default() };
            each.extend(brief(&paths(&world, request).await?.paths));
        }
        let verdicts: Vec<_> = each.iter().map(|(_, _, verdict)| *verdict).collect();
        assert_eq!(verdicts, [Verdict::Undetermined, Verdict::Undetermined, Verdict::Refused]);
        for (page_size, count) in [(1, 4), (2, 2), (3, 2), (0, 1), (i32::MAX, 1)] {
            let pages = pages(&world, page_size, false).await?;
            assert_eq!(pages.len(), count, "{page_size}");
            assert_eq!(brief(pages.iter().flat_map(|it| &it.paths)), each, "{page_size}");
            assert!(pages.iter().all(|it| !it.truncated));
        }
    }

    /// REL-4.
    async fn only_refused_sales_paths_leave_a_page_empty_that_has_a_next_one(world) {
        let (_, customers) = seller(&world).await?;
        let pages = pages(&world, 2, true).await?;
        let found: Vec<_> = pages.iter().map(|it| brief(&it.paths)).collect();
        assert_eq!(found.iter().map(Vec::len).collect::<Vec<_>>(), [0, 1]);
        assert_eq!((&found[1][0].0, found[1][0].2), (&customers[2], Verdict::Refused));
        for (customer, count) in customers.iter().zip([0, 0, 1, 0]) {
            let request = ListSalesPathsRequest {
                customer: customer.clone(),
                refused_only: true,
                ..Default::default()
            };
            let answer = paths(&world, request).await?;
            assert_eq!((answer.paths.len(), &*answer.next_page_token), (count, ""), "{customer}");
        }
        let page_token = pages[0].next_page_token.clone();
        let request = ListSalesPathsRequest {
            customer: ALL.to_owned(),
            page_token,
            ..Default::default()
        };
        let status = failed(paths(&world, request).await);
        assert_eq!(status.code(), Code::InvalidArgument, "the token is of refused paths: {status}");
    }

    async fn a_page_of_sales_paths_is_of_10_customers_or_as_many_as_requested_up_to_50(world) {
        customers(&world, 51).await?;
        for (page_size, count) in [(0, 6), (20, 3), (50, 2), (51, 2), (i32::MAX, 2)] {
            let pages = pages(&world, page_size, false).await?;
            assert_eq!(pages.len(), count, "{page_size}");
        }
    }

    async fn a_page_of_sales_paths_ends_before_a_customer_that_does_not_fit(world) {
        let client = &world.client;
        let provider = client.provider("FR").await?;
        let company = client.company("Many", "FR").await?;
        for _ in 0..30 {
            let other = client.join(&company, "FR").await?;
            client.enroll(&other, Role::IndirectReseller).await?;
            client.invite(&provider, &other).await?;
        }
        let customers = customers(&world, 3).await?;
        for customer in &customers {
            client.onboard_customer(customer, &[&provider]).await?;
        }
        let pages = pages(&world, 3, false).await?;
        let of = |page: &ListSalesPathsResponse| {
            let mut customers: Vec<_> = brief(&page.paths).into_iter().map(|it| it.0).collect();
            assert_eq!(customers.len(), 31, "complete");
            customers.dedup();
            customers
        };
        let found: Vec<_> = pages.iter().map(of).collect();
        assert_eq!(found, customers.iter().map(|it| vec![it.clone()]).collect::<Vec<_>>());
        assert!(pages.iter().all(|it| !it.truncated));
    }
}
