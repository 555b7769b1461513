use std::{process::Output, time::Duration};

use cluster::scenario_client::order;
use tests::{Engine, World, process::run};
use tonic::Status;

/// From the beginning of a world, 2026-03-02, a year has 365 days.
const YEAR: Duration = Duration::from_secs(365 * 86_400);
/// More than one call settles.
const SUBSCRIPTIONS: usize = 51;

fn settle(at: &str) -> (bool, String, String) {
    let Output { status, stdout, stderr } = run("ordering", &["settle", "--at", at], &[]);
    let text = |bytes| String::from_utf8(bytes).unwrap().trim().to_owned();
    (status.success(), text(stdout), text(stderr))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timer_has_everything_settled_that_is_due_and_fails_where_something_is_left()
-> Result<(), Status> {
    let world = World::on(Engine::Sqlite).await;
    let channel = world.channel("DE").await?;
    for _ in 0..SUBSCRIPTIONS {
        let placed = order(&channel.provider, None, &channel.customer, &channel.offer);
        world.cast.place(placed).await?;
    }
    let World { clock, cluster, .. } = world;
    let at = format!("http://{}", cluster.ordering.address);
    let done = |text: &str| (true, text.to_owned(), String::new());
    assert_eq!(settle(&at), done("settled 0, left 0"));
    clock.advance(YEAR);
    assert_eq!(settle(&at), done("settled 51, left 0"));
    assert_eq!(settle(&at), done("settled 0, left 0"));

    clock.advance(YEAR + YEAR);
    cluster.relationship.stop().await;
    let (success, told, complaint) = settle(&at);
    assert!(!success, "{told}");
    assert_eq!(told, "settled 0, left 51");
    assert!(
        complaint.contains("51 subscriptions could not be settled and stay due"),
        "{complaint}"
    );

    cluster.ordering.stop().await;
    let (success, told, complaint) = settle(&at);
    assert!(!success, "{told}");
    assert!(complaint.contains(&format!("settled 0, then {at}/: Unavailable")), "{complaint}");
    Ok(())
}
