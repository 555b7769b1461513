//! Lists: filters, orders and pages.

use std::time::Duration;

use cluster::scenario_client::order;
use contracts::{
    ordering::ListOrdersRequest,
    relationship::{ListPartnershipsRequest, ListPartnershipsResponse},
};
use tests::{World, failed, scenarios};
use tonic::Status;

async fn page(
    world: &World,
    filter: &str,
    order_by: &str,
    token: &str,
) -> Result<ListPartnershipsResponse, Status> {
    let request = ListPartnershipsRequest {
        page_size: 2,
        page_token: token.to_owned(),
        filter: filter.to_owned(),
        order_by: order_by.to_owned(),
    };
    Ok(world.client.relationship.clone().list_partnerships(request).await?.into_inner())
}

/// The names on the first page.
async fn listed(world: &World, filter: &str, order_by: &str) -> Result<Vec<String>, Status> {
    let page = page(world, filter, order_by, "").await?;
    Ok(page.partnerships.into_iter().map(|it| it.name).collect())
}

scenarios! {
    async fn a_filter_selects_exactly_the_matching_items(world) {
        let client = &world.client;
        let (one, other) = (client.provider("FR").await?, client.provider("FR").await?);
        let (near, far) = (client.reseller("FR").await?, client.reseller("FR").await?);
        let active = client.partner_up(&one, &near).await?;
        let before = world.clock.now();
        world.clock.advance(Duration::from_secs(1));
        let invited = client.invite(&one, &far).await?;
        world.clock.advance(Duration::from_secs(1));
        let of_other = client.invite(&other, &far).await?;
        let by_one = format!("provider = {}", one.name);
        let to_far = format!("reseller=\"{}\"", far.name);
        for (filter, expected) in [
            (by_one.clone(), vec![&active, &invited]),
            (to_far.clone(), vec![&invited, &of_other]),
            (format!("{by_one} AND {to_far}"), vec![&invited]),
            ("state = PARTNERSHIP_STATE_ACTIVE".to_owned(), vec![&active]),
            ("state != PARTNERSHIP_STATE_ACTIVE".to_owned(), vec![&invited, &of_other]),
            (format!("{by_one} AND state = PARTNERSHIP_STATE_DECLINED"), vec![]),
            (format!("create_time <= {before}"), vec![&active]),
            (format!("create_time > {before} AND {by_one}"), vec![&invited]),
            (format!("update_time = \"{before}\""), vec![&active]),
        ] {
            let expected: Vec<_> = expected.into_iter().cloned().collect();
            assert_eq!(listed(&world, &filter, "create_time").await?, expected, "{filter}");
        }
    }

    async fn an_expired_invitation_is_listed_as_expired(world) {
        let client = &world.client;
        let (provider, reseller) = (client.provider("FR").await?, client.reseller("FR").await?);
        let invited = client.invite(&provider, &reseller).await?;
        let is_listed = async |filter| {
            Ok::<_, Status>(listed(&world, filter, "").await? == [invited.clone()])
        };
        for expired in [false, true] {
            assert_eq!(is_listed("state = PARTNERSHIP_STATE_INVITED").await?, !expired);
            assert_eq!(is_listed("state != PARTNERSHIP_STATE_INVITED").await?, expired);
            assert_eq!(is_listed("state = PARTNERSHIP_STATE_EXPIRED").await?, expired);
            assert_eq!(is_listed("state != PARTNERSHIP_STATE_EXPIRED").await?, !expired);
            assert!(is_listed("state != PARTNERSHIP_STATE_ACTIVE").await?);
            world.clock.advance(Duration::from_secs(30 * 24 * 3600));
        }
    }

    async fn pages_neither_repeat_nor_skip_items_while_others_are_created(world) {
        let client = &world.client;
        let provider = client.provider("FR").await?;
        let mut invited = Vec::new();
        for _ in 0..5 {
            world.clock.advance(Duration::from_secs(1));
            invited.push(client.invite(&provider, &client.reseller("FR").await?).await?);
        }
        for (order_by, reversed) in [("create_time", false), ("create_time desc", true)] {
            let (mut read, mut token) = (Vec::new(), String::new());
            while read.is_empty() || !token.is_empty() {
                let page = page(&world, "", order_by, &token).await?;
                read.extend(page.partnerships.into_iter().map(|it| it.name));
                token = page.next_page_token;
                world.clock.advance(Duration::from_secs(1));
                if read.len() < 4 {
                    client.invite(&provider, &client.reseller("FR").await?).await?;
                }
            }
            read.retain(|it| invited.contains(it));
            if reversed {
                read.reverse();
            }
            assert_eq!(read, invited, "{order_by}");
        }
    }

    async fn a_page_token_belongs_to_its_filter_and_order(world) {
        let client = &world.client;
        let provider = client.provider("FR").await?;
        for _ in 0..3 {
            client.invite(&provider, &client.reseller("FR").await?).await?;
        }
        let filter = format!("provider = {}", provider.name);
        let token = page(&world, &filter, "name desc", "").await?.next_page_token;
        let rest = page(&world, &filter, "name desc", &token).await?;
        assert_eq!((rest.partnerships.len(), rest.next_page_token.as_str()), (1, ""));
        for (filter, order_by) in [("", "name desc"), (filter.as_str(), "name"), (&filter, "")] {
            let status = failed(page(&world, filter, order_by, &token).await);
            assert_eq!(status.code(), tonic::Code::InvalidArgument, "{filter}, {order_by}");
        }
    }

    async fn an_empty_value_in_a_filter_means_unset(world) {
        let client = &world.client;
        let channel = world.channel("FR").await?;
        let through = Some(&channel.reseller);
        let (provider, customer, offer) = (&channel.provider, &channel.customer, &channel.offer);
        let direct = client.place(order(provider, None, customer, offer)).await?;
        world.clock.advance(Duration::from_secs(1));
        let indirect = client.place(order(provider, through, customer, offer)).await?;
        for (filter, expected) in [
            ("reseller = \"\"", vec![&direct.name]),
            ("reseller != \"\"", vec![&indirect.name]),
            (
                "reseller != partners/0195f0a8-7c1e-7b3a-9c55-0242ac12ffff",
                vec![&direct.name, &indirect.name],
            ),
        ] {
            let request = ListOrdersRequest { filter: filter.to_owned(), ..Default::default() };
            let answer = client.ordering.clone().list_orders(request).await?.into_inner();
            let names: Vec<_> = answer.orders.iter().map(|it| &it.name).collect();
            assert_eq!(names, expected, "{filter}");
        }
    }
}
