//! Large pages: bounded, and fast enough for a person.

use std::time::Duration;

use contracts::{onboarding::Role, relationship::CustomerRelationshipKind};
use futures_util::{StreamExt, stream};
use sea_orm::ConnectionTrait;
use tonic::Status;
use types::Clock;

use crate::site::{self, Site};

/// Chains of one customer: the most that ListSalesPaths returns. One is the provider's own sale; the others
/// are of resellers without a relationship, which are blocked, and of direct-bill partners.
const BLOCKED: usize = 59;
const DIRECT: usize = 40;
const CUSTOMERS: usize = 5000;
/// Far above what a page takes, because a debug build shares the machine with other tests.
const LIMIT: Duration = Duration::from_secs(3);

/// The time of the fastest of several loads, and the page.
async fn timed(site: &Site, path: &str) -> (Duration, String) {
    let mut fastest = Duration::MAX;
    let mut body = String::new();
    for _ in 0..5 {
        let watch = Clock::system().stopwatch();
        let response = site.get(path).await;
        fastest = fastest.min(watch.elapsed());
        assert_eq!(response.status, 200, "{}", response.body);
        body = response.body;
    }
    println!("{path}: {} ms, {} KiB", fastest.as_millis(), body.len() / 1024);
    (fastest, body)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_with_100_chains_has_one_bounded_page() -> Result<(), Status> {
    let site = Site::start().await;
    let client = &site.world.client;
    let provider = client.provider("FR").await?;
    let customer = client.customer("FR").await?;
    client.onboard_customer(&customer, &[&provider]).await?;
    let blocked = (0..BLOCKED).map(async |_| {
        let company = client.company("Fabrikam Resale", "FR").await?;
        let reseller = client.active(&company, "FR", Role::IndirectReseller).await?;
        client.partner_up(&provider, &reseller).await
    });
    let blocked: Vec<_> = stream::iter(blocked).buffer_unordered(8).collect().await;
    blocked.into_iter().collect::<Result<Vec<_>, _>>()?;
    let direct = (0..DIRECT).map(async |_| {
        let partner = client.direct_bill("FR").await?;
        client.establish_relationship(&customer, &partner, CustomerRelationshipKind::Resale).await
    });
    let direct: Vec<_> = stream::iter(direct).buffer_unordered(8).collect().await;
    direct.into_iter().collect::<Result<Vec<_>, _>>()?;
    let (time, page) = timed(&site, &format!("/{customer}")).await;
    assert!(page.contains("100 chains: 41 open, 59 blocked."), "{page}");
    assert!(time < LIMIT, "{time:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partner_with_5000_customers_has_pages_of_50() -> Result<(), Status> {
    let site = Site::start().await;
    let client = &site.world.client;
    let provider = client.provider("FR").await?;
    let customer = client.customer("FR").await?;
    client.onboard_customer(&customer, &[&provider]).await?;
    // Rows without events are enough for lists, and take seconds instead of minutes.
    let database = site.world.database("relationship").await;
    copy_customers(&database, &customer, CUSTOMERS - 1).await;
    let (time, page) = timed(&site, &format!("/{}", provider.name)).await;
    assert_eq!(page.matches("href=\"/customers/").count(), 50, "{page}");
    assert!(page.contains("rel=\"next\""), "{page}");
    assert!(time < LIMIT, "{time:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_start_skips_a_limited_number_of_customers_without_chains_to_list() -> Result<(), Status>
{
    let site = Site::start().await;
    let (customer, reseller) = site::unprepared(&site).await?;
    let database = site.world.database("relationship").await;
    // Their names are before those of other customers. With the original they fill 12 pages.
    copy_customers(&database, &customer, 119).await;
    let blocked = site.world.client.customer("FR").await?;
    site::sell(&site, &blocked, &reseller).await?;
    let (time, first) = timed(&site, "/").await;
    assert!(time < LIMIT, "{time:?}");
    assert!(first.contains("No sales chain is blocked on this page."), "{first}");
    let next = first.split("rel=\"next\" href=\"").nth(1).and_then(|it| it.split('"').next());
    let (_, second) = timed(&site, &next.unwrap().replace("&amp;", "&")).await;
    assert!(second.contains(&blocked), "{second}");
    Ok(())
}

/// Copies a customer and its relationship under other names.
async fn copy_customers(database: &storage::Database, customer: &str, count: usize) {
    let mut script = format!(
        "BEGIN;
        CREATE TEMP TABLE one AS SELECT * FROM customers WHERE name = '{customer}';
        CREATE TEMP TABLE of_it AS SELECT * FROM customer_relationships WHERE customer = '{customer}';"
    );
    for number in 1..=count {
        let name = format!("customers/{number:08x}-0000-4000-8000-000000000000");
        let relationship = format!("{name}/relationships/{number:08x}-0000-4000-8000-000000000000");
        script.push_str(&format!(
            "UPDATE one SET name = '{name}'; INSERT INTO customers SELECT * FROM one;
            UPDATE of_it SET customer = '{name}', name = '{relationship}';
            INSERT INTO customer_relationships SELECT * FROM of_it;"
        ));
    }
    script.push_str("COMMIT;");
    database.reader().execute_unprepared(&script).await.expect("the rows can be copied");
}
